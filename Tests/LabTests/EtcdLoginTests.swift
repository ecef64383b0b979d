import Lab
import Testing

/// Who logs in, and how the server is × modes: on a server without TLS in Disabled, and on one with TLS in all five.
@Suite struct EtcdLoginTests {
  static func rows(
    _ title: String, on server: EtcdServer = .plain, _ cause: Cause? = nil,
    change: (inout Situation) -> Void = { _ in }
  ) -> [Row] {
    func ending(_ reached: Ending) -> Ending { cause.map { reached.thenFails($0) } ?? reached }
    let inPlain = ending(.plain)
    var plain = Situation(title + ", no TLS", etcd: server, "", inPlain, inPlain, inPlain, inPlain, inPlain)
    var secured = Situation(
      title, any: server.with(\.certificate, "good"), "--ssl-ca {pki}/ca.pem ",
      endings: [EtcdServer.inPlain] + [Ending.encrypted, .encrypted, .chain, .identity].map(ending))
    change(&plain)
    change(&secured)
    // Its note is about the login, which a port with TLS does not come to in Disabled.
    let noted = [Row(situation: plain, mode: .disabled)] + Row.all([secured]).dropFirst()
    secured.note = nil
    return noted + [Row(situation: secured, mode: .disabled)]
  }

  static let users = [
    rows("user and password"),
    rows("wrong password", .authentication) { $0.password = "wrong" },
    rows("empty password", .authentication) { $0.password = "" },
    rows("unknown user", .authentication) { $0.user = "nobody" },
    rows("password with everything in it") {
      $0.user = EtcdAccount.keeper
      $0.password = Account.keeperPassword
    },
    rows("user without rights") {
      $0.user = EtcdAccount.poor
      $0.remark = "The login worked, and the user may not read the key “health”"
    },
    rows("user without rights, wrong password", .authentication) {
      $0.user = EtcdAccount.poor
      $0.password = "wrong"
    },
    rows("user who was made without a password", .authentication) {
      $0.user = EtcdAccount.nopass
      $0.note = "made without a password"
    },
    rows("a user without a password", .authentication) {
      $0.password = nil
      $0.note = "No password was given."
    },
    rows("a password without a user", .authentication) {
      $0.user = ""
      $0.note = "no user was given"
    },
    rows("neither", .authentication) {
      $0.user = ""
      $0.password = nil
      $0.note = "No password was given."
    },
    rows("ETCDCTL_USER and ETCDCTL_PASSWORD") {
      $0.user = ""
      $0.password = nil
      $0.environment = ["ETCDCTL_USER": EtcdAccount.user, "ETCDCTL_PASSWORD": Account.password]
    },
    rows("ETCDCTL_USER with the password in it") {
      $0.user = ""
      $0.password = nil
      $0.environment = ["ETCDCTL_USER": EtcdAccount.user + ":" + Account.password]
    },
  ].flatMap { $0 }

  static let off = [
    rows("authentication is off", on: .plain.open) {
      $0.user = ""
      $0.password = nil
    },
    rows("authentication is off, user and password", on: .plain.open) {
      $0.remark = "Authentication is disabled on the server"
    },
    rows("authentication is off, a user", on: .plain.open) {
      $0.password = nil
      $0.remark = "Authentication is disabled on the server"
    },
    rows("authentication is off, a password", on: .plain.open) {
      $0.user = ""
      $0.remark = "Authentication is disabled on the server"
    },
  ].flatMap { $0 }

  static let states = [
    rows("one member of three is down", on: .cluster(stopped: 1)),
    rows("no leader", on: .cluster(stopped: 2), .notReady) { $0.note = "has no leader" },
    rows("learner", on: .learner, .notReady) { $0.note = "is a learner" },
    rows("no space left", on: .full) { $0.remark = "alarm:NOSPACE" },
  ].flatMap { $0 }

  @Test(arguments: users) func user(_ row: Row) throws { try row.judge() }
  @Test(arguments: off) func authenticationIsOff(_ row: Row) throws { try row.judge() }
  @Test(arguments: states) func state(_ row: Row) throws { try row.judge() }

  /// Where authentication is off, nobody gets a password that he did not ask for.
  @Test func noPasswordWhereNoneIsAsked() throws {
    let answers: [[UInt8]] = [EtcdMessage.status, EtcdMessage.header, EtcdMessage.members]
    var script: [Step] = []
    for (index, answer) in answers.enumerated() {
      script += [.hearHTTP2] + (index == 0 ? [.send(HTTP2Message.settings)] : [])
      script.append(.send(HTTP2Message.answer(answer, stream: UInt8(2 * index + 1))))
    }
    let server = try MisbehavingServer(script + [.stall])
    let result = try Program.run(
      [
        "etcd://\(Account.user)@127.0.0.1:\(server.port)", "--password", "env:LAB_PASSWORD", "--format",
        "json",
      ],
      environment: ["LAB_PASSWORD": Account.password])
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == 0 && report.server?.version == "3.5.21", "\(result)")
    #expect(report.warnings.contains { $0.contains("Authentication is disabled") }, "\(result)")
    #expect(!report.warnings.contains { $0.contains("clear text") }, "\(result)")
    let heard = try server.heard()
    #expect(heard.allSatisfy { !$0.holdsProof && !$0.contains(Account.user) })
  }
}
