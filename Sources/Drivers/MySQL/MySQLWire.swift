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

  /// More than an error has.
  static let mostOfError = 1_024

  /// Whether more of what answered the ClientHello is worth waiting for: it is an error of MySQL's, not at its end.
  var tlsAnswerGoesOn: Bool {
    isError && tlsAnswer.count < 4 + min(Self.length(tlsAnswer[...]), Self.mostOfError)
  }

  /// Whether an error in clear answered the ClientHello: behind SSLRequest its packet has number 2, by some servers 1.
  private var isError: Bool { tlsAnswer.count >= 5 && (1...2).contains(tlsAnswer[3]) && tlsAnswer[4] == 0xFF }

  private static func length(_ header: ArraySlice<UInt8>) -> Int {
    let bytes = header.prefix(3).map(Int.init)
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16
  }

  /// More than a server says before the login is done.
  private static let mostOfLogin = 16_384

  /// The plugin that the server has asked for last: by the greeting, or by an AuthSwitchRequest.
  var requestedPlugin: String? {
    var plugin = greeting?.plugin
    var rest = (surplus + later)[...]
    while rest.count > 4 {
      let length = Self.length(rest)
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
  var errorInsteadOfTLS: ServerError? {
    isError ? MySQLFirstPacket.error(Array(tlsAnswer.dropFirst(4))) : nil
  }
}
