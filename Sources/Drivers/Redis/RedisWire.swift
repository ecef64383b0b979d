internal import ConnectCore
internal import Transport

/// Commands and their replies over one connection.
struct RedisWire {
  private let connection: DirectConnection
  private let hiredis: Hiredis
  private let reader: RedisReplyReader
  /// What came before the first reply was whole: it tells what else may have answered.
  private var firstBytes: [UInt8] = []
  private var isRedis = false

  init(_ connection: DirectConnection, _ hiredis: Hiredis) throws(ConnectionFailure) {
    self.connection = connection
    self.hiredis = hiredis
    guard let reader = RedisReplyReader(hiredis) else {
      throw connection.failure(.other("there is no memory for hiredis' reader"))
    }
    self.reader = reader
  }

  /// Sends commands in one go, and returns a reply to each.
  mutating func ask(_ commands: [String]...) throws(ConnectionFailure) -> [RedisReply] {
    try ask(all: commands)
  }

  mutating func ask(all commands: [[String]]) throws(ConnectionFailure) -> [RedisReply] {
    var bytes: [UInt8] = []
    for command in commands {
      guard let one = hiredis.bytes(of: command) else {
        throw connection.failure(.other("there is no memory for a command"))
      }
      bytes += one
    }
    try connection.write(bytes)
    var replies: [RedisReply] = []
    while replies.count < commands.count { replies.append(try next()) }
    return replies
  }

  private mutating func next() throws(ConnectionFailure) -> RedisReply {
    while true {
      switch reader.next() {
      case .reply(let reply):
        guard isRedis || RedisGreeting.isRedis(reply) else { throw foreign(nil) }
        isRedis = true
        return reply
      case .invalid(let words): throw foreign(words)
      case .incomplete: break
      }
      let bytes = try connection.read()
      if !isRedis, firstBytes.count < 64 { firstBytes += bytes.prefix(64) }
      // What is known to be another's greeting need not look like a reply to the end.
      if !isRedis, RedisGreeting(bytes: firstBytes).isForeign { throw foreign(nil) }
      guard reader.feed(bytes) else {
        throw foreign("a reply has more than \(RedisReplyReader.mostBytes) bytes")
      }
    }
  }

  private func foreign(_ words: String?) -> ConnectionFailure {
    connection.failure(
      .foreignAnswer(ForeignAnswer(recognising: firstBytes)),
      words.map { ServerError(text: $0, origin: .library("hiredis")) })
  }
}
