import Lab
import Testing

/// What is right and wrong with the server's certificate, with revocation lists and with files × five modes.
@Suite struct ClickHouseCertificateTests {
  typealias Table = CertificateTable<ClickHouseServer>
  typealias Files = FileTable<ClickHouseServer>

  @Test(arguments: Row.all(Table.chains)) func chain(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.times)) func time(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.names)) func name(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Files.revocations)) func revocation(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Files.files + Files.broken)) func file(_ row: Row) throws { try row.judge() }

  /// Whoever stands in the middle with a certificate that does not do gets nothing: no request, no name, no password.
  @Test(
    arguments: ["unknown-ca", "expired", "self-signed", "wrong-name"], [Mode.verifyCA, .verifyIdentity])
  func nothingGoesToABadCertificate(certificate: String, mode: Mode) throws {
    guard certificate != "wrong-name" || mode == .verifyIdentity else { return }
    let server = try MisbehavingServer([
      .secure(certificate), .hearHTTP, .send(ClickHouseAnswer.row), .stall,
    ])
    let result = try Program.run(
      ["--engine", "clickhouse", "-h", "localhost", "-p", String(server.port), "-U", Account.user]
        + ["--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--ssl-ca", Lab.pki + "/ca.pem"],
      environment: ["LAB_PASSWORD": Account.password])
    let cause: Cause =
      switch certificate {
      case "expired": .expired
      case "wrong-name": .wrongHost
      default: .untrusted
      }
    #expect(result.exitCode == cause.exitCode, "\(result)")
    let heard = try server.heard()
    #expect(heard.count == 1)
    #expect(
      heard.allSatisfy {
        $0.inner.isEmpty && !$0.holdsProof && !$0.contains(Account.user) && !$0.contains("HTTP")
      })
  }
}
