internal import ConnectCore

/// What one connection's bytes show that libmariadb does not tell.
struct MySQLWire {
  /// As far as the first packet needs, and what came with it.
  private var first: [UInt8] = []
  /// The beginning of what answered the ClientHello.
  var tlsAnswer: [UInt8] = []
  private(set) var packet = MySQLFirstPacket.incomplete
  /// What came behind the first packet at once.
  private(set) var surplus: [UInt8] = []
  /// What came after the greeting, TLS taken off, up to a limit.
  private var later: [UInt8] = []
  /// The beginning of what was read last; empty: that was the end of the connection, or nothing.
  var lastRead: [UInt8] = []
  /// How often the library has sent something: SSLRequest, then the login; without TLS the login at once.
  private(set) var writes = 0

  /// What lies on the socket and was not read, while the first packet is being waited for.
  private(set) var ahead: [UInt8] = []
  /// Whether the library has read a greeting.
  private(set) var greetingWasRead = false
  private var received = 0

  /// Whether nothing has come at all.
  var heardNothing: Bool { first.isEmpty && ahead.isEmpty }

  var greeting: MySQLGreeting? {
    if case .greeting(let greeting) = packet { greeting } else { nil }
  }

  /// More than any answer of a session has; the library would take in all that comes.
  var isFlood: Bool { received > 8 << 20 }

  mutating func sawAhead(_ bytes: [UInt8]) {
    ahead = bytes
    judge(first + bytes)
  }

  mutating func read(_ bytes: some Collection<UInt8>) {
    received += bytes.count
    guard !greetingWasRead else {
      if later.count < Self.mostOfLogin { later += bytes }
      return
    }
    first += bytes
    ahead = []
    judge(first)
    greetingWasRead = greeting != nil
  }

  private mutating func judge(_ bytes: [UInt8]) {
    packet = MySQLFirstPacket(bytes)
    surplus = packet == .incomplete ? [] : MySQLFirstPacket.surplus(of: bytes)
  }

  mutating func wrote() { writes += 1 }

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
        plugin =
          length == 1
          ? "mysql_old_password" : String(decoding: body.dropFirst().prefix { $0 != 0 }, as: UTF8.self)
      }
      rest = rest.dropFirst(4 + length)
    }
    return plugin
  }

  /// An error in clear that answered the ClientHello.
  var errorInsteadOfTLS: ServerError? { MySQLTLSAnswer.error(in: tlsAnswer) }
}
