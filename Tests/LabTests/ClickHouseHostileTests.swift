import Foundation
import Lab
import Testing

/// What a server says that means harm × modes: too much, without end, against HTTP's rules, or meant for a terminal.
@Suite struct ClickHouseHostileTests {
  static func secured(in mode: Mode) -> [Step] { mode == .disabled ? [] : [.secure()] }

  static let texts: [(title: String, text: String, cause: Cause)] = [
    ("a length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", .wrongProtocol),
    ("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", .wrongProtocol),
    ("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", .wrongProtocol),
    (
      "a chunk that is no number", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
      .wrongProtocol
    ),
    ("status 0", "HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n", .wrongProtocol),
    ("no such status", "HTTP/1.1 abc x\r\n\r\n", .wrongProtocol),
    ("HTTP/2 unasked", "HTTP/2 200\r\nContent-Length: 0\r\n\r\n", .wrongProtocol),
    ("HTTP/0.9", "version\tuser\tdatabase\nString\tString\tString\n24\tu\td\n", .wrongProtocol),
  ]
  static let replies = texts.flatMap { text in
    [Mode.disabled, .required].map { mode in
      StressRow(
        text.title, mode, Self.secured(in: mode) + [.hearHTTP, .send(text.text), .close], text.cause, "auth"
      )
      .with(\.engine, "clickhouse").with(\.proves, true)
    }
  }
  @Test(arguments: replies) func reply(_ row: StressRow) async throws { try await row.judge() }

  /// What never ends ends at our bound, long before the memory does.
  @Test(arguments: [Mode.disabled, .required]) func floods(mode: Mode) async throws {
    let block = Array(repeating: UInt8(ascii: "a"), count: 65_536)
    let chunk = Array("10000\r\n".utf8) + block + [13, 10]
    for (title, head, part) in [
      ("a body", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", block),
      ("a body until the end", "HTTP/1.1 200 OK\r\n\r\n", block),
      ("chunks", "HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\n", chunk),
      ("a header", "HTTP/1.1 200 OK\r\nA: ", block),
      ("headers", "HTTP/1.1 200 OK\r\n", Array(String(repeating: "A: b\r\n", count: 10_000).utf8)),
      (
        "provisional answers", "",
        Array(String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 2_000).utf8)
      ),
    ] {
      let row = StressRow(
        "\(title) without end", mode,
        Self.secured(in: mode) + [.hearHTTP, .send(head), .send(part, times: 1_000), .stall],
        .wrongProtocol, "auth")
      try await row.with(\.engine, "clickhouse").with(\.proves, true).judge()
    }
  }

  /// Where a server can say something.
  enum Place: String, CaseIterable, Sendable {
    case exception, exceptionInTLS, location, server, realm, body, version, stranger

    var mode: Mode { self == .exceptionInTLS ? .required : .disabled }

    func script(_ text: [UInt8]) -> [Step] {
      // A header is one line.
      let line = text.map { $0 == 10 || $0 == 13 || $0 == 0 ? 32 : $0 }
      func answer(_ status: String, _ header: String, _ body: [UInt8]) -> [UInt8] {
        Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\n\(header)".utf8)
          + (header.isEmpty ? [] : line) + Array("\r\n".utf8) + (header.isEmpty ? [] : [13, 10]) + body
      }
      let code = Array("Code: 62. DB::Exception: ".utf8)
      let names = Array("version\tuser\tdatabase\nString\tString\tString\n".utf8)
      let value = line.map { $0 == 9 ? 32 : $0 }
      return switch self {
      case .exception: [.hearHTTP, .send(answer("500 x", "", code + text)), .stall]
      case .exceptionInTLS: [.secure(), .hearHTTP, .send(answer("500 x", "", code + text)), .stall]
      case .location: [.hearHTTP, .send(answer("302 x", "Location: ", [])), .stall]
      case .server: [.hearHTTP, .send(answer("502 x", "Server: ", [])), .stall]
      case .realm: [.hearHTTP, .send(answer("401 x", "WWW-Authenticate: ", [])), .stall]
      case .body: [.hearHTTP, .send(answer("404 x", "", text)), .stall]
      case .version: [.hearHTTP, .send(answer("200 OK", "", names + value + Array("\tu\td\n".utf8))), .stall]
      case .stranger: [.hearHTTP, .send(text), .close]
      }
    }
  }

  @Test(arguments: Place.allCases, HostileText.texts.indices) func textOfTheServer(place: Place, index: Int)
    async throws
  {
    try await SideBySide.run {
      let text = HostileText.texts[index]
      try HostileText.judge(
        "clickhouse", place.script(text.bytes), place.mode, shown: place != .stranger,
        "\(text.title), \(place)")
    }
  }

  /// A long exception is shown from the first to the last.
  @Test(arguments: [Place.exception, .exceptionInTLS]) func longText(place: Place) async throws {
    let text = "begin " + String(repeating: "lorem ipsum ", count: 5_832) + " the end"
    try await SideBySide.run {
      for format in ["text", "json"] {
        let result = try HostileText.run("clickhouse", place.script(Array(text.utf8)), place.mode, format)
        #expect(!result.timedOut && result.exitCode < 64 && result.seconds < 5, "\(result.seconds)")
        #expect(result.output.contains("the end"), "\(place)")
        if format == "json" { #expect(try SchemaValidator.faults(in: result.output) == []) }
      }
    }
  }
}
