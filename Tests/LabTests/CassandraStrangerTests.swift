import Foundation
import Lab
import Testing

/// Who else may listen on a port where Cassandra is expected × modes, and what is no Cassandra though it looks like one.
@Suite struct CassandraStrangerTests {
  static func row(_ title: String, _ mode: Mode, _ script: [Step], note: String) -> StressRow {
    StressRow(title, mode, script, .wrongProtocol, mode == .disabled ? "auth" : "tls")
      .with(\.note, note).with(\.engine, "cassandra")
  }

  static let modes = [Mode.disabled, .preferred, .verifyIdentity]

  static let speakers: [(title: String, script: [Step], note: String)] = [
    ("SSH", [.send("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), .stall], "SSH server"),
    ("SSH that closes", [.send("SSH-2.0-OpenSSH_9.2p1\r\n"), .close], "SSH server"),
    ("SMTP", [.send("220 mail.example.test ESMTP\r\n"), .stall], "SMTP"),
    ("HTTP", [.hearHandshake, .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close], "HTTP server"),
    ("Redis", [.hearHandshake, .send("-ERR unknown command\r\n"), .stall], "Redis server"),
    ("MySQL", [.send([74, 0, 0, 0, 10] + Array("8.0.36\0".utf8)), .stall], "MySQL server"),
    ("VNC", [.send("RFB 003.008\n"), .stall], "VNC server"),
    ("zeros", [.send(Array(repeating: 0, count: 64)), .stall], "omething else"),
    ("something unknown", [.send("????????"), .stall], "omething else"),
  ]
  static let strangers = speakers.flatMap { stranger in
    modes.map { row(stranger.title, $0, stranger.script, note: stranger.note) }
  }
  @Test(arguments: strangers) func stranger(_ row: StressRow) async throws { try await row.judge() }

  /// Those that wait for the end of a line have to be asked.
  @Test func waitingForALine() async throws {
    let redis: [Step] = [.hearLine, .send("-ERR unknown command\r\n"), .stall]
    let web: [Step] = [.hearLine, .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close]
    for (script, note) in [(redis, "Redis server"), (web, "HTTP server")] {
      try await Self.row("waits for a line", .disabled, script, note: note)
        .with(\.timeout, 2.5).with(\.time, .beforeTheTimeout).judge()
    }
  }

  @Test(arguments: [Mode.disabled, .required]) func postgreSQL(mode: Mode) async throws {
    let port = try Lab.start(.optional).port
    let result = try Program.run(
      [
        "--engine", "cassandra", "-h", "127.0.0.1", "-p", String(port), "--ssl", mode.rawValue, "--format",
        "json",
      ])
    let expected: [String] = mode == .disabled ? ["wrong-protocol"] : ["wrong-protocol", "connection-lost"]
    #expect(expected.contains(Report(result.output)?.diagnosis?.cause ?? ""), "\(result)")
  }

  // MARK: Frames that make no sense

  static let nonsense: [(title: String, script: [Step])] = [
    ("READY for OPTIONS", [.hearCQL, .send(CQLMessage.ready), .stall]),
    ("an endless frame", [.hearCQL, .send([0x84, 0, 0, 0, 6, 0xff, 0xff, 0xff, 0xff]), .stall]),
    ("a frame of 2 MB", [.hearCQL, .send([0x84, 0, 0, 0, 6, 0, 0x20, 0, 0]), .stall]),
    ("a request", [.hearCQL, .send([0x04, 0, 0, 0, 5, 0, 0, 0, 0]), .stall]),
    ("more options than there are", [.hearCQL, .send(CQLMessage.frame(6, [0xff, 0xff])), .stall]),
    ("an error without a text", [.hearCQL, .send(CQLMessage.frame(0, [0, 0, 1, 0])), .stall]),
    ("a compressed answer", [.hearCQL, .send(CQLMessage.frame(6, [1, 2, 3], flags: 1)), .stall]),
    (
      "AUTH_SUCCESS for STARTUP",
      [.hearCQL, .send(CQLMessage.supported), .hearCQL, .send(CQLMessage.authSuccess), .stall]
    ),
    (
      "a segment with a wrong checksum",
      [
        .hearCQL,
        .send(CQLMessage.error(0x0A, "unsupported protocol version; supported versions are (5/v5)")),
        .close,
      ]
    ),
  ]

  @Test(arguments: nonsense.dropLast(), [Mode.disabled, .required])
  func makesNoSense(what: (title: String, script: [Step]), mode: Mode) async throws {
    let script = (mode == .disabled ? [] : [Step.secure()]) + what.script
    try await StressRow(what.title, mode, script, .wrongProtocol, "auth").with(\.engine, "cassandra").judge()
  }

  /// Version 5: what comes after AUTHENTICATE is no segment.
  @Test func noSegments() async throws {
    let fifth: [Step] = [
      .hearCQL, .send(CQLMessage.frame(6, [0, 0], version: 5)), .hearCQL,
      .send(CQLMessage.frame(2, version: 5)), .hearHandshake, .send([UInt8](repeating: 0x41, count: 64)),
      .stall,
    ]
    try await StressRow(
      "no segments", .disabled, Self.nonsense.last!.script, then: fifth, .wrongProtocol, "query"
    ).with(\.note, "wrong checksum").with(\.engine, "cassandra").judge()
  }

  /// Who always asks for another version is asked with three, and no more.
  @Test func refusesEveryVersion() async throws {
    let text = "Invalid or unsupported protocol version (4); supported versions are (3/v3, 4/v4, 5/v5)"
    let server = try MisbehavingServer([.hearCQL, .send(CQLMessage.error(0x0A, text)), .close])
    let result = try Program.run(["cassandra://127.0.0.1:\(server.port)", "--format", "json"])
    #expect(result.exitCode == Cause.other.exitCode, "\(result)")
    #expect(try server.heard().map { $0.plain.first } == [4, 5, 3])
  }

  /// Challenges without end get no second password.
  @Test func challenges() async throws {
    let challenge: [Step] = [.hearCQL, .send(CQLMessage.challenge("more"))]
    let begin: [Step] = [.hearCQL, .send(CQLMessage.supported), .hearCQL, .send(CQLMessage.authenticate)]
    try await StressRow(
      "challenges", .disabled, begin + challenge + challenge + [.stall], .authentication, "auth"
    )
    .with(\.note, "asked for more").with(\.proves, true).with(\.engine, "cassandra").judge()
  }

  /// The password goes to nobody who has no name.
  @Test func authenticatorWithoutAName() async throws {
    let script: [Step] = [
      .hearCQL, .send(CQLMessage.supported), .hearCQL, .send(CQLMessage.authenticate("")), .stall,
    ]
    try await StressRow("no authenticator's name", .disabled, script, .authentication, "auth")
      .with(\.note, "to the authenticator without a name").with(\.engine, "cassandra").judge()
  }

  /// Events that nobody has asked for are passed over, and do not hold the deadline up.
  @Test func events() async throws {
    let event = CQLMessage.frame(0x0C, CQLMessage.string("STATUS_CHANGE"), stream: 0xffff)
    let greeted: [Step] = [.hearCQL, .send(event, times: 3), .send(CQLMessage.supported), .hearCQL]
    let served: [Step] = [.send(CQLMessage.ready), .hearCQL, .send(event + CQLMessage.local), .stall]
    try await StressRow("events", .disabled, greeted + served, nil, "query").with(\.engine, "cassandra")
      .judge()
    let many: [Step] = [.hearCQL, .send(event, times: 5_000), .stall]
    try await StressRow("many events", .disabled, many, .timedOut, "auth")
      .with(\.time, .atTheTimeout).with(\.engine, "cassandra").judge()
  }

  /// Who sends without end is left at the deadline, or when it has sent more than anybody has a reason to.
  @Test(arguments: [Mode.disabled, .required]) func flood(mode: Mode) async throws {
    let secured: [Step] = mode == .disabled ? [] : [.secure()]
    let event = CQLMessage.frame(0x0C, CQLMessage.string("STATUS_CHANGE"), stream: 0xffff)
    let flood: [Step] = secured + [.hearCQL, .send(event, times: 10_000_000)]
    try await StressRow("a flood of events", mode, flood, .wrongProtocol, "auth")
      .with(\.note, "nobody had asked for").with(\.engine, "cassandra").judge()
    let large = CQLMessage.frame(0x0C, Array(repeating: 0, count: 500_000), stream: 0xffff)
    let login =
      secured + [
        .hearCQL, .send(CQLMessage.supported), .hearCQL, .send(CQLMessage.authenticate), .hearCQL,
        .send(large, times: 10_000_000),
      ]
    let server = try MisbehavingServer(login)
    let result = try SideBySide.runInTime(
      ["--engine", "cassandra", "-h", "127.0.0.1", "-p", String(server.port), "-U", Account.user]
        + ["--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--timeout", "2", "--format", "json"],
      environment: ["LAB_PASSWORD": Account.password])
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.diagnosis?.cause == Cause.timedOut.rawValue, "\(result)")
    #expect(report.diagnosis?.stage == "auth" && report.attempts.count == 1, "\(result)")
    #expect(report.ssl.encrypted == (mode != .disabled), "\(result)")
    #expect((report.tls?.version != nil) == (mode != .disabled), "\(result)")
    #expect(report.warnings.contains { $0.contains("clear text") } == (mode == .disabled), "\(result)")
  }

  /// One request is under way, so an error is about it, on whichever stream it comes.
  @Test(arguments: [0xffff, 7] as [UInt16]) func errorOnAnotherStream(stream: UInt16) async throws {
    let script: [Step] = [
      .hearCQL, .send(CQLMessage.error(0x1001, "Too much at once", stream: stream)), .stall,
    ]
    try await StressRow("an error on stream \(stream)", .disabled, script, .notReady, "auth")
      .with(\.response, "Too much at once").with(\.engine, "cassandra").judge()
  }

  /// A version that is refused after the login is no reason to send the password twice.
  @Test func refusesTheVersionAfterTheLogin() async throws {
    let text = "Invalid or unsupported protocol version (4); supported versions are (3/v3)"
    let server = try MisbehavingServer([
      .hearCQL, .send(CQLMessage.supported), .hearCQL, .send(CQLMessage.authenticate), .hearCQL,
      .send(CQLMessage.error(0x0A, text)), .close,
    ])
    let result = try Program.run(
      ["cassandra://\(Account.user)@127.0.0.1:\(server.port)", "--password", "env:LAB_PASSWORD"],
      environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == Cause.other.exitCode, "\(result)")
    let heard = try server.heard()
    #expect(heard.count == 1 && heard[0].contains(Account.password))
  }

  /// What a server says cannot drive a terminal, and cannot bring the password to it.
  @Test(arguments: ["text", "json"]) func words(format: String) throws {
    let text = "\u{1b}[2J\u{202e}no \(Account.password) for you\r\n"
    let script: [Step] = [
      .hearCQL, .send(CQLMessage.supported), .hearCQL, .send(CQLMessage.authenticate), .hearCQL,
      .send(CQLMessage.error(0x100, text)), .close,
    ]
    let server = try MisbehavingServer(script)
    let result = try Program.run(
      ["--engine", "cassandra", "-h", "127.0.0.1", "-p", String(server.port), "-U", Account.user]
        + ["--password", "env:LAB_PASSWORD", "--format", format],
      environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == Cause.authentication.exitCode, "\(result)")
    #expect(
      !result.output.contains(Account.password) && Terminal.controls(in: result.output).isEmpty, "\(result)")
    #expect(result.output.contains("for you"))
  }
}
