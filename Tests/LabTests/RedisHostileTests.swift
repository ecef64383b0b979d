import Foundation
import Lab
import Testing

/// What a server says that means harm × modes: too much, too deep, without end, or meant for a terminal.
@Suite struct RedisHostileTests {
  static let texts: [(title: String, bytes: [UInt8])] = [
    ("an array of two thousand million", Array("*2147483647\r\n".utf8)),
    ("an array of more than fit", Array("*9223372036854775807\r\n".utf8)),
    ("deep nesting", Array(String(repeating: "*1\r\n", count: 100_000).utf8)),
    ("a negative length", Array("$-2\r\n".utf8)),
    ("a length that is no number", Array("$x\r\n".utf8)),
    ("RESP3", Array("%1\r\n+a\r\n+b\r\n".utf8)),
    ("another status", Array("+HELLO\r\n".utf8)),
    ("a number", Array(":1\r\n".utf8)),
    ("nothing", Array("$-1\r\n".utf8)),
  ]
  static let replies = texts.flatMap { text in
    [Mode.disabled, .required].map { mode in
      StressRow(
        text.title, mode, (mode == .disabled ? [] : [.secure()]) + [.hearRedis(), .send(text.bytes), .stall],
        .wrongProtocol, "auth"
      ).with(\.engine, "redis")
    }
  }
  @Test(arguments: replies) func reply(_ row: StressRow) async throws { try await row.judge() }

  /// What never ends ends at our bound, long before the memory does.
  @Test(arguments: [Mode.disabled, .required]) func floods(mode: Mode) async throws {
    let block = Array(repeating: UInt8(ascii: "a"), count: 65_536)
    let secured: [Step] = mode == .disabled ? [] : [.secure()]
    for (title, head) in [("a line", "+"), ("a string", "$536870912\r\n")] {
      let early = StressRow(
        "\(title) without end", mode,
        secured + [.hearRedis(), .send(head), .send(block, times: 1_000), .stall],
        .wrongProtocol, "auth")
      try await early.with(\.engine, "redis").judge()
    }
    let row = Array(("*100\r\n" + String(repeating: ":1\r\n", count: 100)).utf8)
    let login: [Step] = [.hearRedis(), .send("+PONG\r\n"), .hearRedis(), .send("+OK\r\n"), .hearRedis()]
    let flood: [Step] = [.send("*4000\r\n"), .send(row, times: 10_000), .stall]
    let late = StressRow(
      "arrays without end after the login", mode, secured + login + flood, .wrongProtocol, "query")
    try await late.with(\.engine, "redis").with(\.proves, true).with(\.mentions, "not valid Redis").judge()
    let proven = StressRow(
      "arrays without end after the proof", mode,
      secured + login + [.send("+PONG\r\n"), .hearRedis(3)] + flood, nil, "query")
    try await proven.with(\.engine, "redis").with(\.proves, true).with(\.note, "which product").judge()
    // It may be Redis' own error, of which nobody sees the end.
    let error = StressRow(
      "an error without end", mode,
      secured + [.hearRedis(), .send("-ERR "), .send(block, times: 1_000), .stall], .wrongProtocol, "auth")
    try await error.with(\.engine, "redis").with(\.mentions, "not valid Redis").judge()
  }

  /// Where a server can say something.
  enum Place: String, CaseIterable, Sendable {
    case ping, pingInTLS, proof, version, product, notice, stranger

    var mode: Mode { self == .pingInTLS ? .required : .disabled }
    /// A stranger's words are shown as first bytes, and a version is cut.
    var showsItAll: Bool { self != .stranger && self != .version }

    func script(_ text: [UInt8]) -> [Step] {
      // An error is one line.
      let line = text.map { $0 == 10 || $0 == 13 ? 32 : $0 }
      let error = Array("-ERR ".utf8) + line + [13, 10]
      let login: [Step] = [.hearRedis(), .send("+PONG\r\n"), .hearRedis()]
      let refusals = "-ERR no\r\n-ERR no\r\n"
      let hello = Array("*2\r\n$7\r\nversion\r\n$\(text.count)\r\n".utf8) + text + [13, 10]
      return switch self {
      case .ping: [.hearRedis(), .send(error), .close]
      case .pingInTLS: [.secure(), .hearRedis(), .send(error), .close]
      case .proof: login + [.send(error), .stall]
      case .version:
        login + [.send("+PONG\r\n"), .hearRedis(3), .send(Array(refusals.utf8) + hello), .stall]
      case .product: login + [.send("+PONG\r\n"), .hearRedis(3), .send(error + error + error), .stall]
      case .notice:
        login + [.send(Array("-NOPERM ".utf8) + line + [13, 10]), .hearRedis(3), .send(refusals), .close]
      case .stranger: [.hearRedis(), .send(text), .close]
      }
    }
  }

  @Test(arguments: Place.allCases, HostileText.texts.indices) func textOfTheServer(place: Place, index: Int)
    async throws
  {
    try await SideBySide.run {
      let text = HostileText.texts[index]
      try HostileText.judge(
        "redis", place.script(text.bytes), place.mode, shown: place.showsItAll, "\(text.title), \(place)")
    }
  }

  /// A long error is shown from the first to the last.
  @Test(arguments: [Place.ping, .pingInTLS, .proof]) func longText(place: Place)
    async throws
  {
    let text = "begin " + String(repeating: "lorem ipsum ", count: 5_832) + " the end"
    try await SideBySide.run {
      for format in ["text", "json"] {
        let result = try HostileText.run("redis", place.script(Array(text.utf8)), place.mode, format)
        #expect(!result.timedOut && result.exitCode < 64 && result.seconds < 5, "\(result.seconds)")
        #expect(result.output.contains("the end"), "\(place)")
        if format == "json" { #expect(try SchemaValidator.faults(in: result.output) == []) }
      }
    }
  }
}
