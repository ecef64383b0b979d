import Testing

@testable import MongoDBDriver

@Suite struct BSONDocumentTests {
  static let bytes = BSON.document([
    ("text", .text("Grüße")), ("yes", .flag(true)), ("small", .number(-7)), ("large", .long(1 << 40)),
    ("one", .double(1)), ("inner", .object([("deep", .text("x"))])),
    ("list", .list([.number(1), .text("y")])),
  ])

  @Test func values() throws {
    let document = try #require(BSONDocument(Self.bytes))
    #expect(document.string("text") == "Grüße")
    #expect(document.isTrue("yes"))
    #expect(document.integer("small") == -7)
    #expect(document.integer("large") == 1 << 40)
    #expect(document.isTrue("one"))
    #expect(document.document("inner")?.string("deep") == "x")
    #expect(document.array("list") == [.integer(1), .string("y")])
    #expect(document["missing"] == nil)
    #expect(!document.isTrue("missing"))
  }

  /// Date, null, binary data of another kind, timestamp, regular expression, decimal, least key: passed over, what follows is read.
  @Test(
    arguments: [
      (0x09, Array(repeating: 1, count: 8)), (0x0A, []),
      (0x05, [2, 0, 0, 0, 4, 9, 9]), (0x11, Array(repeating: 1, count: 8)), (0x0B, [97, 0, 105, 0]),
      (0x13, Array(repeating: 1, count: 16)), (0xFF, []), (0x0D, [2, 0, 0, 0, 97, 0]),
    ] as [(UInt8, [UInt8])]) func otherTypes(kind: UInt8, data: [UInt8]) throws
  {
    let body = [kind, 120, 0] + data + [0x08, 121, 0, 1, 0]
    let document = try #require(BSONDocument(BSON.little(UInt64(body.count + 4), 4) + body))
    #expect(document["x"] == nil)
    #expect(document.isTrue("y"))
  }

  @Test func everyCutIsNoticed() {
    for count in 0..<Self.bytes.count { #expect(BSONDocument(Self.bytes[..<count]) == nil, "\(count)") }
    #expect(BSONDocument(Self.bytes + [0]) == nil)
  }

  @Test(
    arguments: [
      [], [5, 0, 0, 0], [4, 0, 0, 0, 0], [255, 255, 255, 255, 0],
      // A type that BSON does not have; a text without its end; a text of no length.
      [8, 0, 0, 0, 0x60, 97, 0, 0], [13, 0, 0, 0, 2, 97, 0, 1, 0, 0, 0, 98, 0],
      [12, 0, 0, 0, 2, 97, 0, 0, 0, 0, 0, 0],
    ] as [[UInt8]]) func broken(_ bytes: [UInt8])
  { #expect(BSONDocument(bytes) == nil) }

  @Test func depthHasAnEnd() {
    var value = BSON.object([])
    for _ in 0..<100 { value = .object([("a", value)]) }
    #expect(BSONDocument(BSON.document([("a", value)])) == nil)
  }

  /// What is read is written as it was, and a text ends where C ends it.
  @Test func written() throws {
    let fields: [(String, BSON)] = [
      ("a", .double(1.5)), ("b", .text("x")), ("c", .object([("d", .flag(true))])),
      ("e", .list([.number(-1), .text("")])),
      ("f", .long(1 << 40)), ("g", .binary([1, 2])), ("h", .identifier(7)),
    ]
    let bytes = BSON.document(fields)
    let document = try #require(BSONDocument(bytes))
    #expect(document.fields.count == fields.count)
    #expect(document.bytes == bytes)
    #expect(BSONDocument([("a", .string("x\0y"))]).bytes == BSON.document([("a", .text("x"))]))
  }

  /// 16 MiB of the smallest elements that there are must not become gigabytes.
  @Test func elementsHaveAnEnd() throws {
    let many = (0..<70_000).map { _ in BSON.null }
    let list = try #require(BSONDocument(BSON.document([("a", .list(many)), ("ok", .double(1))])))
    #expect(list["a"] == nil)
    #expect(list.isTrue("ok"))
    let nested = BSON.list((0..<40_000).map { _ in .object([("a", .flag(true))]) })
    let again = try #require(
      BSONDocument(
        BSON.document([("b", .text("x")), ("a", nested), ("c", .list([.flag(true)])), ("ok", .double(1))])))
    #expect(again.fields.map(\.name) == ["b", "ok"])
    #expect(BSONDocument(BSON.document(many.map { ("a", $0) })) == nil)
  }

  @Test func commandsAreBSON() throws {
    let document = try #require(BSONDocument(MongoCommand.listDatabases))
    #expect(document.fields.map(\.name) == ["listDatabases", "nameOnly", "authorizedDatabases"])
    #expect(document.integer("listDatabases") == 1)
    #expect(document.isTrue("nameOnly"))
  }
}
