internal import ConnectCore
internal import Transport

/// What a server says to SSLRequest (PostgreSQL documentation, chapter 55.2.10 "SSL Session Encryption").
enum TLSAnswer: Equatable {
  case yes, no
  case error(ServerError)
  case foreign(ForeignAnswer)
  /// Not enough bytes to tell.
  case incomplete

  /// Reads what has come so far. The letters of PostgreSQL's answers also begin what others say: SSH's banner,
  /// memcached's errors, a greeting of MySQL's of that length.
  init(_ bytes: [UInt8]) {
    let answer = ForeignAnswer(recognising: bytes)
    guard let first = bytes.first, answer.protocolName == nil else {
      self = bytes.isEmpty ? .incomplete : .foreign(answer)
      return
    }
    switch first {
    // It is the client's turn now: what comes right behind would be taken for a part of what TLS protects.
    case UInt8(ascii: "S"): self = bytes.count == 1 ? .yes : .foreign(answer)
    case UInt8(ascii: "N"): self = bytes.count == 1 ? .no : .foreign(answer)
    case UInt8(ascii: "E"):
      switch PostgreSQLMessages.answer(bytes) {
      case .error(let error): self = .error(error)
      case .incomplete: self = .incomplete
      default: self = .foreign(answer)
      }
    default: self = .foreign(answer)
    }
  }

  /// Waits for the answer. An error is read to its end; of anything else, nothing is taken off the socket.
  init(from descriptor: Int32, deadline: Deadline) throws(StreamFailure) {
    guard wait(for: Int16(POLLIN), on: descriptor, until: deadline) != 0 else {
      throw StreamFailure(.timedOut)
    }
    self = TLSAnswer(peek(at: descriptor))
    var bytes: [UInt8] = []
    while self == .incomplete {
      bytes += try receive(from: descriptor, atMost: 65_536, deadline: deadline)
      // No error is so long, and a flood must not fill the memory.
      self =
        bytes.count < PostgreSQLMessages.mostBeforeLogin
        ? TLSAnswer(bytes) : .foreign(ForeignAnswer(recognising: bytes))
    }
  }
}
