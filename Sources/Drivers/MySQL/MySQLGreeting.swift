internal import ConnectCore

/// What a server says of itself before anything is asked (MySQL internals, "Protocol::HandshakeV10").
struct MySQLGreeting: Equatable {
  /// As the server calls itself: `10.11.6-MariaDB-0+deb12u1`, `8.0.36`.
  var version: String
  /// The capabilities' lower 32 bits.
  var capabilities: UInt32
  /// How the server would have logins proven; nil: it does not say.
  var plugin: String?

  /// CLIENT_SSL.
  var offersTLS: Bool { capabilities & 0x800 != 0 }

  /// MariaDB's servers leave out CLIENT_LONG_PASSWORD, which they call CLIENT_MYSQL.
  var isMariaDB: Bool { version.contains("MariaDB") || capabilities & 1 == 0 }
}

/// The first packet of a server.
enum MySQLFirstPacket: Equatable {
  case greeting(MySQLGreeting)
  /// An error instead of the greeting; it came without TLS, so anyone on the path may have made it up.
  case error(ServerError)
  case foreign(ForeignAnswer)
  /// Not enough bytes to tell.
  case incomplete

  /// More than a greeting or an error of a real server has.
  private static let longest = 8_192

  /// Reads what has come so far.
  init(_ bytes: [UInt8]) {
    self = Self.read(bytes)
  }

  /// What came behind the first packet; empty if that has not come to its end.
  static func surplus(of bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 4 else { return [] }
    return Array(bytes.dropFirst(4 + length(of: bytes)))
  }

  private static func length(of bytes: [UInt8]) -> Int {
    Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16
  }

  private static func read(_ bytes: [UInt8]) -> MySQLFirstPacket {
    // The header: a length of 3 bytes, and the number of the packet, which is 0. Text shows within 4 bytes.
    guard bytes.count >= 4 else { return .incomplete }
    let length = length(of: bytes)
    let isFirst = bytes[3] == 0 && length > 0 && length <= longest
    guard isFirst, bytes.count < 5 || [9, 10, 0xFF].contains(bytes[4]) else {
      return stranger(bytes)
    }
    guard bytes.count >= 4 + length else { return .incomplete }
    let body = Array(bytes[4..<(4 + length)])
    switch body[0] {
    case 10:
      return greeting(body).map(MySQLFirstPacket.greeting) ?? stranger(bytes)
    case 0xFF: return error(body).map(MySQLFirstPacket.error) ?? stranger(bytes)
    default:
      // Protocol 9, of servers before 3.21.
      return .foreign(ForeignAnswer(protocolName: "MySQL 3.20", bytes: bytes))
    }
  }

  /// What only begins like a packet of MySQL's is not MySQL.
  private static func stranger(_ bytes: [UInt8]) -> MySQLFirstPacket {
    var answer = ForeignAnswer(recognising: bytes)
    if answer.protocolName == "MySQL" { answer.protocolName = nil }
    return .foreign(answer)
  }

  private static func greeting(_ body: [UInt8]) -> MySQLGreeting? {
    guard let end = body.firstIndex(of: 0) else { return nil }
    var version = String(decoding: body[1..<end], as: UTF8.self)
    // MariaDB's way past the checks of old replicas.
    if version.hasPrefix("5.5.5-"), version.contains("MariaDB") { version.removeFirst(6) }
    // Behind the version: thread 4, nonce 8, filler 1, capabilities 2, character set 1, status 2, capabilities 2.
    let place = end + 14
    guard body.count >= place + 2 else { return nil }
    var capabilities = UInt32(body[place]) | UInt32(body[place + 1]) << 8
    if body.count >= place + 7 {
      capabilities |= UInt32(body[place + 5]) << 16 | UInt32(body[place + 6]) << 24
    }
    // Then: length of the nonce 1, zeros 10, the rest of the nonce (13 at least), and with CLIENT_PLUGIN_AUTH a name.
    var plugin: String?
    if capabilities & 0x80000 != 0, body.count > place + 18 {
      let rest = body.dropFirst(place + 18 + max(13, Int(body[place + 7]) - 8))
      plugin = String(decoding: rest.prefix { $0 != 0 }, as: UTF8.self)
    }
    return MySQLGreeting(version: version, capabilities: capabilities, plugin: plugin)
  }

  /// ERR_Packet; the SQLSTATE behind a `#` is left out before the client has said what it can.
  static func error(_ body: [UInt8]) -> ServerError? {
    guard body.count >= 3, body[0] == 0xFF else { return nil }
    let number = UInt32(body[1]) | UInt32(body[2]) << 8
    var text = body[3...]
    var state: String?
    if text.first == UInt8(ascii: "#"), text.count >= 6 {
      state = String(decoding: text.dropFirst().prefix(5), as: UTF8.self)
      text = text.dropFirst(6)
    }
    return MySQLErrors.error(number, String(decoding: text, as: UTF8.self), sqlState: state)
  }
}
