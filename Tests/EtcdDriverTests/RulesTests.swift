import ConnectCore
import HTTP
import Testing

@testable import EtcdDriver

/// Errors as servers have said them: etcd 3.4.23, but for those that say otherwise.
@Suite("etcd's errors and their causes")
struct RulesTests {
  static let recorded: [(code: String, text: String, cause: Cause)] = [
    ("3", "etcdserver: authentication failed, invalid user ID or password", .authenticationFailed),
    ("3", "etcdserver: user name is empty", .authenticationFailed),
    ("2", "auth: authentication failed, password was given for no password user", .authenticationFailed),
    // etcd 3.5
    (
      "3", "etcdserver: authentication failed, password was given for no password user", .authenticationFailed
    ),
    ("9", "etcdserver: user name not found", .authenticationFailed),
    ("9", "etcdserver: authentication is not enabled", .authenticationFailed),
    ("16", "etcdserver: invalid auth token", .authenticationFailed),
    ("7", "etcdserver: permission denied", .accessDenied),
    ("14", "etcdserver: no leader", .serverNotReady),
    ("14", "etcdserver: not leader", .serverNotReady),
    ("14", "etcdserver: leader changed", .serverNotReady),
    ("14", "etcdserver: rpc not supported for learner", .serverNotReady),
    ("14", "etcdserver: request timed out", .serverNotReady),
    ("14", "etcdserver: request timed out, possibly due to previous leader failure", .serverNotReady),
    ("14", "etcdserver: request timed out, possibly due to connection lost", .serverNotReady),
    ("14", "etcdserver: server stopped", .serverNotReady),
    ("14", "etcdserver: unhealthy cluster", .serverNotReady),
    ("14", "etcdserver: not capable", .serverNotReady),
    ("8", "etcdserver: too many requests", .serverNotReady),
    ("3", "etcdserver: revision of auth store is old", .serverNotReady),
    ("15", "etcdserver: corrupt cluster", .other),
    // A balancer's, and any other.
    ("14", "no healthy upstream", .serverNotReady),
    ("4", "context deadline exceeded", .serverNotReady),
    ("16", "no", .authenticationFailed),
    ("7", "RBAC: access denied", .accessDenied),
  ]

  @Test("by their words and their status", arguments: recorded)
  func causes(code: String, text: String, cause: Cause) { #expect(finding(text, code)?.cause == cause) }

  @Test("`explain` has the words alone", arguments: recorded.dropLast(4).filter { !$0.text.contains("RBAC") })
  func words(code: String, text: String, cause: Cause) {
    #expect(finding("rpc error: code = X desc = " + text, nil)?.cause == cause)
  }

  @Test(
    "What nobody has a rule for stays unnamed",
    arguments: [
      ("2", "unknown"), ("3", "etcdserver: key is not provided"), ("12", "unknown method"), ("9", ""),
      ("", ""),
    ])
  func unknown(code: String, text: String) { #expect(finding(text, code) == nil) }

  @Test func notes() {
    #expect(finding("etcdserver: no leader", "14")?.notes.first?.contains("no leader") == true)
    #expect(
      finding("etcdserver: authentication is not enabled", "9")?.notes.first?.contains("is off") == true)
    #expect(finding("etcdserver: permission denied", "7")?.notes == [])
  }

  @Test func withoutWords() {
    #expect(finding(EtcdErrors.malformed)?.cause == .wrongProtocol)
    #expect(finding(EtcdErrors.noUser)?.cause == .authenticationFailed)
    let nameless = finding(EtcdErrors.namelessCertificate)
    #expect(nameless?.cause == .authenticationFailed)
    #expect(nameless?.notes.first?.contains("The certificate names no user") == true)
    #expect(finding("etcdserver: user name not found", "9")?.advice?.change.contains("--ssl-cert") == true)
    #expect(finding(.closed) == nil)
  }

  /// Of who stands in front of etcd, by the status of HTTP.
  @Test(
    arguments: [
      (200, .wrongProtocol), (302, .wrongProtocol), (404, .wrongProtocol), (401, .authenticationFailed),
      (407, .authenticationFailed), (403, .accessDenied), (429, .tooManyConnections), (502, .serverNotReady),
      (503, .serverNotReady), (504, .serverNotReady), (500, .wrongProtocol),
    ] as [(Int, Cause)])
  func inFront(status: Int, cause: Cause) throws {
    let error = HTTPEvidence.error(
      HTTPResponse(
        status: status, headers: [("server", "envoy"), ("location", "https://x/"), ("set-cookie", "no")],
        body: Array("no healthy upstream\n".utf8)))
    #expect(error.text.hasSuffix("\n\nno healthy upstream") && !error.text.contains("cookie"))
    let found = try #require(finding(EtcdErrors.foreign, error))
    #expect(found.cause == cause && found.notes.joined().contains("is from envoy"))
    #expect(found.notes.contains { $0.contains("https://x/") } == (status == 302))
    let failure = ConnectionFailure(stage: .auth, event: EtcdErrors.foreign, error: error)
    let triesNext = EtcdEngine(curl: nil).triesNextHost(after: failure)
    #expect(triesNext == [.serverNotReady, .tooManyConnections].contains(cause))
  }

  @Test("A member that is up, in a cluster that is not")
  func stall() {
    let failure = ConnectionFailure(stage: .query, event: .timedOut)
    let observation = Observation(
      outcome: .failed(failure), host: Self.target.hosts[0], encrypted: false, remarks: [.toldVersion])
    let hints = EtcdRules().hints(for: failure, in: observation, target: Self.target)
    #expect(hints == [EtcdRules.stallHint])
    // That one member has told its version says nothing of the next, which cannot be connected to.
    let next = ConnectionFailure(stage: .connect, event: .timedOut)
    #expect(EtcdRules().hints(for: next, in: observation, target: Self.target) == [])
  }

  @Test("A member that waits for its cluster says nothing")
  func silence() {
    func hints(_ stage: ConnectionStage, _ event: FailureEvent = .timedOut, encrypted: Bool? = nil)
      -> [String]
    {
      let failure = ConnectionFailure(stage: stage, event: event)
      let observation = Observation(
        outcome: .failed(failure), host: Self.target.hosts[0], encrypted: encrypted)
      return EtcdRules().hints(for: failure, in: observation, target: Self.target)
    }
    #expect(hints(.tls) == [EtcdRules.silenceHint] && hints(.auth) == [EtcdRules.silenceHint])
    #expect(hints(.connect) == [] && hints(.auth, .closed) == [])
    #expect(hints(.auth, encrypted: true) == [] && hints(.auth, encrypted: false) == [])
  }

  private static let target = ConnectionTarget(
    engine: .etcd, hosts: [HostPort(host: "h", port: 2379)], ssl: SSLSettings(mode: .disabled))

  private func finding(_ text: String, _ code: String?) -> Finding? {
    finding(.serverReported, ServerError(text: text, nativeCode: code, origin: .server))
  }

  private func finding(
    _ event: FailureEvent, _ error: ServerError? = nil
  ) -> Finding? {
    EtcdRules().finding(
      for: ConnectionFailure(stage: .auth, event: event, error: error), target: Self.target)
  }
}
