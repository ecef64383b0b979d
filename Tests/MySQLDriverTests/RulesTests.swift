import ConnectCore
import Testing

@testable import MySQLDriver

/// Recorded errors of servers and of libmariadb, and what each means.
@Suite struct RulesTests {
  private func finding(
    _ error: ServerError, answers: [ServerAnswer] = [], mode: SSLMode = .required,
    change: (inout ConnectionTarget) -> Void = { _ in }
  ) -> Finding? {
    let failure = ConnectionFailure(
      stage: .auth, event: .serverReported, error: error, answers: answers, credentialsRequested: true)
    var target = ConnectionTarget(
      engine: .mysql, hosts: [HostPort(host: "db", port: 3306)], user: "u", password: Secret("p"),
      ssl: SSLSettings(mode: mode))
    change(&target)
    return MySQLRules().finding(for: failure, target: target)
  }

  private static func error(_ number: UInt32, _ words: String, _ state: String = "HY000") -> ServerError {
    MySQLErrors.error(number, words, sqlState: state)
  }

  static let denied = error(1045, "Access denied for user 'u'@'172.17.0.1' (using password: YES)", "28000")
  static let deniedWithoutPassword = error(1698, "Access denied for user 'by_socket'@'localhost'", "28000")

  @Test(
    arguments: [
      (error(1040, "Too many connections", "08004"), Cause.tooManyConnections),
      (
        error(1203, "User u already has more than 'max_user_connections' active connections"),
        .tooManyConnections
      ),
      (
        error(1226, "User 'u' has exceeded the 'max_user_connections' resource (current value: -1)", "42000"),
        .tooManyConnections
      ),
      (
        error(1041, "Out of memory; check if mysqld or some other process uses all available memory"),
        .tooManyConnections
      ),
      (error(1044, "Access denied for user 'poor'@'%' to database 'appdb'", "42000"), .accessDenied),
      (error(1049, "Unknown database 'unmade'", "42000"), .databaseNotFound),
      (error(1129, "Host '10.0.0.5' is blocked because of many connection errors"), .accessDenied),
      (error(1130, "Host '10.0.0.5' is not allowed to connect to this MariaDB server"), .accessDenied),
      (error(3118, "Access denied for user 'u'@'%'. Account is locked."), .accessDenied),
      (
        error(4150, "User is blocked because of too many credential errors; unblock with 'FLUSH PRIVILEGES'"),
        .accessDenied
      ),
      (error(4151, "Access denied, this account is locked"), .accessDenied),
      (error(1862, "Your password has expired. To log in you must change it"), .authenticationFailed),
      (
        error(1251, "Client does not support authentication protocol requested by server", "08004"),
        .authenticationFailed
      ),
      (error(1524, "Plugin 'mysql_native_password' is not loaded"), .authenticationFailed),
      (error(2059, "Authentication plugin 'caching_sha2_password' cannot be loaded"), .authenticationFailed),
      (error(1053, "Server shutdown in progress", "08S01"), .serverNotReady),
      (error(1043, "Bad handshake", "08S01"), .tlsFailureOther),
      (error(2027, "Malformed packet"), .wrongProtocol),
      (
        error(
          3159, "Connections using insecure transport are prohibited while --require_secure_transport=ON."),
        .serverRequiresTLS
      ),
      (
        error(9002, "SSL connection is required. Please specify SSL options and retry.", "28000"),
        .serverRequiresTLS
      ),
      (
        error(1105, "server does not allow insecure connections, client must use SSL/TLS", "HY000"),
        .serverRequiresTLS
      ),
    ])
  func errors(error: ServerError, cause: Cause) {
    #expect(finding(error, mode: .disabled)?.cause == cause)
    #expect(finding(error)?.cause == cause)
  }

  /// Before TLS the library wraps them.
  @Test(arguments: [("1040", Cause.tooManyConnections), ("1129", .accessDenied), ("1130", .accessDenied)])
  func wrapped(number: String, cause: Cause) {
    let words =
      "Received error packet before completion of TLS handshake. The authenticity of the following error cannot be verified: \(number) - x"
    #expect(finding(Self.error(2002, words))?.cause == cause)
  }

  @Test func unknownErrorsHaveNoRule() {
    #expect(finding(Self.error(1105, "out of cheese")) == nil)
    #expect(finding(Self.error(2026, "TLS/SSL error: internal error")) == nil)
  }

  /// A library's error with such words in it is no server's.
  @Test func onlyAServerRequiresTLS() {
    let error = Self.error(2000, "insecure transport are prohibited")
    #expect(finding(error)?.cause != .serverRequiresTLS)
  }

  // MARK: What a refused login means

  @Test(arguments: [denied, deniedWithoutPassword]) func theAnswerDecides(refusal: ServerError) {
    #expect(
      finding(refusal, answers: [.takesLoginOverTLS], mode: .disabled) == Finding(cause: .serverRequiresTLS))
    let refused = finding(refusal, answers: [.refusesOverTLS(refusal)], mode: .disabled)
    #expect(refused?.cause == .authenticationFailed && refused?.recommendedMode == nil)
    #expect(refused?.notes.isEmpty == false)
    #expect(finding(refusal, answers: [.offersNoTLS], mode: .disabled)?.cause == .authenticationFailed)
    #expect(finding(refusal, answers: [.unanswered("x")], mode: .disabled)?.cause == .authenticationFailed)
  }

  @Test(arguments: SSLMode.allCases) func aCertificateThatWasAskedFor(mode: SSLMode) {
    let found = finding(Self.denied, answers: [.asksForClientCertificate], mode: mode)
    #expect(found?.cause == .authenticationFailed && found?.recommendedMode == nil)
    #expect(found?.notes.contains { $0.contains("REQUIRE X509") } == true)
  }

  /// caching_sha2_password's server found the password right, and refused all the same.
  @Test func thePasswordIsRight() {
    let right: [ServerAnswer] = [.acknowledgesPassword]
    #expect(finding(Self.denied, answers: right, mode: .disabled)?.cause == .serverRequiresTLS)
    #expect(finding(Self.denied, answers: right)?.cause == .accessDenied)
    #expect(
      finding(Self.denied, answers: right + [.asksForClientCertificate])?.cause == .clientCertificateRequired)
  }

  @Test func unaskedItIsNoted() {
    func notes(_ mode: SSLMode, _ change: (inout ConnectionTarget) -> Void) -> [String] {
      finding(Self.denied, mode: mode, change: change)?.notes ?? []
    }
    #expect(notes(.disabled) { $0.asksQuestions = false }.contains { $0.contains("REQUIRE SSL") })
    #expect(notes(.required) { _ in }.isEmpty)
    #expect(
      notes(.required) { $0.ssl.certificateFile = "/c.pem" }.contains { $0.contains("REQUIRE SUBJECT") })
  }

  @Test func whatIsAskedAbout() {
    func open(_ event: FailureEvent, _ error: ServerError?, _ stage: ConnectionStage = .auth) -> Bool {
      MySQLRules.leavesTLSOpen(ConnectionFailure(stage: stage, event: event, error: error))
    }
    #expect(open(.serverReported, Self.denied) && open(.serverReported, Self.deniedWithoutPassword))
    #expect(!open(.serverReported, Self.error(1049, "Unknown database 'x'", "42000")))
    #expect(!open(.timedOut, nil) && !open(.serverReported, Self.denied, .query))
  }

  /// Nobody hears of a database, a limit or a lock without the right password; of the others everybody may.
  @Test(
    arguments: [
      ("1044", true), ("1049", true), ("1203", true), ("1226", true), ("1862", true), ("3118", true),
      ("4151", true), ("1045", false), ("1698", false), ("4150", false), ("3955", false), ("1040", false),
      ("1129", false), ("1130", false), ("1043", false),
    ])
  func whatFollowsTheLogin(number: String, follows: Bool) {
    let error = Self.error(UInt32(number) ?? 0, "words")
    #expect(MySQLRules.followsLogin(error) == follows)
    #expect(!MySQLRules.followsLogin(ServerError(text: "x", nativeCode: number, origin: .library("x"))))
  }

  // MARK: Plugins

  @Test(
    arguments: [
      ("mysql_clear_password", SSLMode.required, SSLMode.verifyIdentity),
      ("mysql_clear_password", .disabled, .verifyIdentity), ("sha256_password", .disabled, .required),
      ("dialog", .verifyIdentity, nil), ("mysql_old_password", .required, nil),
    ] as [(String, SSLMode, SSLMode?)])
  func pluginsThatAreNotUsed(plugin: String, mode: SSLMode, advised: SSLMode?) {
    let error = Self.error(
      5_010, "Authentication plugin '\(plugin)' couldn't be found in restricted_auth plugin list.")
    let found = finding(error, mode: mode)
    #expect(found?.cause == .authenticationFailed && found?.recommendedMode == advised)
    #expect(found?.notes.isEmpty == false)
  }

  @Test func thePasswordItself() {
    let error = MySQLErrors.fullAuthentication
    #expect(finding(error, mode: .disabled)?.cause == .serverRequiresTLS)
    #expect(finding(error, answers: [.offersNoTLS], mode: .preferred)?.cause == .authenticationFailed)
  }

  @Test func moreThanAGreetingIsNoServer() {
    let failure = ConnectionFailure(stage: .tls, event: MySQLErrors.surplusBeforeTLS)
    let target = ConnectionTarget(
      engine: .mysql, hosts: [HostPort(host: "db", port: 3306)], ssl: SSLSettings(mode: .required))
    #expect(MySQLRules().finding(for: failure, target: target)?.cause == .wrongProtocol)
    #expect(
      MySQLRules().finding(for: ConnectionFailure(stage: .tls, event: .other("something")), target: target)
        == nil)
  }
}
