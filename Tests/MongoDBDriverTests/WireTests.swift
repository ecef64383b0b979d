import ConnectCore
import Testing

@testable import MongoDBDriver

@Suite struct WireTests {
  static let hello = BSON.reply([
    ("ismaster", .flag(false)), ("secondary", .flag(true)), ("setName", .text("rs0")), ("me", .text("b:2")),
    ("primary", .text("a:1")), ("maxWireVersion", .number(17)), ("ok", .double(1)),
  ])
  static let refusal = BSON.message([
    ("ok", .double(0)), ("errmsg", .text("Authentication failed.")), ("code", .number(18)),
    ("codeName", .text("AuthenticationFailed")),
  ])

  /// A wire on which these were asked.
  static func asked(_ questions: [UInt8]...) -> MongoWire {
    var wire = MongoWire()
    for question in questions { wire.ask(question) }
    return wire
  }

  /// What libmongoc is shown.
  static func documents(_ messages: [UInt8]) -> [BSONDocument] {
    var rest = messages[...]
    var documents: [BSONDocument] = []
    while rest.count >= 16 {
      let message = rest.prefix(MongoQuestion.number(rest))
      documents += [
        BSONDocument(message.dropFirst(MongoQuestion.number(message.dropFirst(12)) == 1 ? 36 : 21))
      ].compactMap(\.self)
      rest = rest.dropFirst(message.count)
    }
    return documents
  }

  @Test(arguments: [1, 2, 7, 1_000]) func answers(piece: Int) {
    var wire = Self.asked(BSON.query("isMaster"), BSON.command("saslStart"))
    let bytes = Self.hello + Self.refusal
    var passed: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
      passed += wire.read(Array(bytes[start..<min(start + piece, bytes.count)]))
    }
    let shown = Self.documents(passed)
    #expect(shown.count == 2)
    #expect(shown.first?.string("me") == "b:2")
    #expect(shown.first?.integer("maxWireVersion") == 17)
    #expect(shown.last?.string("errmsg")?.contains("Authentication failed.") == true)
    #expect(shown.last?.integer("code") == 18)
    #expect(wire.messages == 2)
    #expect(wire.stranger == nil && wire.fault == nil)
    #expect(wire.hello?.role == .secondary)
    #expect(wire.hello?.primary == "a:1")
    #expect(wire.error?.nativeCode == "18")
    #expect(wire.error?.text == "AuthenticationFailed: Authentication failed.")
    #expect(wire.error?.origin == .server)
  }

  @Test func anErrorIsForgottenByWhatFollows() {
    var wire = Self.asked(BSON.command("listDatabases"))
    _ = wire.read(Self.refusal)
    #expect(wire.error != nil)
    wire.ask(BSON.command("buildInfo", number: 3))
    _ = wire.read(BSON.message([("ok", .double(1)), ("version", .text("7"))], to: 3))
    #expect(wire.error == nil)
    #expect(wire.answer(to: "buildInfo")?.string("version") == "7")
    #expect(wire.answer(to: "listDatabases") == nil)
  }

  @Test(arguments: [
    ("HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"), ("SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
    ("-ERR unknown command\r\n", "Redis"),
  ]) func strangers(text: String, name: String) {
    var wire = Self.asked(BSON.query("isMaster"))
    #expect(wire.read(Array(text.utf8)) == [])
    #expect(wire.stranger?.protocolName == name)
  }

  @Test func aShortAnswerIsAStrangersWhenNothingFollows() {
    var wire = Self.asked(BSON.query("isMaster"))
    _ = wire.read(Array("+PONG\r\n".utf8))
    #expect(wire.stranger == nil)
    wire.end()
    #expect(wire.stranger?.protocolName == "Redis")
  }

  /// The head of an answer to the second question, an OP_MSG.
  static func header(_ count: Int, code: UInt64 = 2013, to question: UInt64 = 2) -> [UInt8] {
    BSON.header(count, number: 9, to: question, code: code)
  }

  /// Nothing of these reaches libmongoc.
  @Test(
    arguments: [
      header(47_000_000), header(-1), header(-16), header(100, code: 2012), header(-100),
      header(15) + Array(repeating: 0, count: 15), header((1 << 20) - 15),
      // A section of kind 1; flags; two documents; a document that ends too soon.
      header(10) + [0, 0, 0, 0, 1, 5, 0, 0, 0, 0], header(10) + [1, 0, 0, 0, 0, 5, 0, 0, 0, 0],
      header(16) + [0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0],
      header(11) + [0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0],
      // OP_REPLY to an OP_MSG; the number of another question.
      BSON.reply([("ok", .double(1))], to: 2), BSON.message([("ok", .double(1))], to: 3),
    ] as [[UInt8]]) func notPassedOn(bytes: [UInt8])
  {
    var first = Self.asked(BSON.command("hello"))
    #expect(first.read(bytes) == [])
    #expect(first.stranger != nil)
    #expect(first.read(BSON.message([("ok", .double(1))])) == [])

    var later = Self.asked(BSON.query("isMaster"), BSON.command("saslStart"))
    #expect(later.read(Self.hello) != [])
    #expect(later.read(bytes) == [])
    #expect(later.fault != nil && later.stranger == nil)
    #expect(later.read(Self.refusal) == [])
  }

  /// Every question has one answer, of its own kind.
  @Test func oneAnswerToOneQuestion() {
    var twice = Self.asked(BSON.query("isMaster"))
    #expect(twice.read(Self.hello + Self.hello) == [])
    #expect(twice.fault?.contains("more than it was asked for") == true)
    var early = Self.asked(BSON.query("isMaster"))
    #expect(early.read(Self.hello + [1]) == [])
    #expect(early.fault != nil)
    var reply = Self.asked(BSON.command("isMaster", number: 1))
    #expect(reply.read(Self.hello) == [])
    #expect(reply.stranger != nil)
    var message = Self.asked(BSON.query("isMaster"))
    #expect(message.read(BSON.message([("ok", .double(1))], to: 1)) == [])
    #expect(message.stranger != nil)
  }

  /// A list of databases may be long, nothing else.
  @Test func longAnswers() {
    let padding = BSON.text(String(repeating: "x", count: 2 << 20))
    for (command, passes) in [("listDatabases", true), ("buildInfo", false), ("saslContinue", false)] {
      var wire = Self.asked(BSON.query("isMaster"), BSON.command(command))
      _ = wire.read(Self.hello)
      let shown = wire.read(BSON.message([("ok", .double(1)), ("a", padding)]))
      #expect(shown.isEmpty != passes && shown.count < 100, "\(command)")
      #expect((wire.fault == nil) == passes, "\(command)")
    }
  }

  /// A lost connection means another login only where one was begun.
  @Test func whenALoginBegins() {
    #expect(Self.asked(BSON.command("saslStart")).loginBegun)
    #expect(Self.asked(BSON.command("saslContinue")).loginBegun)
    #expect(Self.asked(BSON.command("authenticate")).loginBegun)
    #expect(!Self.asked(BSON.query("isMaster"), BSON.command("connectionStatus")).loginBegun)
    // hello names a user, and who has not answered has not even heard that for sure.
    var wire = Self.asked(
      BSON.query("isMaster", [("speculativeAuthenticate", .object([("saslStart", .number(1))]))]))
    #expect(!wire.loginBegun)
    _ = wire.read(Self.hello)
    #expect(wire.loginBegun)
  }

  @Test(
    arguments: [
      ([("isWritablePrimary", .flag(true))], .standalone),
      ([("ismaster", .flag(true)), ("msg", .text("isdbgrid"))], .mongos),
      ([("ismaster", .flag(true)), ("setName", .text("r"))], .primary),
      ([("secondary", .flag(true)), ("setName", .text("r"))], .secondary),
      ([("arbiterOnly", .flag(true)), ("setName", .text("r"))], .arbiter),
      ([("setName", .text("r"))], .other),
      ([("isreplicaset", .flag(true))], .uninitialised),
    ] as [([(String, BSON)], MongoHello.Role)]) func roles(fields: [(String, BSON)], role: MongoHello.Role)
    throws
  {
    let document = try #require(BSONDocument(BSON.document(fields + [("ok", .double(1))])))
    #expect(MongoHello(document).role == role)
  }
}
