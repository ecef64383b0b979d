import ConnectCore
import Testing

@testable import CassandraDriver

/// Recorded errors of servers, and what each means.
@Suite struct RulesTests {
  private func finding(
    _ event: FailureEvent, _ error: ServerError? = nil, user: String? = "tester", host: String = "db",
    certificate: String? = nil, credentialsRequested: Bool = false, answers: [ServerAnswer] = []
  ) -> Finding? {
    let failure = ConnectionFailure(
      stage: .auth, event: event, error: error, answers: answers, credentialsRequested: credentialsRequested)
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
      CassandraErrors.noLogin(name), CassandraErrors.refused("a.KerberosAuthenticator"),
      CassandraErrors.unexpectedChallenge(name),
    ] {
      #expect(finding(event, credentialsRequested: true)?.cause == .authenticationFailed)
    }
    #expect(finding(.other("something else")) == nil)
    for event in [CassandraErrors.malformed, CassandraErrors.broken] {
      #expect(finding(event)?.cause == .wrongProtocol)
      #expect(finding(event, credentialsRequested: true)?.cause == .wrongProtocol)
    }
  }

  @Test("Closed without a word may be for too many connections, which is no more than a note")
  func closed() {
    #expect(finding(.closed)?.cause == .connectionLost)
    #expect(finding(.closed)?.notes == [CassandraRules.tooManyNote])
    #expect(finding(.closed, answers: [.speaksTLSDirectly]) == nil)
    #expect(finding(.closed, credentialsRequested: true) == nil)
    #expect(finding(.reset(errno: 104)) == nil)
  }
}
