import Lab
import Testing

/// The fake Cassandra is one to DataStax's own driver, which also tells when it is not.
@Suite struct CassandraSelfTests {
  private func connect(
    _ server: CassandraServer, version: Int? = nil, tls: CassandraClient.TLS? = nil,
    change: (inout CassandraClient) -> Void = { _ in }
  ) throws -> CassandraClient.Answer {
    var client = CassandraClient(port: try Lab.start(cassandra: server).port, version: version, tls: tls)
    change(&client)
    return try client.connect()
  }

  private func tls(
    _ certificate: String? = nil, key: String? = nil, passphrase: String? = nil, maximum: String? = nil
  ) throws -> CassandraClient.TLS {
    let pki = try Lab.pki
    return CassandraClient.TLS(
      ca: pki + "/ca.pem", certificate: certificate.map { "\(pki)/\($0).crt" },
      key: (key ?? certificate).map { "\(pki)/\($0).key" }, passphrase: passphrase, maximum: maximum)
  }

  private func expect(
    _ answer: CassandraClient.Answer, version: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(answer.error == nil && answer.release == "4.1.3", "\(answer)", sourceLocation: sourceLocation)
    #expect(answer.cluster == "Test Cluster" && answer.dataCenter == "dc1", sourceLocation: sourceLocation)
    if let version { #expect(answer.version == version, "\(answer)", sourceLocation: sourceLocation) }
  }

  @Test(arguments: [3, 4, 5]) func everyVersion(version: Int) throws {
    expect(try connect(.plain, version: version), version: version)
    expect(try connect(.encrypted, version: version, tls: tls()), version: version)
  }

  @Test("The driver finds the version that they have in common", arguments: [3, 4, 5])
  func negotiation(version: Int) throws {
    expect(try connect(.plain.with(\.versions, [version])), version: version)
  }

  @Test func logins() throws {
    expect(try connect(CassandraServer(authenticator: nil)) { $0.user = nil })
    expect(
      try connect(CassandraServer(authenticator: "com.datastax.bdp.cassandra.auth.DseAuthenticator")))
    expect(
      try connect(.plain) {
        $0.user = Account.keeper
        $0.password = Account.keeperPassword
        $0.keyspace = "CamelCase"
      })
    let wrong = try connect(.plain) { $0.password = "wrong" }
    #expect(wrong.error?.contains("password are incorrect") == true, "\(wrong)")
    let absent = try connect(.plain) { $0.user = nil }
    #expect(absent.error?.contains("requires authentication") == true, "\(absent)")
    let keyspace = try connect(.plain) { $0.keyspace = "nosuch" }
    #expect(keyspace.error?.contains("nosuch") == true, "\(keyspace)")
  }

  @Test("Errors reach the driver as what they are")
  func errors() throws {
    for (code, text) in [(0x1001, "Overloaded"), (0x1002, "bootstrapping"), (0x2100, "Unauthorized")] {
      let answer = try connect(CassandraServer(errors: [.query: .init(code, "the words of the lab")]))
      #expect(answer.error?.contains("the words of the lab") == true, "\(text): \(answer)")
    }
  }

  @Test(arguments: ["1.2", nil]) func clientCertificates(maximum: String?) throws {
    expect(try connect(.mutual, tls: tls("client", maximum: maximum)))
    expect(
      try connect(
        .mutual,
        tls: tls("client", key: "client-encrypted", passphrase: Account.keyPassphrase, maximum: maximum)))
    for certificate in [nil, "client-unknown", "client-expired"] {
      let answer = try connect(.mutual, tls: tls(certificate, maximum: maximum))
      #expect(
        answer.error?.contains("SSL") == true || answer.error?.contains("onnection") == true, "\(answer)")
    }
  }

  @Test func certificates() throws {
    for certificate in ["unknown-ca", "expired", "self-signed", "wrong-name"] {
      let answer = try connect(.with(certificate), tls: tls())
      #expect(answer.error?.contains("CERTIFICATE_VERIFY_FAILED") == true, "\(certificate): \(answer)")
    }
  }

  @Test("It knows what it was sent")
  func received() throws {
    let server = try RunningCassandra(.encrypted)
    let tls = try tls()
    expect(try CassandraClient(port: server.port, tls: tls).connect())
    let heard = try server.received()
    #expect(heard.contains { $0.contains(Account.password) && $0.tls == "TLSv1.3" })
    #expect(heard.contains { $0.serverName == "localhost" })
    #expect(heard.contains { $0.queries.contains { $0.contains("release_version") } })
    #expect(heard.allSatisfy { !String(decoding: $0.plain, as: UTF8.self).contains(Account.password) })
  }
}
