import Foundation
import Lab
import Testing

/// Who logs in where × five modes, and what the server's log tells of it.
@Suite struct PostgreSQLLoginTests {
  /// The login fails, in whatever mode it was reached.
  static func fails(_ title: String, _ server: PostgresServer, _ cause: Cause) -> Situation {
    Situation(
      title, server, "--ssl-ca {pki}/ca.pem", .plain.thenFails(cause), .encrypted.thenFails(cause),
      .encrypted.thenFails(cause), .chain.thenFails(cause), .identity.thenFails(cause))
  }

  static func works(_ title: String, _ server: PostgresServer) -> Situation {
    Situation(title, server, "--ssl-ca {pki}/ca.pem", .plain, .encrypted, .encrypted, .chain, .identity)
  }

  static func method(_ name: String) -> PostgresServer {
    PostgresServer(certificate: "good", hba: ["host all all all \(name)"])
  }

  static let situations = [
    fails("wrong password", .optional, .authentication).with(\.password, "not-it-2c9f"),
    fails("no password", .optional, .authentication).with(\.password, nil),
    fails("empty password", .optional, .authentication).with(\.password, ""),
    fails("role without a password", .optional, .authentication).with(\.user, "nopass"),
    fails("unknown role", .optional, .authentication).with(\.user, "nobody-here"),
    fails("unknown role, MD5", method("md5"), .authentication).with(\.user, "nobody-here"),
    fails("unknown role, no password asked for", method("trust"), .authentication)
      .with(\.user, "nobody-here"),
    fails("unknown database", .optional, .noDatabase).with(\.database, "nowhere"),
    fails("database that is closed to the role", .optional, .accessDenied).with(\.database, "closed"),
    fails("too many connections of the role", .optional, .tooMany).with(\.user, "crowded"),
    works("MD5", method("md5")).with(\.user, "legacy"),
    works("SCRAM where MD5 is configured", method("md5")),
    works("no password asked for", method("trust")).with(\.password, nil),
    works("a password that nobody asks for", method("trust")),
    works("a password hard to quote", .optional).with(\.user, Account.keeper)
      .with(\.password, Account.keeperPassword),
  ]

  /// A login that fails after Preferred went on in plain text, because there is no TLS, fails as a login.
  static let plainOnly = Situation(
    "wrong password, no TLS", .plain, "", .plain.thenFails(.authentication),
    .fallback.thenFails(.authentication), PostgreSQLServerTests.lacks, PostgreSQLServerTests.lacks,
    PostgreSQLServerTests.lacks
  ).with(\.password, "not-it-2c9f")

  @Test(arguments: Row.all(situations + [plainOnly])) func login(_ row: Row) throws { try row.judge() }

  static let both = [
    "hostssl all all all scram-sha-256", "hostnossl all all all scram-sha-256",
  ]

  /// A password that was refused over TLS is not sent again in plain text.
  @Test func oneAttemptAndNoneInPlainText() throws {
    let server = PostgresServer(certificate: "good", hba: Self.both).own("one attempt")
    let row = Row(
      situation: Self.fails("wrong password, once", server, .authentication).with(\.password, "not-it-2c9f"),
      mode: .preferred)
    try row.judge()
    let log = try Lab.start(server).logText()
    #expect(log.occurrences(of: "connection received") == 1, "\(log)")
    #expect(log.occurrences(of: "password authentication failed") == 1, "\(log)")
    #expect(log.occurrences(of: "pg_hba.conf line 1: \"hostssl") == 1, "\(log)")
    #expect(!log.contains("pg_hba.conf line 2: \"hostnossl"), "\(log)")
  }

  /// No login follows a certificate that was refused: the server never hears who wanted to log in.
  @Test(arguments: [Mode.verifyCA, .verifyIdentity])
  func noLoginAfterARefusedCertificate(mode: Mode) throws {
    let server = PostgresServer(certificate: "wrong-name", hba: Self.both).own("refused in \(mode.rawValue)")
    let ca = mode == .verifyCA ? "other-ca.pem" : "ca.pem"
    let cause = mode == .verifyCA ? Cause.untrusted : .wrongHost
    let ending = Ending.fails(cause, advising: .verifyCA)
    let situation = Situation(
      "refused certificate", server, "--ssl-ca {pki}/\(ca)", ending, ending, ending, ending, ending)
    try Row(situation: situation, mode: mode).judge()
    let log = try Lab.start(server).logText()
    #expect(!log.contains("tester") && !log.contains("FATAL"), "\(log)")
  }

  /// A missing password is said to be missing.
  @Test func noPasswordIsNoted() throws {
    let port = try String(Lab.start(.optional).port)
    let result = try Program.run([
      "--engine", "postgres", "-h", "localhost", "-p", port, "-U", Account.user, "-d", Account.database,
      "--format", "json",
    ])
    let notes = try #require(Report(result.output)?.diagnosis?.notes, "\(result)")
    #expect(notes.contains { $0.lowercased().contains("password") }, "\(result)")
  }

  /// Clear text is what the server asked for, and the mode allows it; the report says so.
  @Test func aPasswordInClearTextIsAWarning() throws {
    let port = try String(Lab.start(PostgreSQLServerTests.clearPassword).port)
    let result = try Program.run(
      [
        "--engine", "postgres", "-h", "localhost", "-p", port, "-U", Account.user, "-d", Account.database,
        "--password", "env:LAB_PASSWORD", "--ssl", "disabled", "--format", "json",
      ], environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == 0, "\(result)")
    let warnings = Report(result.output)?.warnings ?? []
    #expect(warnings.contains { $0.lowercased().contains("clear") }, "\(result)")
  }

  /// The product and its version are the server's own.
  @Test func productAndVersion() throws {
    let port = try String(Lab.start(.optional).port)
    let result = try Program.run(
      [
        "--engine", "postgres", "-h", "localhost", "-p", port, "-U", Account.user, "-d", Account.database,
        "--password", "env:LAB_PASSWORD", "--format", "json",
      ], environment: ["LAB_PASSWORD": Account.password])
    let server = try #require(Report(result.output)?.server, "\(result)")
    #expect(server.product == "PostgreSQL")
    let said = try Command.run([Lab.postgresPrograms() + "/postgres", "--version"]).output
    #expect(said.contains(" \(server.version)"), "\(server.version) is not in \(said)")
  }
}

extension String {
  /// How often a text occurs in this one.
  func occurrences(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
