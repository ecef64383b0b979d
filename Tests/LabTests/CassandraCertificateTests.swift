import Lab
import Testing

/// What is right and wrong with the server's certificate, with revocation lists and with files × five modes.
@Suite struct CassandraCertificateTests {
  typealias Table = CertificateTable<CassandraServer>
  typealias Files = FileTable<CassandraServer>

  @Test(arguments: Row.all(Table.chains)) func chain(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.times)) func time(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.names)) func name(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Files.revocations)) func revocation(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Files.files + Files.broken)) func file(_ row: Row) throws { try row.judge() }

  /// Whoever stands in the middle with a certificate that does not do gets nothing: no OPTIONS, no name, no password.
  @Test(
    arguments: ["unknown-ca", "expired", "self-signed", "wrong-name", "revoked"],
    [(Mode.verifyCA, "1.3"), (.verifyIdentity, "1.2"), (.verifyIdentity, "1.3")])
  func nothingGoesToABadCertificate(certificate: String, how: (mode: Mode, version: String)) throws {
    let (mode, version) = how
    guard certificate != "wrong-name" || mode == .verifyIdentity else { return }
    let server = try RunningCassandra(.with(certificate).with(\.maximumTLS, version))
    let pki = try Lab.pki
    let result = try Program.run(
      [
        "--engine", "cassandra", "-h", "localhost", "-p", String(server.port), "-U", Account.user, "-d",
        "appdb",
      ]
        + ["--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--ssl-ca", pki + "/ca.pem"]
        + ["--ssl-crl", pki + "/crl-root-revoked.pem"],
      environment: ["LAB_PASSWORD": Account.password])
    let cause: Cause =
      switch certificate {
      case "expired": .expired
      case "wrong-name": .wrongHost
      case "revoked": .revoked
      default: .untrusted
      }
    #expect(result.exitCode == cause.exitCode, "\(result)")
    let heard = try server.received()
    #expect(!heard.isEmpty)
    #expect(
      heard.allSatisfy {
        $0.decrypted.isEmpty && !$0.contains(Account.user) && !$0.contains(Account.password)
      })
  }

  /// The counterpart: who is trusted gets the password once, inside TLS, and nothing of it in clear.
  @Test(arguments: [Mode.required, .verifyCA, .verifyIdentity]) func thePasswordGoesInsideTLS(mode: Mode)
    throws
  {
    let server = try RunningCassandra(.encrypted)
    let result = try Program.run(
      ["--engine", "cassandra", "-h", "localhost", "-p", String(server.port), "-U", Account.user]
        + ["--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--ssl-ca", Lab.pki + "/ca.pem"],
      environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == 0, "\(result)")
    let heard = try server.received()
    #expect(heard.count == 1 && heard[0].contains(Account.password))
    #expect(!String(decoding: heard[0].plain, as: UTF8.self).contains(Account.password))
    #expect(heard[0].startup["COMPRESSION"] == nil && heard[0].version == 4)
  }

  /// What demands TLS names nobody to a server that has none.
  @Test(arguments: [Mode.preferred, .required, .verifyCA, .verifyIdentity]) func nothingGoesInPlain(
    mode: Mode
  ) throws {
    let server = try RunningCassandra(.plain)
    let result = try Program.run(
      ["--engine", "cassandra", "-h", "localhost", "-p", String(server.port), "-U", Account.user]
        + ["--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue],
      environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == Cause.lacksTLS.exitCode, "\(result)")
    let heard = try server.received()
    #expect(
      heard.allSatisfy { !$0.contains(Account.user) && !$0.contains(Account.password) && $0.startup.isEmpty })
  }
}
