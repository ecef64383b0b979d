import Foundation
import Lab
import Testing

/// Who else may listen on a port where MySQL is expected × modes: the cause is named, and so is the stranger.
@Suite struct MySQLStrangerTests {
  static func row(
    _ title: String, _ mode: Mode, _ script: [Step], note: String, then: [Step]? = nil
  ) -> StressRow {
    StressRow(title, mode, script, then: then, .wrongProtocol, mode == .disabled ? "auth" : "tls")
      .with(\.note, note).with(\.engine, "mysql")
  }

  static let modes = [Mode.disabled, .preferred, .verifyIdentity]

  /// Those that speak first, as MySQL's servers do.
  static let speakers: [(title: String, script: [Step], note: String)] = [
    ("SSH", [.send("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), .stall], "SSH server"),
    ("SSH that closes", [.send("SSH-2.0-OpenSSH_9.2p1\r\n"), .close], "SSH server"),
    ("SMTP", [.send("220 mail.example.test ESMTP\r\n"), .stall], "SMTP"),
    ("HTTP that hurries", [.send("HTTP/1.1 408 Request Timeout\r\n\r\n"), .close], "HTTP server"),
    ("X Protocol", [.send([5, 0, 0, 0, 11, 8, 5, 26, 0]), .stall], "MySQL X Protocol"),
    ("VNC", [.send("RFB 003.008\n"), .stall], "VNC server"),
    ("zeros", [.send(Array(repeating: 0, count: 64)), .stall], "omething else"),
    ("something unknown", [.send("????"), .stall], "omething else"),
    ("protocol 9", [.send([8, 0, 0, 0, 9] + Array("3.20.1\0".utf8)), .stall], "MySQL 3.20"),
  ]
  static let rows = speakers.flatMap { stranger in
    modes.map { row(stranger.title, $0, stranger.script, note: stranger.note) }
  }
  @Test(arguments: rows) func speaker(_ row: StressRow) async throws { try await row.judge() }

  /// Those that wait for the client: they have to be asked.
  @Test(arguments: modes) func waitingForALine(mode: Mode) async throws {
    let redis: [Step] = [.hearLine, .send("-ERR unknown command\r\n"), .stall]
    let web: [Step] = [.hearLine, .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close]
    for (script, note) in [(redis, "Redis server"), (web, "HTTP server")] {
      try await Self.row("waits for a line", mode, script, note: note)
        .with(\.timeout, 2.5).with(\.time, .beforeTheTimeout).judge()
    }
  }

  @Test(arguments: modes, [Step.close, .reset, .stall]) func onlyTLS(mode: Mode, otherwise: Step) async throws
  {
    var row = Self.row(
      "only TLS, else \(otherwise)", mode, [.unlessTLS([otherwise]), .secure(), .stall],
      note: "TLS from the first byte")
    row.time = .beforeTheTimeout
    row.timeout = 2.5
    try await row.judge()
  }

  @Test(arguments: modes) func postgreSQL(mode: Mode) async throws {
    let server = try Lab.start(.optional)
    try await SideBySide.run {
      let result = try SideBySide.runInTime(
        [
          "--engine", "mysql", "-h", "127.0.0.1", "-p", String(server.port), "-U", "me", "--ssl",
          mode.rawValue,
          "--format", "json", "--timeout", "2",
        ], environment: [:])
      let report = try #require(Report(result.output))
      #expect(report.diagnosis?.cause == "wrong-protocol", "\(result.output)")
      #expect(report.diagnosis?.notes.contains { $0.contains("PostgreSQL server") } == true)
      #expect(result.seconds < 2.25)
    }
  }

  /// A test that ends with the handshake finds the same out.
  @Test func untilTLS() async throws {
    for stranger in Self.speakers where ["SSH", "X Protocol", "zeros"].contains(stranger.title) {
      try await Self.row(stranger.title, .required, stranger.script, note: stranger.note)
        .with(\.options, ["--until", "tls"]).judge()
    }
  }

  /// What comes instead of TLS from a server that has offered it.
  @Test(arguments: [Mode.required, .verifyIdentity]) func httpInsteadOfTheHandshake(mode: Mode) async throws {
    let script: [Step] = [
      .mysql(MySQLMessage.greeting(tls: true)), .hearMySQL, .hearHandshake,
      .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close,
    ]
    try await Self.row("HTTP instead of the handshake", mode, script, note: "HTTP server").judge()
  }

  /// A question that is not answered changes nothing: neither the cause nor the time.
  @Test(arguments: [0.7, 2.5], [Mode.disabled, .required])
  func questionWithoutAnAnswer(timeout: Double, mode: Mode) async throws {
    let row = StressRow(
      "question refused", mode, [.stall], then: [.close], .timedOut, mode == .disabled ? "auth" : "tls")
    try await row.with(\.engine, "mysql").with(\.time, .atTheTimeout).with(\.timeout, timeout).judge()
  }

  /// The server is slow, but it answers while the question is being put: that counts.
  @Test func answeredLate() async throws {
    let script: [Step] =
      [.pause(0.75)] + MySQLHostileTests.login(.required)
      + [.mysql([MySQLMessage.fastPath, MySQLMessage.ok]), .mysqlSession]
    let row = StressRow("answers late", .required, script, then: [.close], nil, "query").with(
      \.engine, "mysql")
    try await row.with(\.proves, true).with(\.timeout, 1).with(\.time, .beforeTheTimeout).judge()
  }
}
