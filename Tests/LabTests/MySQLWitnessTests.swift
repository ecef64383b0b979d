import Lab
import Testing

/// What the server's own logs tell of who came, and how.
@Suite struct MySQLWitnessTests {
  /// Runs one row on a server of its own, and gives that server's general and error log.
  func logs(
    _ title: String, _ server: MariaDBServer, _ mode: Mode, _ options: String = "", ending: Ending,
    password: String = MySQLAccount.password
  ) throws -> (general: String, errors: String) {
    let server = server.own(title)
    let situation = Situation(title, any: server, options, endings: Mode.allCases.map { _ in ending })
      .with(\.password, password)
    try Row(situation: situation, mode: mode).judge()
    let running = try Lab.start(mariadb: server)
    return (try running.generalLogText(), try running.logText())
  }

  static let overTLS = "on appdb using SSL/TLS"
  static let inPlain = "on appdb using TCP/IP"

  @Test(
    arguments: [
      (Mode.preferred, Ending.encrypted), (.required, .encrypted), (.verifyCA, .chain),
      (.verifyIdentity, .identity),
    ])
  func encrypted(mode: Mode, ending: Ending) throws {
    let ca = "--ssl-ca {pki}/ca.pem"
    let (log, errors) = try logs("witness of \(mode.rawValue)", .optional, mode, ca, ending: ending)
    #expect(log.occurrences(of: Self.overTLS) == 1 && !log.contains(Self.inPlain), "\(log)")
    #expect(!errors.contains("Aborted connection"), "\(errors)")
  }

  @Test func disabled() throws {
    let (log, errors) = try logs("witness of disabled", .optional, .disabled, ending: .plain)
    #expect(log.occurrences(of: Self.inPlain) == 1 && !log.contains(Self.overTLS), "\(log)")
    #expect(!errors.contains("Aborted connection"), "\(errors)")
  }

  @Test func preferredWithoutTLS() throws {
    let (log, _) = try logs("witness of a fallback", .plain, .preferred, ending: .fallback)
    #expect(log.occurrences(of: Self.inPlain) == 1 && !log.contains(Self.overTLS), "\(log)")
  }

  /// No login follows a certificate that was refused: the server never hears who wanted to log in.
  @Test(arguments: ["TLSv1.2", "TLSv1.3"], [Mode.verifyCA, .verifyIdentity])
  func noLoginAfterARefusedCertificate(version: String, mode: Mode) throws {
    var server = MariaDBServer.with("wrong-name")
    server.tlsVersion = version
    let ca = mode == .verifyCA ? "other-ca.pem" : "ca.pem"
    let ending = Ending.fails(mode == .verifyCA ? .untrusted : .wrongHost, advising: .verifyCA)
    let (log, errors) = try logs(
      "witness of a refused certificate, \(version), \(mode.rawValue)", server, mode, "--ssl-ca {pki}/\(ca)",
      ending: ending)
    #expect(!log.contains("Connect\t") && !log.contains(MySQLAccount.user), "\(log)")
    #expect(!errors.contains("'\(MySQLAccount.user)'"), "\(errors)")
  }

  /// No mode that demands TLS logs in without.
  @Test(arguments: [Mode.required, .verifyCA, .verifyIdentity]) func noLoginWithoutTLS(mode: Mode) throws {
    let (log, errors) = try logs(
      "witness of no TLS, \(mode.rawValue)", .plain, mode, ending: MySQLServerTests.lacks)
    #expect(!log.contains("Connect\t") && !log.contains(MySQLAccount.user), "\(log)")
    #expect(!errors.contains("'\(MySQLAccount.user)'"), "\(errors)")
  }

  /// A password that was refused over TLS is not sent again in plain text.
  @Test func oneAttemptAndNoneInPlainText() throws {
    let (log, errors) = try logs(
      "witness of one attempt", .optional, .preferred, ending: .encrypted.thenFails(.authentication),
      password: "not-it-2c9f")
    #expect(log.occurrences(of: "Connect\t") == 2 && !log.contains(Self.inPlain), "\(log)")
    #expect(errors.occurrences(of: "Access denied for user 'tester'") == 1, "\(errors)")
  }

  /// In Disabled one login over TLS follows a refused one, and no more.
  @Test func theQuestionIsAskedOnce() throws {
    let (_, errors) = try logs(
      "witness of the question", .optional, .disabled, ending: .plain.thenFails(.authentication),
      password: "not-it-2c9f")
    #expect(errors.occurrences(of: "Access denied for user 'tester'") == 2, "\(errors)")
    let (log, more) = try logs(
      "witness of the question to a server that requires TLS", .requiresTLS, .disabled,
      ending: MySQLServerTests.requires)
    #expect(log.occurrences(of: Self.overTLS) == 1, "\(log)")
    #expect(more.occurrences(of: "Access denied for user 'tester'") == 1, "\(more)")
  }

  @Test func untilTLSNeedsNoCredentials() throws {
    let server = MariaDBServer.optional.own("until tls")
    let running = try Lab.start(mariadb: server)
    let result = try Program.run([
      "--engine", "mysql", "-h", "localhost", "-p", String(running.port), "--ssl", "verify-identity",
      "--ssl-ca", Lab.pki + "/ca.pem", "--until", "tls", "--format", "json",
    ])
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.ok && report.ssl.encrypted == true && report.ssl.verified == "identity", "\(result)")
    #expect(report.tls?.certificates.first?.names.contains("localhost") == true, "\(result)")
    #expect(try !running.generalLogText().contains("Connect\t"))
  }
}
