import Lab
import Testing

/// What is right and wrong with a MariaDB server's certificate × five modes.
@Suite struct MySQLCertificateTests {
  typealias Table = CertificateTable<MariaDBServer>

  @Test(arguments: Row.all(Table.chains)) func chain(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.times)) func time(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.names)) func name(_ row: Row) throws { try row.judge() }

  /// TLS 1.2 sends certificates in another place of the handshake.
  static let tls12 = ["good", "self-signed", "unknown-ca", "expired", "wrong-name", "nameless"].map { name in
    var server = MariaDBServer.with(name)
    server.tlsVersion = "TLSv1.2"
    let (chain, identity): (Ending, Ending) =
      switch name {
      case "good": (.chain, .identity)
      case "expired": (.fails(.expired), .fails(.expired))
      case "wrong-name", "nameless": (.chain, Table.wrongHost)
      default: (Table.untrustedCA, Table.untrustedIdentity)
      }
    return Situation.certificate(
      "TLS 1.2: \(name)", any: server, Table.ca, verifyCA: chain, verifyIdentity: identity)
  }

  @Test(arguments: Row.all(tls12)) func olderTLS(_ row: Row) throws { try row.judge() }

  static let detour = Situation.certificate(
    "an expired CA in the chain that is built", any: MariaDBServer.with("detour"), Table.ca,
    verifyCA: .fails(.expired), verifyIdentity: .fails(.expired))

  @Test(arguments: Row.all([detour])) func chainThatIsBuilt(_ row: Row) throws { try row.judge() }

  /// A name is sent as SNI, an address never, and --server-name takes the place of either.
  @Test(
    arguments: [
      ("localhost", nil, "localhost"), ("127.0.0.1", nil, nil), ("::1", nil, nil),
      ("localhost", "db.example.test", "db.example.test"),
      ("127.0.0.1", "db.example.test", "db.example.test"),
      ("localhost", "10.9.8.7", nil),
    ])
  func serverName(host: String, given: String?, sent: String?) throws {
    let port = try String(Lab.start(mariadb: .optional).port)
    let result = try Program.run(
      [
        "--engine", "mysql", "-h", host, "-p", port, "-U", MySQLAccount.user, "--password",
        "env:LAB_PASSWORD",
        "--ssl", "required", "--format", "json",
      ] + (given.map { ["--server-name", $0] } ?? []), environment: ["LAB_PASSWORD": MySQLAccount.password])
    #expect(result.exitCode == 0, "\(result)")
    let tls = try #require(Report(result.output)?.tls, "\(result)")
    #expect(tls.serverName == sent, "\(result)")
  }
}
