internal import ConnectCore
internal import Transport

/// What a server says on one connection, looked at on its way to libmongoc, which does not pass on all of it: the
/// codes of refused logins, and what answered where there is no MongoDB.
///
/// MongoDB's documentation, "MongoDB Wire Protocol": a header of 16 bytes (length, number, number of the question,
/// code), all numbers in 4 bytes with the lowest first. Pure.
struct MongoWire: Sendable {
  /// What answered instead of a server of MongoDB's, once that is clear.
  private(set) var stranger: ForeignAnswer?
  /// How many whole messages have come.
  private(set) var messages = 0
  /// The answer to the first hello.
  private(set) var hello: MongoHello?
  /// The last answer, if it was an error.
  private(set) var error: ServerError?

  private var first: [UInt8] = []
  private var pending: [UInt8] = []
  /// What is still to come of a message that is too long to be kept.
  private var passing = 0

  /// maxMessageSizeBytes of every version, 48000000.
  private static let longest = 48_000_000
  /// Longer than any answer that is looked into.
  private static let kept = 1 << 20

  var heardNothing: Bool { first.isEmpty }

  mutating func read(_ bytes: [UInt8]) {
    guard stranger == nil else { return }
    if first.count < 64 { first += bytes.prefix(64 - first.count) }
    var bytes = bytes[...]
    while !bytes.isEmpty, stranger == nil {
      if passing > 0 {
        let count = min(passing, bytes.count)
        passing -= count
        bytes = bytes.dropFirst(count)
        if passing == 0 { messages += 1 }
        continue
      }
      pending += bytes
      bytes = []
      takeMessages()
    }
  }

  private mutating func takeMessages() {
    while pending.count >= 16 {
      let length = Self.number(pending[...])
      let code = Self.number(pending[12...])
      guard (16...Self.longest).contains(length), [1, 2012, 2013].contains(code) else {
        if messages == 0 { stranger = ForeignAnswer(recognising: first) }
        pending = []
        return
      }
      guard length <= Self.kept else {
        passing = max(0, length - pending.count)
        pending.removeFirst(min(length, pending.count))
        continue
      }
      guard pending.count >= length else { return }
      take(code, pending[16..<length])
      pending.removeFirst(length)
    }
  }

  private mutating func take(_ code: Int, _ body: ArraySlice<UInt8>) {
    messages += 1
    guard let document = Self.document(code, body) else { return }
    if hello == nil, document.isTrue("ok") { hello = MongoHello(document) }
    error = MongoErrors.error(in: document)
  }

  /// The document of an answer: of OP_REPLY (1) after flags, cursor, start and count, of OP_MSG (2013) after flags,
  /// in a section of kind 0. Compressed ones (2012) are not looked into.
  private static func document(_ code: Int, _ body: ArraySlice<UInt8>) -> BSONDocument? {
    let skipped = code == 1 ? 20 : 5
    guard code != 2012, body.count > skipped, code == 1 || body[body.startIndex + 4] == 0 else { return nil }
    let document = body.dropFirst(skipped)
    let length = document.count >= 4 ? number(document) : 0
    return length <= document.count ? BSONDocument(document.prefix(max(0, length))) : nil
  }

  /// What has come, when nothing more does: less than a header may be another's whole answer.
  mutating func end() {
    guard messages == 0, stranger == nil, !pending.isEmpty, pending.count < 16 else { return }
    let answer = ForeignAnswer(recognising: first)
    if answer.protocolName != nil { stranger = answer }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(Int32(truncatingIfNeeded: bytes.prefix(4).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
  }
}
