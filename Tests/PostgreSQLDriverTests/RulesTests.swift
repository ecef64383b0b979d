import ConnectCore
import Testing

@testable import PostgreSQLDriver

/// Recorded errors of servers and of libpq, and what each means.
@Suite struct RulesTests {
  private func finding(
    _ error: ServerError, answers: [ServerAnswer] = [], credentialsRequested: Bool = false,
    mode: SSLMode = .required
  ) -> Finding? {
    let failure = ConnectionFailure(
      stage: .auth, event: .serverReported, error: error, answers: answers,
      credentialsRequested: credentialsRequested)
    let target = ConnectionTarget(
      engine: .postgres, hosts: [HostPort(host: "db", port: 5432)], ssl: SSLSettings(mode: mode))
    return PostgreSQLRules().finding(for: failure, target: target)
  }

  @Test(arguments: [
    ("28P01", "FATAL: password authentication failed for user \"x\"", Cause.authenticationFailed),
    ("28000", "FATAL: role \"nobody\" does not exist", .authenticationFailed),
    ("28000", "FATAL: Peer authentication failed for user \"x\"", .authenticationFailed),
    ("28000", "FATAL: connection requires a valid client certificate", .clientCertificateRequired),
    ("28000", "FATAL: certificate authentication failed for user \"x\"", .clientCertificateRejected),
    ("28000", "FATAL: role \"x\" is not permitted to log in", .accessDenied),
    ("28000", "ERROR: user root must authenticate using a client certificate", .clientCertificateRequired),
    ("28000", "ERROR: x does not have login privilege", .accessDenied),
    ("3D000", "FATAL: database \"none\" does not exist", .databaseNotFound),
    ("42501", "FATAL: permission denied for database \"x\"", .accessDenied),
    ("55000", "FATAL: database \"template0\" is not currently accepting connections", .accessDenied),
    ("53300", "FATAL: sorry, too many clients already", .tooManyConnections),
    ("57P03", "FATAL: the database system is starting up", .serverNotReady),
    ("57P01", "ERROR: server is not accepting clients, try another node", .serverNotReady),
  ])
  func serverErrors(state: String, text: String, cause: Cause) {
    #expect(finding(ServerError(text: text, sqlState: state, origin: .server))?.cause == cause)
  }

  @Test(arguments: [
    ("fe_sendauth: no password supplied", Cause.authenticationFailed),
    (
      "private key file \"k\" has group or world access; file must have permissions u=rw (0600) or less",
      .clientKeyInvalid
    ),
    ("received unencrypted data after SSL response", .wrongProtocol),
  ])
  func libraryErrors(text: String, cause: Cause) {
    #expect(finding(ServerError(text: text, origin: .library("libpq")))?.cause == cause)
  }

  static let refusals: [ServerError] = [
    ServerError(
      text: "FATAL: no pg_hba.conf entry for host \"1.2.3.4\", user \"u\", database \"d\", no encryption",
      sqlState: "28000", origin: .server),
    ServerError(
      text: "FATAL: no pg_hba.conf entry for host \"::ffff:10.1.1.1\", user \"u\", database \"d\", SSL off",
      sqlState: "28000", origin: .server),
    ServerError(
      text: "FATAL: pg_hba.conf rejects connection for host \"h\", user \"u\", database \"d\", no encryption",
      sqlState: "28000", origin: .server),
    ServerError(
      text:
        "FATAL: kein pg_hba.conf-Eintrag für Host »h«, Benutzer »u«, Datenbank »d«, keine Verschlüsselung",
      sqlState: "28000", origin: .server),
    ServerError(
      text: "ERROR: node is running secure mode, SSL connection required", sqlState: "08P01", origin: .server),
    ServerError(
      text: "ERROR: no server.host_based_authentication.configuration entry for host \"h\", user \"u\"",
      sqlState: "28000", origin: .server),
  ]

  @Test(arguments: refusals)
  func theAnswerDecides(refusal: ServerError) {
    #expect(finding(refusal, answers: [.takesLoginOverTLS])?.cause == .serverRequiresTLS)
    #expect(finding(refusal, answers: [.offersNoTLS])?.cause == .accessDenied)
    #expect(finding(refusal, answers: [.refusesOverTLS(refusal)])?.cause == .accessDenied)
    #expect(finding(refusal, answers: [.refusesInPlain(refusal)])?.cause == .accessDenied)
    let plainOnly = finding(refusal, answers: [.takesLoginInPlain])
    #expect(plainOnly?.cause == .accessDenied)
    #expect(plainOnly?.recommendedMode == .disabled)
    // After pg_hba.conf's refusals Preferred has been there, after others it has not.
    let preferred = finding(refusal, answers: [.takesLoginInPlain], mode: .preferred)
    let hasBeenThere = PostgreSQLRules.isHostBasedRefusal(refusal)
    #expect(preferred == Finding(cause: .accessDenied, recommendedMode: hasBeenThere ? nil : .disabled))
  }

  /// A server that refuses over TLS for a reason of its own (no client certificate) does take TLS.
  @Test func anotherRefusalOverTLSMeansThatTLSIsTaken() {
    let other = ServerError(
      text: "FATAL: connection requires a valid client certificate", sqlState: "28000", origin: .server)
    #expect(finding(Self.refusals[0], answers: [.refusesOverTLS(other)])?.cause == .serverRequiresTLS)
  }

  @Test func unaskedTheWordsForTheKindOfConnectionCount() {
    #expect(
      finding(Self.refusals[0], answers: [.unanswered("no answer in time")])?.cause == .serverRequiresTLS)
    let overTLS = ServerError(
      text: "FATAL: no pg_hba.conf entry for host \"h\", user \"u\", database \"d\", SSL encryption",
      sqlState: "28000", origin: .server)
    #expect(finding(overTLS)?.cause == .accessDenied)
  }

  @Test func unknownErrorsHaveNoRule() {
    #expect(finding(ServerError(text: "ERROR: out of cheese", sqlState: "XX000", origin: .server)) == nil)
  }
}
