internal import ConnectCore

/// What one connection's bytes show that libmariadb does not tell.
struct MySQLWire {
  /// As far as the first packet needs, and what came with it.
  private var first: [UInt8] = []
  /// What answered the ClientHello, as far as it is in clear.
  private var tlsAnswer: [UInt8] = []
  private(set) var packet = MySQLFirstPacket.incomplete
  /// What came behind the first packet at once.
  private(set) var surplus: [UInt8] = []
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
    guard packet == .incomplete else { return }
    first += bytes
    packet = MySQLFirstPacket(first)
    if packet != .incomplete, stranger == nil { surplus = MySQLFirstPacket.surplus(of: first) }
  }

  mutating func wrote() { writes += 1 }

  /// Takes in what lies on the socket while the handshake waits for the server's first answer.
  mutating func sawTLSAnswer(_ bytes: [UInt8]) {
    if tlsAnswer.count < 4_096 { tlsAnswer = bytes }
  }

  /// An error in clear that answered the ClientHello.
  var errorInsteadOfTLS: ServerError? {
    // The packet behind SSLRequest has number 2, by some servers 1.
    guard tlsAnswer.count > 7, (1...2).contains(tlsAnswer[3]), tlsAnswer[4] == 0xFF else { return nil }
    return MySQLFirstPacket.error(Array(tlsAnswer.dropFirst(4)))
  }
}
