/// A command that was sent to a server, as far as its answer has to fit it. Pure.
///
/// MongoDB's documentation, "MongoDB Wire Protocol": a header of 16 bytes (length, number, number of the question,
/// code), all numbers in 4 bytes with the lowest first.
struct MongoQuestion: Equatable, Sendable {
  /// The number that its answer repeats.
  let number: Int
  /// Whether it is an OP_QUERY, which is answered by OP_REPLY; OP_MSG is answered by OP_MSG.
  let isQuery: Bool
  /// Empty: it cannot be read.
  let command: String
  /// Whether hello begins a login with it, which a server that knows of it answers.
  let beginsLogin: Bool

  /// Reads a whole message.
  init(_ message: ArraySlice<UInt8>) {
    number = Self.number(message.dropFirst(4))
    isQuery = Self.number(message.dropFirst(12)) == 2_004
    var body = message.dropFirst(20)
    if isQuery {
      // A name that ends with 0, and two numbers.
      body = body.drop { $0 != 0 }.dropFirst(9)
    } else {
      body = body.dropFirst()
    }
    var document = BSONDocument(body)
    if let inner = document?.document("$query") { document = inner }
    command = document?.fields.first?.name ?? ""
    beginsLogin = document?.document("speculativeAuthenticate") != nil
  }

  var isHello: Bool { ["hello", "ismaster"].contains(command.lowercased()) }

  /// Whether it is a part of a login, and not the offer of one.
  var isLogin: Bool { isSASL || command == "authenticate" }

  /// saslStart and saslContinue.
  var isSASL: Bool { command == "saslStart" || command == "saslContinue" }

  /// The longest message that may answer it: a list of databases can be as long as a document (16 MiB, and the room
  /// that a message adds), while no other answer has more than some thousand bytes.
  var longestAnswer: Int { command == "listDatabases" ? (16 << 20) + 16_384 : 1 << 20 }

  /// OP_REPLY or OP_MSG.
  var answerCode: Int { isQuery ? 1 : 2_013 }

  /// A message that answers it: of OP_REPLY flags (AwaitCapable), cursor, start and count, which is 1; of OP_MSG flags,
  /// of which none is set, and a section of kind 0.
  func answer(_ document: BSONDocument) -> [UInt8] {
    let body =
      (isQuery ? [8] + Array(repeating: 0, count: 15) + [1, 0, 0, 0] : [0, 0, 0, 0, 0]) + document.bytes
    return [body.count + 16, 1, number, answerCode].flatMap {
      BSONDocument.number(UInt64(UInt32(truncatingIfNeeded: $0)), 4)
    } + body
  }

  /// The one document of a message that answers it; nil: it has another form.
  func document(in message: ArraySlice<UInt8>) -> BSONDocument? {
    let body = message.dropFirst(16)
    if isQuery {
      guard body.count > 20, Self.number(body.dropFirst(16)) == 1 else { return nil }
      return BSONDocument(body.dropFirst(20))
    }
    guard body.count > 5, Self.number(body) == 0, body[body.startIndex + 4] == 0 else { return nil }
    return BSONDocument(body.dropFirst(5))
  }

  /// The number in the first four bytes, which may be negative.
  static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(Int32(truncatingIfNeeded: bytes.prefix(4).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
  }
}
