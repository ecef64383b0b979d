import Lab
import Testing

/// A test of MariaDB ends when it has to, whatever hangs.
@Suite struct MySQLEndingTests {
  /// A file that is a pipe which nobody writes to.
  @Test(arguments: ["--ssl-cert", "--ssl-ca", "--ssl-crl"]) func aFileWithoutAnEnd(option: String)
    async throws
  {
    try await PostgreSQLEndingTests.fileWithoutAnEnd("mysql", option: option, timeout: 0.7)
  }

  /// A certificate that another process writes meanwhile, as a shell's `<(…)` does.
  @Test func aPipeWithAnEnd() throws { try PostgreSQLEndingTests.pipeWithAnEnd(MariaDBServer.optional) }
}
