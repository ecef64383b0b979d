import ConnectCore
import Testing

@testable import CassandraDriver

/// Recorded errors of servers, and what each means.
@Suite struct RulesTests {
  private func finding(
    _ event: FailureEvent, _ error: ServerError? = nil, user: String? = "tester", host: String = "db",
    certificate: String? = nil, stage: ConnectionStage = .auth, credentialsRequested: Bool = false
  ) -> Finding? {
    let failure = ConnectionFailure(
      stage: stage, event: event, error: error, credentialsRequested: credentialsRequested)
    var ssl = SSLSettings(mode: .required)
    ssl.certificateFile = certificate
    let target = ConnectionTarget(
      engine: .cassandra, hosts: [HostPort(host: host, port: 9042)], user: user, ssl: ssl)
    return CassandraRules().finding(for: failure, target: target)
  }

  private func reported(_ code: Int, _ text: String, certificate: String? = nil) -> Finding? {
    finding(.serverReported, CassandraErrors.error(code: code, text: text), certificate: certificate)
  }

  @Test(arguments: [
    (0x0100, "Provided username tester and/or password are incorrect", Cause.authenticationFailed),
    (0x0100, "Username and/or password are incorrect", .authenticationFailed),
    (0x0100, "bad credentials", .authenticationFailed),
    (0x0100, "locked is not permitted to log in", .accessDenied),
    (
      0x0100, "Unable to perform authentication: Cannot achieve consistency level QUORUM", .serverNotReady
    ),
    (
      0x0000,
      "java.lang.RuntimeException: org.apache.cassandra.exceptions.UnavailableException: Cannot achieve consistency level ONE",
      .serverNotReady
    ),
    (0x1000, "Cannot achieve consistency level ONE", .serverNotReady),
    (0x1001, "Server is in overloaded state. Cannot accept more requests at this point", .serverNotReady),
    (0x1001, "Too many connections from this address", .tooManyConnections),
    (0x1002, "Cannot read from a bootstrapping node", .serverNotReady),
    (0x1100, "Operation timed out - received only 0 responses.", .serverNotReady),
    (0x1200, "Operation timed out - received only 0 responses.", .serverNotReady),
    (0x2100, "User tester has no SELECT permission on <table system.local>", .accessDenied),
    (0x2100, "You do not have access to this datacenter (dc1)", .accessDenied),
    (0x2100, "You do not have access from this IP /10.0.0.1", .accessDenied),
    (0x2100, "You have to be logged in and not anonymous to perform this request", .authenticationFailed),
    (0x2200, "Keyspace 'none' does not exist", .databaseNotFound),
    (0x2200, "Keyspace none doesn't exist", .databaseNotFound),
    (0x2200, "Keyspace Not Found. none", .databaseNotFound),
    (
      0x000A, "Invalid or unsupported protocol version (5); supported versions are (6/v6-beta)", .other
    ),
  ])
  func serverErrors(code: Int, text: String, cause: Cause) {
    #expect(reported(code, text)?.cause == cause)
  }

  @Test(
    "Codes that say only that something went wrong",
    arguments: [
      0x0000, 0x000A, 0x1003, 0x1300, 0x1400, 0x1500, 0x1600, 0x1700, 0x2000, 0x2200, 0x2300, 0x2400, 0x2500,
      0x4321, -1,
    ])
  func unnamed(code: Int) {
    #expect(reported(code, "something") == nil)
  }

  @Test func codesAreWrittenAsInTheSpecification() {
    #expect(CassandraErrors.error(code: 0x0100, text: "").nativeCode == "0x0100")
    #expect(CassandraErrors.error(code: 0x000A, text: "").nativeCode == "0x000A")
    #expect(CassandraErrors.error(code: 0, text: "").nativeCode == "0x0000")
    let far = CassandraErrors.error(code: -1, text: "")
    #expect(far.nativeCode == "0xFFFFFFFF")
    for code in [0, 0x0A, 0x100, 0x2500, 0x7fff_ffff] {
      #expect(CassandraErrors.code(of: CassandraErrors.error(code: code, text: "")) == code)
    }
  }

  @Test func certificatesThatNameNobody() {
    let text = "Certificate identity 'spiffe://x' not authorized"
    #expect(reported(0x0100, text, certificate: "c.crt")?.cause == .clientCertificateRejected)
    #expect(reported(0x0100, "Invalid or not supported certificate")?.cause == .clientCertificateRequired)
  }

  @Test("Astra's one user name is told")
  func astra() {
    let text = "Provided username token and/or password are incorrect"
    let error = CassandraErrors.error(code: 0x0100, text: text)
    #expect(finding(.serverReported, error, user: "token")?.notes.first?.contains("AstraCS") == true)
    let host = "abc-us-east1.db.astra.datastax.com"
    #expect(finding(.serverReported, error, host: host)?.notes.first?.contains("AstraCS") == true)
    #expect(finding(.serverReported, error)?.notes == [])
  }

  @Test func loginsThatWereNotGoneThroughWith() {
    let name = "org.apache.cassandra.auth.PasswordAuthenticator"
    for event in [
      CassandraErrors.noLogin(name), CassandraErrors.unexpectedChallenge(name),
      CassandraErrors.unspoken("a.KerberosAuthenticator"), CassandraErrors.unverified("a.Own"),
    ] {
      #expect(finding(event, credentialsRequested: true)?.cause == .authenticationFailed)
    }
    let unverified = finding(CassandraErrors.unverified("a.Own"), credentialsRequested: true)
    #expect(unverified?.recommendedMode == .verifyIdentity)
    #expect(unverified?.advice?.message.hasPrefix("TablePro did not send the password") == true)
    let unspoken = finding(CassandraErrors.unspoken("a.KerberosAuthenticator"), credentialsRequested: true)
    #expect(unspoken?.recommendedMode == nil)
    #expect(unspoken?.advice?.message.hasPrefix("TablePro did not send the password") == true)
    #expect(finding(.other("something else")) == nil)
    for event in [CassandraErrors.malformed, CassandraErrors.broken, CassandraErrors.flood] {
      #expect(finding(event)?.cause == .wrongProtocol)
      #expect(finding(event, credentialsRequested: true)?.cause == .wrongProtocol)
    }
  }

  @Test("Class names stand in the middle of a sentence, and are names")
  func classNames() throws {
    for name in ["org.example.Own", "", String(repeating: "x", count: 65_535)] {
      for event in [
        CassandraErrors.unverified(name), CassandraErrors.unspoken(name), CassandraErrors.noLogin(name),
        CassandraErrors.unexpectedChallenge(name),
      ] {
        guard case .other(let words) = event else {
          Issue.record("no words")
          return
        }
        #expect(!words.hasPrefix("org."))
        #expect(words.utf8.count < 400)
        #expect(!words.contains("()") && !words.contains("  ") && !words.contains(" ,"))
      }
    }
  }

  @Test("After the login, Unauthorized is about a permission")
  func permissions() {
    let error = CassandraErrors.error(code: 0x2100, text: "User tester has no SELECT permission")
    let after = finding(.serverReported, error, stage: .query, credentialsRequested: true)
    #expect(after?.cause == .accessDenied)
    #expect(after?.advice?.message.contains("has logged in") == true)
    #expect(finding(.serverReported, error, credentialsRequested: true)?.advice == nil)
    #expect(CassandraRules.deniesOnlyPermission(error))
    for text in ["You do not have access to this datacenter (dc1)", "You have to be logged in"] {
      let denial = CassandraErrors.error(code: 0x2100, text: text)
      #expect(!CassandraRules.deniesOnlyPermission(denial))
      #expect(
        finding(.serverReported, denial, stage: .query, credentialsRequested: true)?.advice == nil)
    }
  }

  // MARK: Too many connections

  private func hints(
    _ event: FailureEvent, at stage: ConnectionStage, encrypted: Bool? = nil, tls: TLSReport? = nil,
    credentialsRequested: Bool = false, answers: [ServerAnswer] = []
  ) -> [String] {
    let failure = ConnectionFailure(
      stage: stage, event: event, answers: answers, credentialsRequested: credentialsRequested)
    let host = HostPort(host: "db", port: 9042)
    let target = ConnectionTarget(
      engine: .cassandra, hosts: [host], ssl: SSLSettings(mode: tls == nil ? .disabled : .required))
    let observation = Observation(outcome: .failed(failure), host: host, encrypted: encrypted, tls: tls)
    return CassandraRules().hints(for: failure, in: observation, target: target)
  }

  @Test(
    "Closed or reset without a word may be for too many connections",
    arguments: [
      FailureEvent.closed, .reset(errno: 104),
    ])
  func tooMany(event: FailureEvent) {
    #expect(hints(event, at: .auth) == [CassandraRules.tooManyHint])
    #expect(hints(event, at: .tls, tls: TLSReport()) == [CassandraRules.tooManyHint])
    #expect(hints(event, at: .auth, answers: [.speaksTLSDirectly]) == [])
    #expect(hints(event, at: .auth, encrypted: false) == [])
    #expect(hints(event, at: .auth, credentialsRequested: true) == [])
    #expect(hints(event, at: .query, encrypted: false) == [])
    #expect(hints(event, at: .tls, tls: TLSReport(serverSpoke: true)) == [])
    let finished = TLSReport(handshakeCompleted: true, serverSpoke: true)
    #expect(hints(event, at: .auth, encrypted: true, tls: finished) == [])
    #expect(hints(event, at: .tls, tls: finished) == [])
  }

  @Test func othersAreNotForTooMany() {
    #expect(hints(.reset(errno: 104), at: .connect) == [CassandraRules.tooManyHint])
    #expect(hints(.refused(errno: 111), at: .connect) == [])
    #expect(hints(.timedOut, at: .auth) == [])
    #expect(finding(.closed) == nil && finding(.reset(errno: 104)) == nil)
  }
}
