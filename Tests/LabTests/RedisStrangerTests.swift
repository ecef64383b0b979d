import Lab
import Testing

/// Who else may listen on a port where Redis is expected, or the right server with the wrong kind of port × modes.
@Suite struct RedisStrangerTests {
  static func row(
    _ title: String, _ mode: Mode, _ script: [Step], then: [Step]? = nil, _ cause: Cause = .wrongProtocol,
    note: String
  ) -> StressRow {
    StressRow(title, mode, script, then: then, cause, mode == .disabled ? "auth" : "tls").with(\.note, note)
      .with(\.engine, "redis")
  }

  static let modes = [Mode.disabled, .preferred, .verifyIdentity]

  static let strangers: [(title: String, script: [Step], note: String)] = [
    (
      "HTTP", [.hearHandshake, .send("HTTP/1.1 400 Bad Request\r\nServer: web\r\n\r\n"), .close],
      "HTTP server"
    ),
    ("SSH", [.send("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), .stall], "SSH server"),
    ("SSH that closes", [.send("SSH-2.0-OpenSSH_9.2p1\r\n"), .hearHandshake, .close], "SSH server"),
    ("SMTP", [.send("220 mail.example.test ESMTP\r\n"), .stall], "SMTP"),
    ("POP3", [.send("+OK POP3 ready\r\n"), .stall], "POP3"),
    ("MySQL", [.send([74, 0, 0, 0, 10] + Array("8.0.36\0abcdefgh".utf8)), .stall], "MySQL server"),
    ("memcached", [.hearHandshake, .send("ERROR\r\n"), .stall], "memcached server"),
    ("zeros", [.hearHandshake, .send(Array(repeating: 0, count: 64)), .stall], "omething else"),
  ]
  static let rows = strangers.flatMap { stranger in
    modes.map { row(stranger.title, $0, stranger.script, note: stranger.note) }
  }
  @Test(arguments: rows) func stranger(_ row: StressRow) async throws { try await row.judge() }

  /// What speaks TLS and is no Redis.
  @Test(arguments: [Mode.required, .verifyIdentity]) func strangerInsideTLS(mode: Mode) async throws {
    for (title, answer, note) in [
      ("HTTPS", "HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP server"), ("unknown", "?\r\n", "omething else"),
    ] {
      try await Self.row(title, mode, [.secure(), .hearHandshake, .send(answer), .stall], note: note)
        .with(\.stage, "auth").judge()
    }
  }

  /// A port with TLS: an answer that is TLS's, or none, to what is not TLS.
  static let portsWithTLS: [StressRow] = [
    row(
      "an alert", .disabled, [.unlessTLS([.hearHandshake, .send([0x15, 3, 1, 0, 2, 2, 0x46]), .close])],
      .requiresTLS, note: "TLS"),
    row(
      "closes", .disabled, [.unlessTLS([.hearHandshake, .close]), .secure(), .stall], .requiresTLS,
      note: "TLS from"),
    row(
      "breaks", .disabled, [.unlessTLS([.hearHandshake, .reset]), .secure(), .stall], .requiresTLS,
      note: "TLS from"),
    row("stalls", .disabled, [.unlessTLS([.stall]), .secure(), .stall], .requiresTLS, note: "TLS from")
      .with(\.time, .beforeTheTimeout).with(\.timeout, 2.5),
  ]
  @Test(arguments: portsWithTLS) func onlyTLS(_ row: StressRow) async throws { try await row.judge() }

  /// A port without TLS, whose server does with a ClientHello what it likes, and answers PING.
  static func portWithout(_ mode: Mode, _ title: String, says answer: String, _ end: [Step]) -> StressRow {
    let question = Step.unlessTLS([.hearRedis(), .send(answer), .stall])
    return row(title, mode, [question, .hearHandshake] + end, .lacksTLS, note: "this port has no TLS")
  }

  static let portsWithout: [StressRow] = [Mode.preferred, .required, .verifyIdentity].flatMap { mode in
    [
      portWithout(mode, "stalls", says: "-NOAUTH Authentication required.\r\n", [.stall])
        .with(\.time, .beforeTheTimeout).with(\.timeout, 2.5),
      portWithout(mode, "closes", says: "+PONG\r\n", [.close]),
      portWithout(mode, "breaks", says: "+PONG\r\n", [.reset]),
      portWithout(mode, "an error", says: "+PONG\r\n", [.send("-ERR Protocol error\r\n"), .close]),
    ]
  }
  @Test(arguments: portsWithout) func noTLS(_ row: StressRow) async throws { try await row.judge() }

  /// A stranger that waits for a line of text says nothing to TLS; PING makes it speak.
  @Test(arguments: [Mode.preferred, .required]) func waitingForALine(mode: Mode) async throws {
    let script: [Step] = [
      .unlessTLS([.hearLine, .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close]), .hearHandshake, .stall,
    ]
    try await Self.row("waits for a line", mode, script, note: "HTTP server")
      .with(\.time, .beforeTheTimeout).with(\.timeout, 2.5).judge()
  }

  @Test(arguments: [Mode.disabled, .required]) func realServers(mode: Mode) async throws {
    for (name, port) in try [
      ("PostgreSQL", Lab.start(.plain).port), ("MySQL", Lab.start(mariadb: .plain).port),
    ] {
      try await SideBySide.run {
        let result = try SideBySide.runInTime(
          [
            "--engine", "redis", "-h", "127.0.0.1", "-p", String(port), "--ssl", mode.rawValue, "--format",
            "json",
            "--timeout", "2",
          ], environment: [:])
        let report = try #require(Report(result.output))
        #expect(report.diagnosis?.cause == "wrong-protocol", "\(result.output)")
        let notes = report.diagnosis?.notes ?? []
        #expect(notes.contains { $0.contains("\(name) server") }, "\(notes)")
        #expect(result.seconds < 2.25)
      }
    }
  }

  /// A question that is not answered changes nothing: neither the cause nor the time.
  @Test(arguments: [0.7, 2.5], [Mode.disabled, .required])
  func questionWithoutAnAnswer(timeout: Double, mode: Mode) async throws {
    let row = StressRow(
      "question refused", mode, [.stall], then: [.close], .timedOut, mode == .disabled ? "auth" : "tls")
    try await row.with(\.engine, "redis").with(\.time, .atTheTimeout).with(\.timeout, timeout).judge()
  }

  /// The server is slow, but it answers while the question is being put: that counts.
  @Test(arguments: [Mode.disabled, .required]) func answeredLate(mode: Mode) async throws {
    let script: [Step] =
      [.hearHandshake, .pause(3.2)] + (mode == .disabled ? [] : [.secure()])
      + [
        .hearRedis(), .send("+PONG\r\n"), .hearRedis(), .send("+OK\r\n"), .hearRedis(), .send("+PONG\r\n"),
        .hearRedis(3), .send("-ERR x\r\n-ERR x\r\n-ERR x\r\n"), .stall,
      ]
    let row = StressRow("answers late", mode, script, then: [.close], nil, "query").with(\.engine, "redis")
    try await row.with(\.proves, true).with(\.timeout, 4).with(\.time, .beforeTheTimeout).judge()
  }
}
