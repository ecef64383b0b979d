internal import ConnectCore
internal import Transport

/// The health check `/ping`, which needs no login, and whether what answers it is a ClickHouse server. It is read
/// without a library: nothing counts but the beginning.
struct ClickHouseGreeting {
  static let request = Array("GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
  /// What the port of clickhouse-client's protocol is called in reports.
  static let nativeProtocol = "ClickHouse native protocol"
  static let mostBytes = 8_192

  let bytes: [UInt8]

  private var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Whether the bytes are enough to tell.
  var isComplete: Bool {
    let start = Array("HTTP/1.".utf8)
    guard bytes.starts(with: start.prefix(bytes.count)) else { return true }
    return isClickHouse || isNativePort && bytes.suffix(2) == [13, 10] || bytes.count >= Self.mostBytes
  }

  private var isNativePort: Bool { ClickHouseErrors.isNativePort(text) }

  /// Servers since version 19 name themselves in a header, and all of them say `Ok.`
  var isClickHouse: Bool {
    let text = text.lowercased()
    guard text.hasPrefix("http/1."), let end = text.firstRange(of: "\r\n\r\n") else { return false }
    let isOwn = text[..<end.lowerBound].contains("\r\nx-clickhouse-")
    // The body may come in chunks: `4`, `Ok.`, `0`.
    let body = text[end.upperBound...].split(whereSeparator: \.isNewline)
    return isOwn
      || text.dropFirst(8).hasPrefix(" 200") && (body.first == "ok." || body.dropFirst().first == "ok.")
  }

  var greeting: DirectGreeting {
    if isClickHouse { return .engine }
    // The exception of the native protocol: packet 2, a number of four bytes, a name and a text.
    let isException = bytes.first == 2 && text.prefix(32).contains("DB::")
    guard isNativePort || isException else { return .foreign(ForeignAnswer(recognising: bytes)) }
    // Behind the status line it says which port to use.
    let said = text.firstRange(of: "Port ").map { Array(text[$0.lowerBound...].utf8) }
    return .foreign(ForeignAnswer(protocolName: Self.nativeProtocol, bytes: said ?? bytes))
  }

  /// Sends the request, and reads as much as tells.
  static func exchange(
    over stream: any ByteStream, deadline: Deadline
  ) throws(StreamFailure) -> DirectGreeting {
    try stream.write(request, deadline: deadline)
    var greeting = ClickHouseGreeting(bytes: [])
    do throws(StreamFailure) {
      repeat {
        greeting = ClickHouseGreeting(
          bytes: greeting.bytes + (try stream.read(atMost: 1_024, deadline: deadline)))
      } while !greeting.isComplete
    } catch {
      // Whatever ended it, what was said before may be enough.
      guard !greeting.bytes.isEmpty else { throw error }
    }
    return greeting.greeting
  }
}
