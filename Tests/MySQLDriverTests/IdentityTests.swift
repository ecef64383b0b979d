import ConnectCore
import Testing

@testable import MySQLDriver

/// Who answered, by the greeting and by what SHOW VARIABLES says.
@Suite struct IdentityTests {
  private static let capabilities: UInt32 = 0xDFFF_FFFF

  /// Version, version_comment, aurora_version, and what they tell.
  static let products: [(String, String?, String?, String, String)] = [
    ("10.11.6-MariaDB-0+deb12u1", "Debian 12", nil, "MariaDB", "10.11.6"),
    ("11.4.2-MariaDB-ubu2404-log", "mariadb.org binary distribution", nil, "MariaDB", "11.4.2"),
    ("10.6.18", "MariaDB Server", nil, "MariaDB", "10.6.18"),
    ("8.0.36", "MySQL Community Server - GPL", nil, "MySQL", "8.0.36"),
    ("8.0.36-0ubuntu0.22.04.1", "(Ubuntu)", nil, "MySQL", "8.0.36-0ubuntu0.22.04.1"),
    ("5.7.44-log", "MySQL Community Server (GPL)", nil, "MySQL", "5.7.44-log"),
    ("8.0.35-google", "(Google)", nil, "MySQL", "8.0.35-google"),
    ("8.0.35-27", "Percona Server (GPL), Release 27, Revision 2f8eeab2", nil, "Percona Server", "8.0.35-27"),
    ("5.7.44-48-log", "Percona Server (GPL), Release 48", nil, "Percona Server", "5.7.44-48"),
    ("5.7.12", "MySQL Community Server (GPL)", "2.11.1", "Amazon Aurora MySQL", "2.11.1"),
    ("5.7.mysql_aurora.2.11.1", nil, nil, "Amazon Aurora MySQL", "2.11.1"),
    ("8.0.28", "Source distribution", "3.04.0", "Amazon Aurora MySQL", "3.04.0"),
    ("8.0.mysql_aurora.3.04.0", nil, nil, "Amazon Aurora MySQL", "3.04.0"),
    ("8.0.11-TiDB-v7.5.0", "TiDB Server (Apache License 2.0) Community Edition", nil, "TiDB", "7.5.0"),
    ("5.7.25-TiDB-6.5.0", nil, nil, "TiDB", "6.5.0"),
    ("8.0.30-Vitess", "Version: 19.0.4", nil, "Vitess", "8.0.30"),
    ("8.0.34-PlanetScale", nil, nil, "PlanetScale (Vitess)", "8.0.34"),
    ("8.0.34-Vitess", "PlanetScale", nil, "PlanetScale (Vitess)", "8.0.34"),
  ]

  @Test(arguments: products)
  func product(
    _ row: (version: String, comment: String?, aurora: String?, product: String, number: String)
  ) {
    var variables = ["version": row.version]
    variables["version_comment"] = row.comment
    variables["aurora_version"] = row.aurora
    let greeting = MySQLGreeting(version: row.version, capabilities: Self.capabilities)
    #expect(
      ServerIdentity(greeting: greeting, variables: variables)
        == ServerIdentity(product: row.product, version: row.number))
  }

  /// Without a query the greeting has to do; it tells the same of those that put their names into the version.
  @Test(arguments: products.filter { $0.1 == nil && $0.2 == nil })
  func greetingAlone(
    _ row: (version: String, comment: String?, aurora: String?, product: String, number: String)
  ) {
    let greeting = MySQLGreeting(version: row.version, capabilities: Self.capabilities)
    #expect(ServerIdentity(greeting: greeting) == ServerIdentity(product: row.product, version: row.number))
  }

  @Test func mariaDBByItsCapabilities() {
    let greeting = MySQLGreeting(version: "10.6.18", capabilities: Self.capabilities & ~1)
    #expect(ServerIdentity(greeting: greeting) == ServerIdentity(product: "MariaDB", version: "10.6.18"))
  }

  @Test func nothingIsKnown() {
    #expect(ServerIdentity(greeting: nil, variables: [:]) == ServerIdentity(product: "MySQL", version: ""))
  }
}
