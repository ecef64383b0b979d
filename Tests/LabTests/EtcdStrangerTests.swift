import Foundation
import Lab
import Testing

/// Who else may listen on a port where etcd is expected, or etcd with the wrong kind of port × modes.
@Suite struct EtcdStrangerTests {
  static func row(
    _ title: String, _ mode: Mode, _ script: [Step], then: [Step]? = nil, _ cause: Cause = .wrongProtocol,
    note: String
  ) -> StressRow {
    StressRow(title, mode, script, then: then, cause, mode == .disabled ? "auth" : "tls").with(\.note, note)
      .with(\.engine, "etcd")
  }

  static let modes = [Mode.disabled, .preferred, .verifyIdentity]

  static let strangers: [(title: String, script: [Step], note: String)] = [
    (
      "HTTP", [.hearHandshake, .send("HTTP/1.1 400 Bad Request\r\nServer: web\r\n\r\n"), .close],
      "HTTP server"
    ),
    // etcd 2 knows HTTP/1.1 only.
    (
      "etcd 2",
      [
        .hearHandshake, .send("HTTP/1.1 404 Not Found\r\nContent-Length: 19\r\n\r\n404 page not found\n"),
        .stall,
      ],
      "HTTP server"
    ),
    ("SSH", [.send("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), .stall], "SSH server"),
    ("SSH that closes", [.send("SSH-2.0-OpenSSH_9.2p1\r\n"), .hearHandshake, .close], "SSH server"),
    ("SMTP", [.send("220 mail.example.test ESMTP\r\n"), .stall], "SMTP"),
    ("MySQL", [.send([74, 0, 0, 0, 10] + Array("8.0.36\0abcdefgh".utf8)), .stall], "MySQL server"),
    ("Redis", [.hearHandshake, .send("-ERR unknown command 'PRI'\r\n"), .stall], "Redis server"),
    ("memcached", [.hearHandshake, .send("ERROR\r\n"), .stall], "memcached server"),
    ("zeros", [.hearHandshake, .send(Array(repeating: 0, count: 64)), .stall], "omething else"),
  ]
  static let rows = strangers.flatMap { stranger in
    modes.map { row(stranger.title, $0, stranger.script, note: stranger.note) }
  }
  @Test(arguments: rows) func stranger(_ row: StressRow) async throws { try await row.judge() }

  /// What speaks HTTP/2, and gRPC, and is no etcd.
  static let neighbours: [(title: String, answer: [UInt8], note: String)] = [
    (
      "another gRPC server", HTTP2Message.error(12, "unknown service etcdserverpb.Maintenance", stream: 1),
      "A gRPC server"
    ),
    ("a gRPC server with such a method", HTTP2Message.answer([], stream: 1), "A gRPC server"),
    ("a web server with HTTP/2", HTTP2Message.frame(1, 5, stream: 1, [0x8D]), "An HTTP server"),
    ("a message that cannot be read", HTTP2Message.answer([0x0B], stream: 1), "cannot be read"),
    (
      "a message that is longer than it says",
      HTTP2Message.head(stream: 1) + HTTP2Message.frame(0, 0, stream: 1, [0, 0, 0, 0, 0, 1])
        + HTTP2Message.frame(1, 5, stream: 1, HTTP2Message.header("grpc-status", "0")), "cannot be read"
    ),
  ]
  /// Balancers in front of members: nothing of gRPC's.
  static let fronts: [(title: String, headers: [UInt8], body: String, cause: Cause, note: String)] = [
    (
      "no member behind a balancer", HTTP2Message.header(":status", "503"), "no healthy upstream", .notReady,
      "envoy"
    ),
    ("a balancer's timeout", HTTP2Message.header(":status", "504"), "", .notReady, "envoy"),
    ("a proxy's login", HTTP2Message.header(":status", "401"), "", .authentication, "envoy"),
    (
      "a redirection",
      HTTP2Message.header(":status", "302") + HTTP2Message.header("location", "https://elsewhere.test/"),
      "", .wrongProtocol, "https://elsewhere.test/"
    ),
  ]
  static let frontRows = fronts.flatMap { front in
    [Mode.disabled, .verifyIdentity].map { mode in
      let head = HTTP2Message.frame(1, 4, stream: 1, front.headers + HTTP2Message.header("server", "envoy"))
      let body = HTTP2Message.frame(0, 1, stream: 1, Array(front.body.utf8))
      return row(
        front.title, mode,
        (mode == .disabled ? [] : [.secure()]) + [
          .hearHTTP2, .send(HTTP2Message.settings + head + body), .stall,
        ], front.cause, note: front.note
      ).with(\.stage, "auth")
    }
  }
  @Test(arguments: frontRows) func front(_ row: StressRow) async throws { try await row.judge() }

  static let neighbourRows = neighbours.flatMap { neighbour in
    [Mode.disabled, .required, .verifyIdentity].map { mode in
      row(
        neighbour.title, mode,
        (mode == .disabled ? [] : [.secure()]) + [
          .hearHTTP2, .send(HTTP2Message.settings + neighbour.answer), .stall,
        ], note: neighbour.note
      ).with(\.stage, "auth")
    }
  }
  @Test(arguments: neighbourRows) func neighbour(_ row: StressRow) async throws { try await row.judge() }

  /// What speaks TLS and no HTTP/2.
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

  /// A port without TLS, whose server does with a ClientHello what it likes, and answers a call.
  static func portWithout(_ mode: Mode, _ title: String, _ end: [Step]) -> StressRow {
    let question = Step.unlessTLS([.hearHTTP2, .send(EtcdMessage.greeting), .stall])
    return row(title, mode, [question, .hearHandshake] + end, .lacksTLS, note: "this port has no TLS")
  }

  static let portsWithout: [StressRow] = [Mode.preferred, .required, .verifyIdentity].flatMap { mode in
    [
      portWithout(mode, "stalls", [.stall]).with(\.time, .beforeTheTimeout).with(\.timeout, 2.5),
      portWithout(mode, "closes", [.close]), portWithout(mode, "breaks", [.reset]),
    ]
  }
  @Test(arguments: portsWithout) func noTLS(_ row: StressRow) async throws { try await row.judge() }

  /// A stranger that waits for a line of text says nothing to TLS; a call makes it speak.
  @Test(arguments: [Mode.preferred, .required]) func waitingForALine(mode: Mode) async throws {
    let script: [Step] = [
      .unlessTLS([.hearLine, .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close]), .hearHandshake, .stall,
    ]
    try await Self.row("waits for a line", mode, script, note: "HTTP server")
      .with(\.time, .beforeTheTimeout).with(\.timeout, 2.5).judge()
  }

  /// Another gRPC server without TLS, asked for it.
  @Test(arguments: [Mode.preferred, .required]) func anotherWithoutTLS(mode: Mode) async throws {
    let answer = HTTP2Message.settings + HTTP2Message.error(12, "unknown service", stream: 1)
    let script: [Step] = [.unlessTLS([.hearHTTP2, .send(answer), .stall]), .hearHandshake, .close]
    try await Self.row("another without TLS", mode, script, note: "a gRPC server").judge()
  }

  @Test(arguments: [Mode.disabled, .required]) func realServers(mode: Mode) async throws {
    for (name, port) in try [
      ("PostgreSQL", Lab.start(.plain).port), ("MySQL", Lab.start(mariadb: .plain).port),
      ("Redis", Lab.start(redis: .plain).port),
    ] {
      try await SideBySide.run {
        let result = try SideBySide.runInTime(
          ["--engine", "etcd", "-h", "127.0.0.1", "-p", String(port), "--ssl", mode.rawValue]
            + ["--format", "json", "--timeout", "2"], environment: [:])
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
    try await row.with(\.engine, "etcd").with(\.time, .atTheTimeout).with(\.timeout, timeout).judge()
  }
}
