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

  @Test(arguments: [1, 2, 7, 1_000]) func answers(piece: Int) {
    var wire = MongoWire()
    let bytes = Self.hello + Self.refusal
    var passed: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
      passed += wire.read(Array(bytes[start..<min(start + piece, bytes.count)]))
      // What is passed on ends where a message does.
      #expect([0, Self.hello.count, bytes.count].contains(passed.count))
    }
    #expect(passed == bytes)
    #expect(wire.messages == 2)
    #expect(wire.stranger == nil)
    #expect(wire.hello?.role == .secondary)
    #expect(wire.hello?.primary == "a:1")
    #expect(wire.error?.nativeCode == "18")
    #expect(wire.error?.text == "AuthenticationFailed: Authentication failed.")
    #expect(wire.error?.origin == .server)
  }

  @Test func anErrorIsForgottenByWhatFollows() {
    var wire = MongoWire()
    _ = wire.read(Self.refusal + BSON.message([("ok", .double(1))]))
    #expect(wire.error == nil)
    #expect(wire.hello != nil)
  }

  @Test(arguments: [
    ("HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"), ("SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
    ("-ERR unknown command\r\n", "Redis"),
  ]) func strangers(text: String, name: String) {
    var wire = MongoWire()
    #expect(wire.read(Array(text.utf8)) == [])
    #expect(wire.stranger?.protocolName == name)
  }

  @Test func aShortAnswerIsAStrangersWhenNothingFollows() {
    var wire = MongoWire()
    _ = wire.read(Array("+PONG\r\n".utf8))
    #expect(wire.stranger == nil)
    wire.end()
    #expect(wire.stranger?.protocolName == "Redis")
  }

  static func header(_ length: UInt64, _ code: UInt8 = 0xDD) -> [UInt8] {
    BSON.little(length, 4) + [1, 0, 0, 0, 1, 0, 0, 0, code, 7, 0, 0]
  }

  /// Nothing of these reaches libmongoc: empty sections overflow its memory.
  @Test(
    arguments: [
      header(47_000_000), header(15), header(0), header(100, 0xDC), header(0xFFFF_FFFF),
      header(16 + 15) + Array(repeating: 0, count: 15),
      // A section of kind 1; flags; two documents; a document that ends too soon.
      header(16 + 10) + [0, 0, 0, 0, 1, 5, 0, 0, 0, 0], header(16 + 10) + [1, 0, 0, 0, 0, 5, 0, 0, 0, 0],
      header(16 + 16) + [0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0],
      header(16 + 11) + [0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0],
    ] as [[UInt8]]) func notPassedOn(bytes: [UInt8])
  {
    var wire = MongoWire()
    #expect(wire.read(bytes) == [])
    #expect(wire.stranger != nil)
    #expect(wire.read(Self.hello) == [])

    var later = MongoWire()
    #expect(later.read(Self.hello + bytes) == Self.hello)
    #expect(later.isBroken)
    #expect(later.read(Self.refusal) == [])
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
