import Lab
import Testing

/// What a server answers to each command, one that is Redis and one that only seems so × modes.
@Suite struct RedisAnswerTests {
  static let modes = [Mode.disabled, .required]

  /// A server that answers each command by the next text.
  static func rows(
    _ title: String, _ answers: [String], _ cause: Cause?, _ stage: String, proves: Bool = true,
    options: [String] = [], change: (inout StressRow) -> Void = { _ in }
  ) -> [StressRow] {
    modes.map { mode in
      let script = answers.flatMap { [Step.hearRedis(), .send($0)] }
      var row = StressRow(
        title, mode, (mode == .disabled ? [] : [.secure()]) + script + [.stall], cause, stage
      )
      .with(\.engine, "redis").with(\.proves, proves).with(\.options, options)
      change(&row)
      return row
    }
  }

  static let pong = "+PONG\r\n"
  static let ok = "+OK\r\n"
  static let whoItIs = [
    "$21\r\nredis_version:7.0.15\r\n\r\n", "$0\r\n\r\n", "-ERR unknown command 'HELLO'\r\n",
  ]
  /// To PING, AUTH, PING and the questions who it is.
  static func session(_ first: String, auth: String = ok, then second: String = pong) -> [String] {
    [first, auth, second] + whoItIs
  }
  static func notValid(_ row: inout StressRow) {
    row.mentions = "not valid Redis"
    row.note = "is not valid Redis"
  }

  static let foreign = [
    rows("nil to AUTH", [pong, "$-1\r\n"], .wrongProtocol, "auth", change: notValid),
    rows("PONG to everything", [pong, pong], .wrongProtocol, "auth", change: notValid),
    rows("a number to AUTH", [pong, ":1\r\n"], .wrongProtocol, "auth", change: notValid),
    rows("HTTP to AUTH", [pong, "HTTP/1.1 400\r\n"], .wrongProtocol, "auth", change: notValid),
    rows("nil to the second PING", [pong, ok, "$-1\r\n"], .wrongProtocol, "query", change: notValid),
    rows(
      "a text to the second PING", [pong, ok, "$4\r\nPONG\r\n"], .wrongProtocol, "query", change: notValid),
    rows(
      "PONG to SELECT", [pong, ok, pong], .wrongProtocol, "query", options: ["-d", "1"], change: notValid),
  ].flatMap { $0 }

  static let refusals = [
    rows("of PING by Redis 2.6", session("-ERR operation not permitted\r\n"), nil, "query"),
    rows("of PING by Pika", session("-ERR NOAUTH Authentication required.\r\n"), nil, "query"),
    rows("of PING, in unknown words", session("-ERR who are you\r\n"), nil, "query"),
    rows(
      "PING is unknown", session("-ERR unknown command 'PING'\r\n", then: "-ERR unknown command 'PING'\r\n"),
      nil, "query"
    ) { $0.note = "unknown command 'PING'" },
    rows(
      "its disk is full", session("-MISCONF no disk\r\n", then: "-MISCONF no disk\r\n"), nil, "query"
    ) { $0.note = "MISCONF no disk" },
    rows("its disk is full, until the login", ["-MISCONF no disk\r\n", ok], nil, "auth") {
      $0.note = "MISCONF no disk"
      $0.options = ["--until", "auth"]
    },
    rows("of AUTH, in unknown words", [pong, "-ERR go away\r\n"], .authentication, "auth") {
      $0.response = "go away"
    },
    rows(
      "of AUTH, since it is full", [pong, "-ERR max number of clients reached\r\n"], .tooMany, "auth"),
    rows(
      "of everything, since it is full", ["-ERR max concurrent connections exceeded\r\n"], .tooMany, "auth",
      proves: false),
    rows("of everything, while it loads", ["-LOADING wait\r\n"], .notReady, "auth", proves: false),
    rows("of everything by a script", ["-BUSY wait\r\n"], .notReady, "auth", proves: false),
    rows("of others", ["-DENIED no\r\n"], .accessDenied, "auth", proves: false) {
      $0.mentions = "its own computer"
    },
    rows("a login that is not enough", [pong, ok, "-NOAUTH no\r\n"], .authentication, "query"),
  ].flatMap { $0 }

  @Test(arguments: foreign) func notRedis(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: refusals) func refusal(_ row: StressRow) async throws { try await row.judge() }

  /// SELECT's refusal counts, whatever becomes of the PING that went with it.
  @Test(arguments: modes) func selectIsRefused(mode: Mode) async throws {
    let script: [Step] =
      (mode == .disabled ? [] : [.secure()])
      + [.hearRedis(), .send(Self.pong), .hearRedis(), .send(Self.ok), .hearRedis(2)]
      + [.send("-ERR DB index is out of range\r\n"), .close]
    let row = StressRow("SELECT is refused", mode, script, .noDatabase, "query").with(\.engine, "redis")
    try await row.with(\.proves, true).with(\.options, ["-d", "40"]).with(\.mentions, "number 40").judge()
  }

  /// What becomes of the questions who it is changes nothing about a session that works.
  static let unknownProducts = modes.flatMap { mode in
    [
      ("closes", [Step.close], "the server closed"), ("breaks", [.reset], ""),
      ("stalls", [.stall], "no answer"),
      ("dribbles", [.send(Array("$1000\r\n# Server".utf8), pause: 0.4), .stall], "no answer"),
      (
        "refuses", [.send(String(repeating: "-NOPERM no\r\n", count: 3)), .stall],
        "the server said: NOPERM no"
      ),
      ("has nothing to say", [.send(pong + pong + pong), .stall], "its answers to INFO and HELLO name none"),
      ("speaks RESP3", [.send("%1\r\n+a\r\n+b\r\n"), .stall], "the answer is not valid Redis"),
      ("speaks HTTP", [.send("HTTP/1.1 400\r\n"), .stall], "the answer is not valid Redis"),
      ("promises too much", [.send("*2147483647\r\n"), .stall], "the answer is not valid Redis"),
      (
        "floods", [.send("$536870912\r\n"), .send(Array(repeating: 97, count: 65_536), times: 100), .stall],
        "the answer is not valid Redis"
      ),
    ].map { (title: String, end: [Step], note: String) in
      let script: [Step] =
        (mode == .disabled ? [] : [.secure()])
        + [.hearRedis(), .send(pong), .hearRedis(), .send(ok), .hearRedis(), .send(pong), .hearRedis(3)]
      return StressRow(title, mode, script + end, nil, "query").with(\.engine, "redis").with(\.proves, true)
        .with(\.note, "did not say which product and version it is: \(note)")
    }
  }
  @Test(arguments: unknownProducts) func unknownProduct(_ row: StressRow) async throws {
    try await row.judge()
  }

  /// What INFO has said counts, although HELLO is not answered.
  @Test func helloIsNotAnswered() async throws {
    let script: [Step] = [.hearRedis(), .send(Self.pong), .hearRedis(), .send(Self.pong), .hearRedis(3)]
    try await SideBySide.run {
      let server = try MisbehavingServer(script + [.send(Self.whoItIs[0] + Self.whoItIs[1]), .close])
      let result = try Program.run(["redis://127.0.0.1:\(server.port)", "--format", "json"])
      let report = try #require(Report(result.output), "\(result)")
      #expect(report.server?.product == "Redis" && report.server?.version == "7.0.15", "\(result)")
      #expect(report.warnings.isEmpty, "\(result)")
    }
  }

  /// Without a password: a server that wants one is found out even where PING is not there to ask.
  @Test(
    arguments: [
      (["-ERR NOAUTH Authentication required.\r\n"], Cause?.some(.authentication)),
      (["-ERR operation not permitted\r\n"], .authentication),
      (["-ERR unknown command 'PING'\r\n", "-NOAUTH no\r\n"], .authentication),
      (
        ["-ERR unknown command 'PING'\r\n", "$4\r\nPING\r\n", "-ERR unknown command 'PING'\r\n"] + whoItIs,
        nil
      ),
      (["-ERR who are you\r\n"], .other),
    ])
  func withoutAPassword(answers: [String], cause: Cause?) async throws {
    try await SideBySide.run {
      let server = try MisbehavingServer(answers.flatMap { [Step.hearRedis(), .send($0)] } + [.stall])
      let result = try Program.run(["redis://127.0.0.1:\(server.port)", "--format", "json"])
      #expect(result.exitCode == cause?.exitCode ?? 0, "\(result)")
      let report = try #require(Report(result.output), "\(result)")
      if cause == .authentication {
        #expect(report.diagnosis?.notes.contains("No password was given.") == true, "\(result)")
      }
      if cause == nil { #expect(report.warnings.contains { $0.contains("unknown command") }, "\(result)") }
    }
  }
}
