import Foundation
import Lab
import Testing

/// Who else may listen on a port where PostgreSQL is expected × modes: the cause is named, and so is the stranger.
@Suite struct PostgreSQLStrangerTests {
  static func row(
    _ title: String, _ mode: Mode, _ script: [Step], note: String, then: [Step]? = nil
  ) -> StressRow {
    StressRow(title, mode, script, then: then, .wrongProtocol, mode == .disabled ? "auth" : "tls").with(
      \.note, note)
  }

  /// Preferred shakes hands as all the others do, and might go on in plain text, which it must not here.
  static let modes = [Mode.disabled, .preferred, .verifyIdentity]

  /// MySQL's greeting, of that length: its first byte is the length, and may be a letter that means something to
  /// PostgreSQL's clients.
  static func mysqlGreeting(_ length: Int) -> [UInt8] {
    let head = Array("\n8.0.36-".utf8)
    let tail = Array("\0\u{9}\0\0\0abcdefgh\0".utf8) + Array(repeating: 0x21, count: 42)
    let padding = Array(repeating: UInt8(ascii: "x"), count: length - head.count - tail.count)
    return [UInt8(length), 0, 0, 0] + head + padding + tail
  }

  static func mysqlRefusal(_ length: Int) -> [UInt8] {
    let text = Array("j\u{4}Host 'client.example.test' is not allowed to connect".utf8)
    return [UInt8(length), 0, 0, 0, 0xFF] + text
      + Array(repeating: UInt8(ascii: "."), count: length - text.count - 1)
  }

  static let strangers: [(title: String, script: [Step], note: String)] = [
    ("HTTP", [.hearPacket, .send("HTTP/1.1 400 Bad Request\r\nServer: web\r\n\r\n"), .close], "HTTP server"),
    ("SSH", [.send("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), .stall], "SSH server"),
    ("SSH that closes", [.send("SSH-2.0-OpenSSH_9.2p1\r\n"), .hearPacket, .close], "SSH server"),
    ("SSH that breaks", [.send("SSH-2.0-OpenSSH_9.2p1\r\n"), .hearPacket, .reset], "SSH server"),
    ("SMTP", [.send("220 mail.example.test ESMTP\r\n"), .stall], "SMTP"),
    ("MySQL", [.send(mysqlGreeting(74)), .stall], "MySQL server"),
    ("MySQL, N", [.send(mysqlGreeting(0x4e)), .stall], "MySQL server"),
    ("MySQL, S", [.send(mysqlGreeting(0x53)), .stall], "MySQL server"),
    ("MySQL, E", [.send(mysqlGreeting(0x45)), .stall], "MySQL server"),
    ("MySQL, R", [.send(mysqlGreeting(0x52)), .stall], "MySQL server"),
    ("MySQL that refuses", [.send(mysqlRefusal(0x45)), .close], "MySQL server"),
    ("Redis", [.hearPacket, .send("-ERR Protocol error: unbalanced quotes\r\n"), .close], "Redis server"),
    ("memcached", [.hearPacket, .send("ERROR\r\n"), .stall], "memcached server"),
    (
      "TLS that sends an alert", [.unlessTLS([.hearPacket, .send([0x15, 3, 1, 0, 2, 2, 0x46]), .close])],
      "TLS"
    ),
    ("something unknown", [.hearPacket, .send("?"), .stall], "omething else"),
    ("zeros", [.hearPacket, .send(Array(repeating: 0, count: 64)), .stall], "omething else"),
  ]
  static let rows = strangers.flatMap { stranger in
    [Mode.disabled, .preferred].map { row(stranger.title, $0, stranger.script, note: stranger.note) }
  }

  @Test(arguments: rows) func stranger(_ row: StressRow) async throws { try await row.judge() }

  /// An SSH banner that comes letter by letter has said yes to TLS before it can be known.
  @Test(arguments: [Mode.required, .verifyIdentity]) func sshBannerInPieces(mode: Mode) async throws {
    let script: [Step] = [.hearPacket, .send("S"), .hearHandshake, .send("SH-2.0-OpenSSH_9.2p1\r\n"), .stall]
    try await Self.row("SSH in pieces", mode, script, note: "SSH server").judge()
  }

  @Test(arguments: [Mode.required, .verifyIdentity]) func httpInsteadOfTheHandshake(mode: Mode) async throws {
    let script: [Step] = [
      .hearPacket, .send("S"), .hearHandshake, .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close,
    ]
    try await Self.row("HTTP instead of the handshake", mode, script, note: "HTTP server").judge()
  }

  /// A TLS service, such as a TLS proxy, that says nothing to what is not TLS: it has to be asked.
  static func tlsOnly(_ otherwise: Step) -> [Step] { [.unlessTLS([otherwise]), .secure(), .stall] }

  @Test(arguments: modes, [Step.close, .reset, .stall]) func onlyTLS(mode: Mode, otherwise: Step) async throws
  {
    var row = Self.row(
      "only TLS, else \(otherwise)", mode, Self.tlsOnly(otherwise), note: "TLS from the first byte")
    if case .stall = otherwise { row.time = .beforeTheTimeout }
    if case .reset = otherwise { row.stage = "connect|" + row.stage }
    try await row.judge()
  }

  /// A test that ends with the handshake finds the same out.
  @Test func untilTLS() async throws {
    let options = ["--until", "tls"]
    for stranger in Self.strangers where ["SSH", "MySQL, N", "HTTP"].contains(stranger.title) {
      try await Self.row(stranger.title, .required, stranger.script, note: stranger.note)
        .with(\.options, options).judge()
    }
    for otherwise in [Step.close, .stall] {
      var row = Self.row("only TLS", .required, Self.tlsOnly(otherwise), note: "TLS from the first byte")
      if case .stall = otherwise { row.time = .beforeTheTimeout }
      try await row.with(\.options, options).judge()
    }
  }

  /// A server that waits for a whole line, and so says nothing to SSLRequest: Redis, most web servers.
  @Test(arguments: modes) func waitingForALine(mode: Mode) async throws {
    let script: [Step] = [.hearLine, .send("-ERR unknown command\r\n"), .stall]
    try await Self.row("Redis that waits for a line", mode, script, note: "Redis server")
      .with(\.timeout, 2.5).with(\.time, .beforeTheTimeout).judge()
  }

  /// A question that is not answered changes nothing: neither the cause nor the time.
  @Test(arguments: [0.7, 1.5, 2.5], [Mode.disabled, .required])
  func questionWithoutAnAnswer(timeout: Double, mode: Mode) async throws {
    let row = StressRow(
      "question refused", mode, [.stall], then: [.close], .timedOut, mode == .disabled ? "auth" : "tls")
    try await row.with(\.time, .atTheTimeout).with(\.timeout, timeout).judge()
  }

  /// The server is slow, but it answers while the question is being put: that counts.
  @Test func answeredLate() async throws {
    let script: [Step] = [
      .hearPacket, .pause(0.6), .send("S"), .secure(), .hearPacket, .send(PostgresMessage.welcome),
      .hearMessage,
      .send(PostgresMessage.answer("PostgreSQL 15.6 on x86_64") + PostgresMessage.ready), .stall,
    ]
    let row = StressRow("answers late", .required, script, then: [.close], nil, "query")
    try await row.with(\.timeout, 1).with(\.time, .beforeTheTimeout).judge()
  }
}
