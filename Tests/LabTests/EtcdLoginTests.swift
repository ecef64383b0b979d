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

  /// Half a login was given, and the read has worked: whether authentication is on is worth a question, and no failure.
  @Test(arguments: [
    [Step.close], [.reset], [.stall], [.send(HTTP2Message.frame(3, 0, stream: 5, [0, 0, 0, 2]))],
  ])
  func aQuestionThatIsNotAnswered(end: [Step]) throws {
    let script: [Step] = [
      .hearHTTP2, .send(EtcdMessage.greeting), .hearHTTP2,
      .send(HTTP2Message.answer(EtcdMessage.header, stream: 3)), .hearHTTP2,
    ]
    let server = try MisbehavingServer(script + end)
    let result = try Program.run(
      ["etcd://127.0.0.1:\(server.port)", "--format", "json", "-U", "tester", "--timeout", "4"])
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == 0 && report.elapsedMs < 4_000, "\(result)")
    #expect(!report.warnings.contains { $0.contains("Authentication is disabled") }, "\(result)")
  }

  /// In front of etcd something shows a client certificate of its own, as ghostunnel does, so that a read works for
  /// everybody: a password is tried all the same, and nothing is said of authentication.
  static let behindACertificate: [(user: String?, password: String?, code: Int, remark: String?)] = [
    (Account.user, "wrong", 40, nil), (Account.user, nil, 0, "belong together"), (nil, nil, 0, nil),
  ]
  @Test(arguments: behindACertificate.indices) func somethingInFront(index: Int) throws {
    let (user, password, code, remark) = Self.behindACertificate[index]
    func ok(_ message: [UInt8], _ stream: UInt8) -> Step {
      .send(HTTP2Message.answer(message, stream: stream))
    }
    func refusal(_ stream: UInt8) -> Step {
      .send(
        HTTP2Message.error(
          3, "etcdserver: authentication failed, invalid user ID or password", stream: stream))
    }
    let greeting: [Step] = [.hearHTTP2, .send(EtcdMessage.greeting), .hearHTTP2]
    let script: [Step] =
      password != nil
      ? greeting + [refusal(3)]
      : user == nil
        ? greeting + [ok(EtcdMessage.header, 3), .hearHTTP2, ok(EtcdMessage.members, 5)]
        : greeting + [
          ok(EtcdMessage.header, 3), .hearHTTP2, refusal(5), .hearHTTP2, ok(EtcdMessage.members, 7),
        ]
    let server = try MisbehavingServer(script + [.stall])
    let result = try Program.run(
      ["etcd://127.0.0.1:\(server.port)", "--format", "json"] + (user.map { ["-U", $0] } ?? [])
        + (password == nil ? [] : ["--password", "env:LAB_PASSWORD"]),
      environment: ["LAB_PASSWORD": password ?? ""])
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == code, "\(result)")
    #expect(!report.warnings.contains { $0.contains("disabled") }, "\(result)")
    if let remark { #expect(report.warnings.contains { $0.contains(remark) }, "\(result)") }
  }
}
