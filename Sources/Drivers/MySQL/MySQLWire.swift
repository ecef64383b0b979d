internal import ConnectCore

/// What one connection's bytes show that libmariadb does not tell.
struct MySQLWire {
  /// As far as the first packet needs, and what came with it.
  private var first: [UInt8] = []
  /// What answered the ClientHello, as far as it is in clear.
  private(set) var tlsAnswer: [UInt8] = []
  private(set) var packet = MySQLFirstPacket.incomplete
  /// What came behind the first packet at once.
  private(set) var surplus: [UInt8] = []
  /// What came after the greeting, TLS taken off, up to a limit.
  private var later: [UInt8] = []
  /// The beginning of what was read last; empty: that was the end of the connection, or nothing.
  var lastRead: [UInt8] = []
  /// How often the library has sent something: SSLRequest, then the login; without TLS the login at once.
  private(set) var writes = 0

  /// Whether nothing has come at all.
  var heardNothing: Bool { first.isEmpty }

  var greeting: MySQLGreeting? {
    if case .greeting(let greeting) = packet { greeting } else { nil }
  }

  /// What answered, if it cannot be MySQL.
  var stranger: ForeignAnswer? {
    if case .foreign(let answer) = packet { answer } else { nil }
  }

  mutating func read(_ bytes: some Sequence<UInt8>) {
    guard packet == .incomplete else {
      if later.count < Self.mostOfLogin { later += bytes }
      return
    }
    first += bytes
    packet = MySQLFirstPacket(first)
    if packet != .incomplete, stranger == nil { surplus = MySQLFirstPacket.surplus(of: first) }
  }

  mutating func wrote() { writes += 1 }

  /// Takes in what lies on the socket while the handshake waits for the server's first answer.
  mutating func sawTLSAnswer(_ bytes: [UInt8]) {
    // What OpenSSL has taken off meanwhile is not there any more.
    if bytes.count >= tlsAnswer.count { tlsAnswer = bytes }
  }

  /// Whether more of what answered the ClientHello is worth waiting for: it may be a packet of MySQL's.
  var tlsAnswerGoesOn: Bool {
    guard let first = tlsAnswer.first else { return false }
    // A TLS record begins with its type and version 3.x; a packet's length may begin with the same byte.
    if tlsAnswer.count >= 2, (0x14...0x17).contains(first), tlsAnswer[1] == 3 { return false }
    guard tlsAnswer.count >= 5 else { return true }
    let length = Int(first) | Int(tlsAnswer[1]) << 8 | Int(tlsAnswer[2]) << 16
    return (1...2).contains(tlsAnswer[3]) && tlsAnswer[4] == 0xFF && tlsAnswer.count < 4 + min(length, 1_024)
  }

  /// More than a server says before the login is done.
  private static let mostOfLogin = 16_384

  /// The plugin that the server has asked for last: by the greeting, or by an AuthSwitchRequest.
  var requestedPlugin: String? {
    var plugin = greeting?.plugin
    var rest = (surplus + later)[...]
    while rest.count > 4 {
      let head = rest.startIndex
      let length = Int(rest[head]) | Int(rest[head + 1]) << 8 | Int(rest[head + 2]) << 16
      let body = rest.dropFirst(4).prefix(length)
      if body.first == 0xFE {
        // Without a name it is the way of before MySQL 4.1.
        plugin = length == 1 ? "mysql_old_password" : String(decoding: body.dropFirst().prefix { $0 != 0 }, as: UTF8.self)
      }
      rest = rest.dropFirst(4 + length)
    }
    return plugin
  }

  /// An error in clear that answered the ClientHello.
  var errorInsteadOfTLS: ServerError? {
    // The packet behind SSLRequest has number 2, by some servers 1.
    guard tlsAnswer.count > 7, (1...2).contains(tlsAnswer[3]), tlsAnswer[4] == 0xFF else { return nil }
    return MySQLFirstPacket.error(Array(tlsAnswer.dropFirst(4)))
  }
}
