import Testing

@testable import MongoDBDriver

/// What libmongoc is shown of answers. It trusts their types with its life.
@Suite struct AnswerTests {
  typealias Fields = [(String, BSON)]

  static func shown(_ command: String, _ fields: Fields, asking: Fields = []) throws -> BSONDocument {
    let question = MongoQuestion(BSON.command(command, asking)[...])
    let document = try #require(BSONDocument(BSON.document(fields)))
    return try MongoAnswer.shown(document, to: question)
  }

  static let well: (String, BSON) = ("ok", .double(1))
  static let offer: Fields = [("speculativeAuthenticate", .object([("saslStart", .number(1))]))]

  @Test func questions() {
    let query = MongoQuestion(BSON.query("isMaster", Self.offer, number: 7)[...])
    #expect(query.number == 7 && query.isQuery && query.isHello && query.beginsLogin)
    let command = MongoQuestion(BSON.command("saslContinue", number: 8)[...])
    #expect(
      command.number == 8 && !command.isQuery && command.isSASL && command.isLogin && !command.beginsLogin)
    let wrapped = MongoQuestion(BSON.query("$query")[...])
    #expect(wrapped.command == "$query")
    #expect(MongoQuestion(BSON.header(0, number: 3, to: 0, code: 2013)[...]).command == "")
  }

  @Test func hello() throws {
    let fields: Fields = [
      ("ismaster", .flag(true)), ("helloOk", .flag(true)), ("setName", .text("rs0")), ("me", .text("a:1")),
      ("hosts", .list([.text("a:1"), .text("[::1]:2")])), ("primary", .text("a:1")),
      ("minWireVersion", .double(0)),
      ("maxWireVersion", .long(17)), ("electionId", .identifier(1)), ("setVersion", .number(3)),
      ("tags", .object([("dc", .text("x")), ("n", .number(1))])),
      ("saslSupportedMechs", .list([.text("SCRAM-SHA-1")])),
      Self.well,
    ]
    let shown = try Self.shown("hello", fields)
    #expect(shown.array("hosts") == [.string("a:1"), .string("[::1]:2")])
    #expect(shown["maxWireVersion"] == .integer(17) && shown["minWireVersion"] == .integer(0))
    #expect(shown.document("tags")?.fields.map(\.name) == ["dc"])
    #expect(shown["electionId"] == .identifier(Array(repeating: 1, count: 12)))
    #expect(shown.array("saslSupportedMechs")?.count == 1)
    #expect(shown["ok"] == .double(1))
  }

  /// Nothing of what is not known reaches libmongoc.
  @Test func whatIsNotAskedFor() throws {
    let odd: Fields = [
      ("$clusterTime", .number(1)), ("errorLabels", .number(1)), ("writeConcernError", .number(1)),
      ("topologyVersion", .number(1)), ("compression", .number(1)), ("lastWrite", .number(1)),
      ("cursor", .number(1)),
      ("code", .number(0)), Self.well,
    ]
    for command in ["hello", "saslContinue", "connectionStatus", "listDatabases", "buildInfo", "endSessions"]
    {
      #expect(try Self.shown(command, odd).fields.map(\.name) == ["ok"], "\(command)")
    }
  }

  static let names = ["me", "primary"].flatMap { name in
    ["", ":", ":1", "[::1", "a:99999", "/tmp/x:27017", String(repeating: "a", count: 300) + ":1"].map {
      (name, BSON.text($0))
    }
  }
  static let lists = ["hosts", "passives", "arbiters"].flatMap { name in
    [
      BSON.list([.text("a:1"), .text("/tmp/x:1")]), .list([.number(1)]), .list([.text("")]), .object([]),
      .text("a:1"), .number(1),
    ].map {
      (name, $0)
    }
  }
  static let types: Fields = [
    ("setName", .number(1)), ("msg", .object([])), ("me", .number(1)), ("electionId", .text("x")),
    ("serviceId", .number(1)),
    ("tags", .list([])), ("tags", .number(1)), ("speculativeAuthenticate", .number(1)),
    ("speculativeAuthenticate", .list([])), ("saslSupportedMechs", .text("x")),
    ("saslSupportedMechs", .list([.number(1)])),
    ("maxWireVersion", .text("17")), ("maxWireVersion", .long(1 << 40)), ("minWireVersion", .double(.nan)),
  ]

  @Test(arguments: names + lists + types) func refused(name: String, value: BSON) {
    #expect(throws: MongoAnswer.Fault.self) { try Self.shown("hello", [(name, value), Self.well]) }
  }

  @Test func logins() throws {
    let answer: Fields = [
      ("conversationId", .long(1)), ("done", .flag(false)), ("payload", .binary([1])),
      ("errorLabels", .number(1)), Self.well,
    ]
    let shown = try Self.shown("saslStart", answer)
    #expect(shown.fields.map(\.name) == ["ok", "conversationId", "done", "payload"])
    let offered = try Self.shown(
      "hello", [("speculativeAuthenticate", .object(answer)), Self.well], asking: Self.offer)
    #expect(offered.document("speculativeAuthenticate")?["payload"] == .binary([1]))
    // Who was not asked is not heard.
    let surplus = try Self.shown("hello", [("speculativeAuthenticate", .object(answer)), Self.well])
    #expect(surplus["speculativeAuthenticate"] == nil)
    #expect(throws: MongoAnswer.Fault.self) {
      try Self.shown("saslStart", [("payload", .binary(Array(repeating: 1, count: 5_000))), Self.well])
    }
  }

  /// An error with the number 0 would end the program.
  @Test(
    arguments: [
      ([("ok", .double(0)), ("code", .number(0))], nil),
      ([("ok", .double(0)), ("code", .long(1 << 32))], nil),
      ([("ok", .double(0)), ("code", .number(-1))], nil),
      ([("ok", .double(0)), ("errorLabels", .number(1)), ("code", .number(18))], 18),
      ([("ok", .text("x")), ("code", .double(18))], 18), ([("code", .number(18))], 18),
    ] as [(Fields, Int64?)]) func errors(fields: Fields, code: Int64?) throws
  {
    let shown = try Self.shown("hello", fields)
    #expect(shown["ok"] == .double(0))
    #expect(shown.integer("code") == code)
    #expect(Set(shown.fields.map(\.name)).isSubset(of: ["ok", "errmsg", "code"]))
  }
}
