import Foundation
import Lab
import Testing

/// Who logs in where on MariaDB × five modes.
@Suite struct MySQLLoginTests {
  /// The login fails, in whatever mode it was reached.
  static func fails(_ title: String, _ server: MariaDBServer, _ cause: Cause) -> Situation {
    Situation(
      title, mariadb: server, "--ssl-ca {pki}/ca.pem", .plain.thenFails(cause), .encrypted.thenFails(cause),
      .encrypted.thenFails(cause), .chain.thenFails(cause), .identity.thenFails(cause))
  }

  /// The account is refused, with the right password unless the row has another.
  static func fails(_ user: String, _ cause: Cause) -> Situation {
    fails(user, .optional, cause).with(\.user, user)
  }

  static func works(_ user: String) -> Situation {
    MySQLServerTests.takesAll(user, .optional).with(\.user, user)
  }

  static let refused: [Situation] = [
    fails("wrong password", .optional, .authentication).with(\.password, "not-it-2c9f")
      .with(\.note, "REQUIRE X509"),
    fails("no password", .optional, .authentication).with(\.password, nil)
      .with(\.note, "No password was given"),
    fails("empty password", .optional, .authentication).with(\.password, ""),
    fails("a password where there is none", .optional, .authentication).with(\.user, MySQLAccount.nopass),
    fails("wrong password, ed25519", .optional, .authentication).with(\.user, MySQLAccount.ed25519)
      .with(\.password, "not-it-2c9f"),
    fails("wrong password, locked", .optional, .authentication).with(\.user, MySQLAccount.locked)
      .with(\.password, "not-it-2c9f"),
    fails("unknown user", .optional, .authentication).with(\.user, "nobody-here"),
    fails(MySQLAccount.elsewhere, .authentication),
    fails(MySQLAccount.bySocket, .authentication),
    fails(MySQLAccount.locked, .accessDenied),
    fails(MySQLAccount.crowded, .tooMany),
    fails(MySQLAccount.poor, .accessDenied),
    fails("unknown database", .optional, .noDatabase).with(\.database, MySQLAccount.unmade),
    fails("database that is closed to the account", .optional, .accessDenied).with(\.database, "nowhere"),
    fails("password expired, which ends the login", .endsExpired, .authentication)
      .with(\.user, MySQLAccount.expired),
  ]

  static let taken: [Situation] = [
    works(MySQLAccount.nopass).with(\.password, nil),
    works(MySQLAccount.ed25519),
    works(MySQLAccount.keeper).with(\.password, MySQLAccount.keeperPassword),
    works(MySQLAccount.poor).with(\.database, nil),
    works(MySQLAccount.expired).with(\.remark, "password has expired"),
    works(MySQLAccount.expiring).with(\.remark, "password expires in 2 days"),
    Situation(
      MySQLAccount.needsSSL, mariadb: .optional, "--ssl-ca {pki}/ca.pem", MySQLServerTests.requires,
      .encrypted, .encrypted, .chain, .identity
    ).with(\.user, MySQLAccount.needsSSL),
  ]

  /// A login that fails after Preferred went on in plain text, because there is no TLS, fails as a login.
  static let plainOnly: [Situation] = [
    Situation(
      "wrong password, no TLS", mariadb: .plain, "", .plain.thenFails(.authentication),
      .fallback.thenFails(.authentication), MySQLServerTests.lacks, MySQLServerTests.lacks,
      MySQLServerTests.lacks
    ).with(\.password, "not-it-2c9f"),
    Situation(
      "needs_ssl, no TLS", mariadb: .plain, "", .plain.thenFails(.authentication),
      .fallback.thenFails(.authentication), MySQLServerTests.lacks, MySQLServerTests.lacks,
      MySQLServerTests.lacks
    ).with(\.user, MySQLAccount.needsSSL),
    Situation(
      "wrong password, TLS required", mariadb: .requiresTLS, "", .plain.thenFails(.authentication),
      .encrypted.thenFails(.authentication), .encrypted.thenFails(.authentication),
      CertificateTable<MariaDBServer>.untrustedCA, CertificateTable<MariaDBServer>.untrustedIdentity
    ).with(\.password, "not-it-2c9f"),
    // Only over TLS does the server come to the database.
    Situation(
      "unknown database, TLS required", mariadb: .requiresTLS, "--ssl-ca {pki}/ca.pem",
      MySQLServerTests.requires, .encrypted.thenFails(.noDatabase), .encrypted.thenFails(.noDatabase),
      .chain.thenFails(.noDatabase), .identity.thenFails(.noDatabase)
    ).with(\.database, MySQLAccount.unmade),
  ]

  @Test(arguments: Row.all(refused)) func refusal(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(taken)) func login(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(plainOnly)) func servers(_ row: Row) throws { try row.judge() }

  /// One wrong password blocks the account; in Disabled it is the question over TLS that meets the block.
  @Test(arguments: Mode.allCases) func blockedAccount(mode: Mode) throws {
    let server = MariaDBServer.blocksAccounts.own("blocked account in \(mode.rawValue)")
    let wrong = Self.fails("wrong password before the block", server, .authentication)
      .with(\.password, "not-it-2c9f")
    try Row(situation: wrong, mode: mode).judge()
    try Row(situation: Self.fails("blocked", server, .accessDenied), mode: mode).judge()
  }

  /// With --wait a refused login is not followed by another.
  @Test(arguments: [MySQLAccount.user, MySQLAccount.needsSSL]) func waiting(user: String) throws {
    let server = MariaDBServer.optional.own("waiting for \(user)")
    let password = user == MySQLAccount.user ? "not-it-2c9f" : MySQLAccount.password
    let result = try Program.run(
      [
        "--engine", "mysql", "-h", "127.0.0.1", "-p", String(Lab.start(mariadb: server).port), "-U", user,
        "--password", "env:LAB_PASSWORD", "--ssl", "disabled", "--wait", "5", "--format", "json",
      ], environment: ["LAB_PASSWORD": password])
    #expect(result.exitCode == Cause.authentication.exitCode && result.seconds < 4, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.notes.contains { $0.contains("REQUIRE SSL") }, "\(result)")
    let log = try Lab.start(mariadb: server).logText()
    #expect(log.occurrences(of: "Access denied for user '\(user)'") == 1, "\(log)")
  }

  /// What the server said of it comes through as it was said.
  @Test(
    arguments: [
      (MySQLAccount.locked, MySQLAccount.database, "4151", "HY000"),
      (MySQLAccount.poor, MySQLAccount.database, "1044", "42000"),
      (MySQLAccount.user, MySQLAccount.unmade, "1049", "42000"),
      (MySQLAccount.crowded, MySQLAccount.database, "1226", "42000"),
      ("nobody-here", MySQLAccount.database, "1045", "28000"),
    ])
  func evidence(user: String, database: String, code: String, state: String) throws {
    let port = try String(Lab.start(mariadb: .optional).port)
    let result = try Program.run(
      [
        "--engine", "mysql", "-h", "127.0.0.1", "-p", port, "-U", user, "-d", database, "--password",
        "env:LAB_PASSWORD", "--ssl", "required", "--format", "json",
      ], environment: ["LAB_PASSWORD": MySQLAccount.password])
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.nativeCode == code && diagnosis.sqlState == state, "\(result)")
    let said = try MariaDBServerTests.login(.optional, MariaDBServerTests.tls, user: user, database: database)
    #expect(diagnosis.serverResponse == said.trimmingCharacters(in: .newlines), "\(result)")
  }
}
