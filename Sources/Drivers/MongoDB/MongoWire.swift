internal import ConnectCore
internal import Transport

/// What a server says on one connection, on its way to libmongoc.
///
/// Only whole messages of the one form that answers to commands have are let through: libmongoc 1.23 writes past the
/// end of its memory when a message holds many empty sections, which a server could send that only pretends. And it
/// does not tell all that servers say: the codes of refused logins, and what answered where there is no MongoDB.
///
/// MongoDB's documentation, "MongoDB Wire Protocol": a header of 16 bytes (length, number, number of the question,
/// code), all numbers in 4 bytes with the lowest first. Pure.
struct MongoWire: Sendable {
  /// What answered instead of a server of MongoDB's, once that is clear.
  private(set) var stranger: ForeignAnswer?
  /// Whether something came, after a good beginning, that is no answer.
  private(set) var isBroken = false
  /// How many whole messages have come.
  private(set) var messages = 0
  /// The answer to the first hello.
  private(set) var hello: MongoHello?
  /// The last answer, if it was an error.
  private(set) var error: ServerError?

  private var first: [UInt8] = []
  private var pending: [UInt8] = []

  /// maxBsonObjectSize of every version, and the room that a message adds.
  private static let longest = (16 << 20) + 16_384

  /// Takes bytes in.
  ///
  /// - Returns: the messages that they complete; empty: more has to come, or none ever will.
  mutating func read(_ bytes: [UInt8]) -> [UInt8] {
    guard stranger == nil, !isBroken else { return [] }
    if first.count < 64 { first += bytes.prefix(64 - first.count) }
    pending += bytes
    var whole = 0
    while let length = nextLength(from: whole) {
      guard take(pending[whole..<(whole + length)]) else {
        refuse()
        break
      }
      whole += length
    }
    defer { pending.removeFirst(whole) }
    return Array(pending[..<whole])
  }

  /// The length of the whole message that begins there; nil: it is not whole yet, or none.
  private mutating func nextLength(from start: Int) -> Int? {
    guard pending.count - start >= 16 else { return nil }
    let length = Self.number(pending[start...])
    let code = Self.number(pending[(start + 12)...])
    guard (16...Self.longest).contains(length), code == Self.reply || code == Self.message else {
      refuse()
      return nil
    }
    return pending.count - start >= length ? length : nil
  }

  private mutating func refuse() {
    if messages == 0 { stranger = ForeignAnswer(recognising: first) } else { isBroken = true }
  }

  /// OP_REPLY and OP_MSG.
  private static let reply = 1
  private static let message = 2_013

  /// Looks at a whole message; false: it is not an answer to a command.
  private mutating func take(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let document = Self.document(bytes) else { return false }
    messages += 1
    if hello == nil, document.isTrue("ok") { hello = MongoHello(document) }
    error = MongoErrors.error(in: document)
    return true
  }

  /// The one document of an answer: of OP_REPLY after flags, cursor, start and count, which is 1; of OP_MSG after
  /// flags, of which none is set, in a section of kind 0.
  private static func document(_ bytes: ArraySlice<UInt8>) -> BSONDocument? {
    let body = bytes.dropFirst(16)
    if number(bytes.dropFirst(12)) == reply {
      guard body.count > 20, number(body.dropFirst(16)) == 1 else { return nil }
      return BSONDocument(body.dropFirst(20))
    }
    guard body.count > 5, number(body) == 0, body[body.startIndex + 4] == 0 else { return nil }
    return BSONDocument(body.dropFirst(5))
  }

  /// Nothing more comes: less than a header may be another's whole answer.
  mutating func end() {
    guard messages == 0, stranger == nil, !pending.isEmpty, pending.count < 16 else { return }
    let answer = ForeignAnswer(recognising: first)
    if answer.protocolName != nil { stranger = answer }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(Int32(truncatingIfNeeded: bytes.prefix(4).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
  }
}
