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
    for start in stride(from: 0, to: bytes.count, by: piece) {
      wire.read(Array(bytes[start..<min(start + piece, bytes.count)]))
    }
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
    wire.read(Self.refusal + BSON.message([("ok", .double(1))]))
    #expect(wire.error == nil)
    #expect(wire.hello != nil)
  }

  @Test(arguments: [
    ("HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"), ("SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
    ("-ERR unknown command\r\n", "Redis"),
  ]) func strangers(text: String, name: String) {
    var wire = MongoWire()
    wire.read(Array(text.utf8))
    #expect(wire.stranger?.protocolName == name)
  }

  @Test func aShortAnswerIsAStrangersWhenNothingFollows() {
    var wire = MongoWire()
    wire.read(Array("+PONG\r\n".utf8))
    #expect(wire.stranger == nil)
    wire.end()
    #expect(wire.stranger?.protocolName == "Redis")
  }

  @Test func aLongMessageIsNotKept() {
    var wire = MongoWire()
    wire.read(BSON.little(3_000_000, 4) + [1, 0, 0, 0, 1, 0, 0, 0, 0xDD, 7, 0, 0])
    for _ in 0..<299 { wire.read(Array(repeating: 0, count: 10_000)) }
    #expect(wire.messages == 0)
    wire.read(Array(repeating: 0, count: 9_984) + Self.refusal)
    #expect(wire.messages == 2)
    #expect(wire.error?.nativeCode == "18")
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
