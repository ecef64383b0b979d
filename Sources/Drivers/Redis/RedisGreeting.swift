internal import ConnectCore
internal import Transport

/// The harmless message PING, and whether what answers it is a Redis server.
struct RedisGreeting {
  /// `PING` as an array of one bulk string.
  static let ping = Array("*1\r\n$4\r\nPING\r\n".utf8)

  let bytes: [UInt8]

  /// Whether the bytes are the beginning of another protocol's answer.
  var isForeign: Bool {
    if let name = ForeignAnswer(recognising: bytes).protocolName { return name != "Redis" }
    return bytes.first.map { !UInt8.replyTypes.contains($0) } ?? false
  }

  /// Whether the bytes are enough to tell.
  var isComplete: Bool { isForeign || bytes.contains(10) }

  /// Whether a reply to PING is one of a Redis server's: PONG, or any error.
  static func isRedis(_ reply: RedisReply) -> Bool {
    switch reply {
    case .status(let text): text == "PONG"
    case .error: true
    default: false
    }
  }

  /// Sends PING and reads the first line.
  static func exchange(
    over stream: any ByteStream, deadline: Deadline
  ) throws(StreamFailure) -> DirectGreeting {
    try stream.write(ping, deadline: deadline)
    var greeting = RedisGreeting(bytes: [])
    while !greeting.isComplete, greeting.bytes.count < 4_096 {
      greeting = RedisGreeting(bytes: greeting.bytes + (try stream.read(atMost: 512, deadline: deadline)))
    }
    let isRedis =
      greeting.bytes.starts(with: Array("+PONG".utf8)) || greeting.bytes.first == UInt8(ascii: "-")
    return isRedis && !greeting.isForeign ? .engine : .foreign(ForeignAnswer(recognising: greeting.bytes))
  }
}

extension UInt8 {
  /// The bytes that begin a reply of RESP2.
  fileprivate static let replyTypes = Array("+-:$*".utf8)
}
