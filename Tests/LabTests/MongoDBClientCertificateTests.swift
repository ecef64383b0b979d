import Lab
import Testing

/// What the client shows of itself to a MongoDB server × five modes.
@Suite struct MongoDBClientCertificateTests {
  typealias Table = ClientCertificateTable<MongoServer>

  static func files(_ name: String) -> String { "--ssl-cert {pki}/\(name).crt --ssl-key {pki}/\(name).key" }

  /// Servers that look at certificates if there are any, and that demand one, under both versions of TLS; all take
  /// connections without TLS.
  static func servers(demanding: Bool) -> [(String, MongoServer)] {
    ["1.2", "1.3"].map { (version: String) in
      ("TLS \(version)", MongoServer.mutual.with(\.tlsVersion, version).with(\.demandsClient, demanding))
    }
  }

  static let certificates: [Situation] = [false, true].flatMap { demanding in
    servers(demanding: demanding).flatMap { version, server in
      let title = "\(version), \(demanding ? "demanded" : "asked for"): "
      return [
        Table.client(
          title + "absent", on: server, "", fails: demanding ? .clientCertificateRequired : nil),
        Table.client(title + "good", on: server, files("client")),
        Table.client(
          title + "from an unknown CA", on: server, files("client-unknown"), fails: .clientCertificateRejected
        ),
        Table.client(
          title + "expired", on: server, files("client-expired"), fails: .clientCertificateRejected),
      ]
    }
  }

  static let openKey = Table.client("key that all may read", Table.pair + "/client-open.key")
    .with(\.warning, "chmod 600")

  @Test(arguments: Row.all(certificates)) func certificate(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.keys + [openKey])) func key(_ row: Row) throws { try row.judge() }

  /// MONGODB-X509: the certificate is the login, and without TLS there is none.
  @Test(
    arguments: [
      ("client", nil, nil), ("client", "CN=tester", nil), ("client", "CN=somebody", .authentication),
      ("client-somebody", nil, .authentication), (nil, nil, nil),
    ] as [(String?, String?, Cause?)])
  func login(certificate: String?, user: String?, cause: Cause?) throws {
    let port = try Lab.start(mongodb: .mutual).port
    for mode in [Mode.preferred, .required, .verifyCA, .verifyIdentity] {
      let pki = try Lab.pki
      let files =
        certificate.map { ["--ssl-cert", "\(pki)/\($0).crt", "--ssl-key", "\(pki)/\($0).key"] } ?? []
      let result = try Program.run(
        [
          "mongodb://localhost:\(port)/?authMechanism=MONGODB-X509", "--ssl", mode.rawValue, "--ssl-ca",
          pki + "/ca.pem",
        ] + files + (user.map { ["-U", $0] } ?? []))
      // Without a certificate it is a usage error.
      let wanted = certificate == nil ? 64 : cause?.exitCode ?? 0
      #expect(result.exitCode == wanted, "\(mode): \(result)")
    }
    let disabled = try Program.run([
      "mongodb://localhost:\(port)/?authMechanism=MONGODB-X509", "--ssl", "disabled", "--ssl-cert",
      Lab.pki + "/client-both.pem",
    ])
    #expect(disabled.exitCode == 64, "\(disabled)")
    #expect(disabled.errors.contains("MONGODB-X509"), "\(disabled)")
  }

  /// With TLS 1.3 only what follows the handshake tells whether the server accepts the certificate.
  @Test func untilTLS() throws {
    for (version, server) in Self.servers(demanding: true) {
      let port = try Lab.start(mongodb: server).port
      let arguments = ["mongodb://localhost:\(port)", "--ssl", "required", "--until", "tls"]
      let without = try Program.run(arguments)
      #expect(without.exitCode == Cause.clientCertificateRequired.exitCode, "\(version): \(without)")
      let with = try Program.run(arguments + ["--ssl-cert", Lab.pki + "/client-both.pem"])
      #expect(with.exitCode == 0, "\(version): \(with)")
    }
  }
}
