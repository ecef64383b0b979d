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

  /// Sends a command, and returns the reply to it.
  mutating func ask(_ command: String...) throws(ConnectionFailure) -> RedisReply {
    try send([command])
    return try reply()
  }

  /// Sends commands in one go; each of them gets a reply.
  func send(_ commands: [[String]]) throws(ConnectionFailure) {
    var bytes: [UInt8] = []
    for command in commands {
      guard let one = hiredis.bytes(of: command) else {
        throw connection.failure(.other("there is no memory for a command"))
      }
      bytes += one
    }
    try connection.write(bytes)
  }

  /// The next reply.
  mutating func reply() throws(ConnectionFailure) -> RedisReply {
    while true {
      switch reader.next() {
      case .reply(let reply):
        guard isRedis || RedisGreeting.isRedis(reply) else { throw invalid(nil) }
        isRedis = true
        return reply
      case .invalid(let words): throw invalid(words)
      case .incomplete: break
      }
      let bytes = try connection.read()
      if !isRedis, firstBytes.count < ForeignAnswer.mostBytes { firstBytes += bytes }
      // What is known to be another's greeting need not look like a reply to the end.
      if !isRedis, RedisGreeting(bytes: firstBytes).isForeign { throw invalid(nil) }
      guard reader.feed(bytes) else {
        throw invalid("a reply has more than \(RedisReplyReader.mostBytes) bytes")
      }
    }
  }

  /// The failure that bytes are which are no reply: another's answer, unless Redis has spoken before.
  private func invalid(_ words: String?) -> ConnectionFailure {
    let answer = ForeignAnswer(recognising: firstBytes)
    let speaksRedis = isRedis || answer.protocolName == "Redis"
    return connection.failure(
      speaksRedis ? .other("the answer \(RedisErrors.notValid)") : .foreignAnswer(answer),
      words.map { ServerError(text: $0, origin: .library("hiredis")) })
  }
}
