import Lab
import Testing

/// What is right and wrong with the server's certificate × five modes.
@Suite struct PostgreSQLCertificateTests {
  typealias Table = CertificateTable<PostgresServer>

  /// The place of a fault in the chain that was built is not its place in the chain that was sent.
  @Test func theExpiredCertificateIsNamed() throws {
    let port = try Lab.start(.with("detour")).port
    let result = try Program.run([
      "postgres://127.0.0.1:\(port)/appdb", "--ssl", "verify-ca", "--ssl-ca", Lab.pki + "/ca.pem",
      "--until", "tls",
    ])
    #expect(result.exitCode == Cause.expired.exitCode, "\(result)")
    #expect(result.output.contains("(CN=Lab Expired CA) has expired"), "\(result)")
    #expect(!result.output.contains("CN=Other Root CA"), "\(result)")
  }

  @Test(arguments: Row.all(Table.chains)) func chain(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.times)) func time(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.names)) func name(_ row: Row) throws { try row.judge() }
}
