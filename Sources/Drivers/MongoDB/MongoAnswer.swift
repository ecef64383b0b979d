/// What libmongoc is shown of an answer: the fields that it needs, each of the type that it takes for granted, and
/// nothing that a server has put together. Pure.
///
/// libmongoc 1.23 ends the whole program, or reads what is no memory, where a field of hello is not what it should be
/// (`speculativeAuthenticate`, a host's name that it cannot read), or where an answer holds labels that are no list
/// or an error with the number 0.
enum MongoAnswer {
  /// Why an answer cannot be used, as an end of "the server …".
  struct Fault: Error, Equatable { let words: String }

  static func shown(_ document: BSONDocument, to question: MongoQuestion) throws(Fault) -> BSONDocument {
    if let error = MongoErrors.error(in: document) {
      let code = error.nativeCode.flatMap { Int32($0) }.flatMap { $0 > 0 ? $0 : nil }
      return BSONDocument(
        [("ok", .double(0)), ("errmsg", .string(error.text))]
          + (code.map { [("code", .integer(Int64($0)))] } ?? []))
    }
    var fields: [Field] = [("ok", .double(1))]
    if question.isHello { fields += try hello(document, offersLogin: question.beginsLogin) }
    if question.isSASL { fields += try sasl(document) }
    return BSONDocument(fields)
  }

  private typealias Field = (name: String, value: BSONDocument.Value)

  // MARK: hello

  /// What libmongoc reads of hello (mongoc-server-description.c), without what is of no use to one short session:
  /// compressors, times of the cluster and of sessions, sizes of writes.
  private static func hello(_ document: BSONDocument, offersLogin: Bool) throws(Fault) -> [Field] {
    var fields: [Field] = []
    for name in [
      "helloOk", "isWritablePrimary", "ismaster", "secondary", "arbiterOnly", "isreplicaset", "hidden",
    ] where document[name] != nil {
      fields.append((name, .bool(document.isTrue(name))))
    }
    for name in ["minWireVersion", "maxWireVersion", "setVersion", "connectionId"] {
      guard document[name] != nil else { continue }
      guard let number = document.integer(name) else { throw odd(name) }
      // A connection's number may be larger than what wire versions are written in.
      guard Int32(exactly: number) != nil else {
        if name == "connectionId" { continue } else { throw odd(name) }
      }
      fields.append((name, .integer(number)))
    }
    for name in ["setName", "msg", "me", "primary"] {
      guard let value = document[name] else { continue }
      guard case .string(let text) = value else { throw odd(name) }
      if name == "me" || name == "primary" { try check(text, name) }
      fields.append((name, value))
    }
    for name in ["hosts", "passives", "arbiters"] {
      guard let value = document[name] else { continue }
      let texts = try texts(of: value, name)
      for text in texts { try check(text, name) }
      fields.append((name, .array(texts.map { .string($0) })))
    }
    if let value = document["saslSupportedMechs"] {
      fields.append(
        ("saslSupportedMechs", .array(try texts(of: value, "saslSupportedMechs").map { .string($0) })))
    }
    for name in ["electionId", "serviceId"] {
      guard let value = document[name] else { continue }
      guard case .identifier = value else { throw odd(name) }
      fields.append((name, value))
    }
    if let value = document["tags"] {
      guard case .document(let tags) = value else { throw odd("tags") }
      fields.append(
        (
          "tags",
          .document(BSONDocument(tags.fields.filter { if case .string = $0.value { true } else { false } }))
        ))
    }
    if let value = document["speculativeAuthenticate"] {
      guard case .document(let login) = value else { throw odd("speculativeAuthenticate") }
      // One that has failed is left out, and the login begins by itself.
      if offersLogin, MongoErrors.error(in: login) == nil || login["ok"] == nil {
        fields.append(
          ("speculativeAuthenticate", .document(BSONDocument([("ok", .double(1))] + (try sasl(login))))))
      }
    }
    return fields
  }

  private static func texts(of value: BSONDocument.Value, _ name: String) throws(Fault) -> [String] {
    guard case .array(let values) = value, values.count <= 1_000 else { throw odd(name) }
    var texts: [String] = []
    for value in values {
      guard case .string(let text) = value else { throw odd(name) }
      texts.append(text)
    }
    return texts
  }

  private static func check(_ text: String, _ field: String) throws(Fault) {
    guard MemberName(text) == nil else { return }
    throw Fault(
      words:
        "named \(text.isEmpty ? "nothing" : "“\(text)”") as a server (\(field)), which is no host with a port"
    )
  }

  private static func odd(_ name: String) -> Fault {
    Fault(words: "answered hello with the field \(name) in a form that MongoDB does not give it")
  }

  // MARK: Logins

  /// libmongoc takes up to 4096 bytes, and looks one further.
  private static let longestPayload = 1_024

  /// What libmongoc reads of a login's answers (mongoc-cluster.c).
  private static func sasl(_ document: BSONDocument) throws(Fault) -> [Field] {
    var fields: [Field] = []
    if let number = document.integer("conversationId"), Int32(exactly: number) != nil {
      fields.append(("conversationId", .integer(number)))
    }
    if document["done"] != nil { fields.append(("done", .bool(document.isTrue("done")))) }
    if case .binary(let data) = document["payload"] {
      guard data.count <= longestPayload else {
        throw Fault(words: "answered a login with \(data.count) bytes, more than SCRAM has to say")
      }
      fields.append(("payload", .binary(data)))
    }
    return fields
  }
}
