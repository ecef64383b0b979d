import Lab
import Testing

/// Revocation lists, and files that cannot be used, on MariaDB × five modes.
@Suite struct MySQLFileTests {
  typealias Table = FileTable<MariaDBServer>

  @Test(arguments: Row.all(Table.revocations)) func revocation(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.files + Table.broken)) func file(_ row: Row) throws { try row.judge() }

  /// Required verifies nothing, so a file that it does not use stops nobody, and a warning says that.
  @Test(arguments: ["ca.pem", "missing.pem"]) func requiredDoesNotUseTheFile(name: String) throws {
    let situation = MySQLServerTests.takesAll("--ssl-ca", .optional, "--ssl-ca {pki}/\(name)")
      .with(\.remark, "--ssl-ca")
    try Row(situation: situation, mode: .required).judge()
  }
}
