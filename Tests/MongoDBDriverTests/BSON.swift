@testable import MongoDBDriver

/// A value of BSON as servers send it, for tests.
struct BSON: Sendable {
  private let kind: UInt8
  private let bytes: [UInt8]

  static func double(_ value: Double) -> BSON { BSON(kind: 1, bytes: little(value.bitPattern, 8)) }
  static func text(_ text: String) -> BSON {
    BSON(kind: 2, bytes: little(UInt64(text.utf8.count + 1), 4) + Array(text.utf8) + [0])
  }
  static func object(_ fields: [(String, BSON)]) -> BSON { BSON(kind: 3, bytes: document(fields)) }
  static func list(_ values: [BSON]) -> BSON {
    BSON(kind: 4, bytes: document(values.enumerated().map { (String($0.offset), $0.element) }))
  }
  static func flag(_ flag: Bool) -> BSON { BSON(kind: 8, bytes: [flag ? 1 : 0]) }
  static func number(_ number: Int32) -> BSON {
    BSON(kind: 0x10, bytes: little(UInt64(UInt32(bitPattern: number)), 4))
  }
  static func long(_ number: Int64) -> BSON { BSON(kind: 0x12, bytes: little(UInt64(bitPattern: number), 8)) }

  static func document(_ fields: [(String, BSON)]) -> [UInt8] {
    var body: [UInt8] = []
    for (name, value) in fields { body += [value.kind] + Array(name.utf8) + [0] + value.bytes }
    body.append(0)
    return little(UInt64(body.count + 4), 4) + body
  }

  static func little(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  static func binary(_ data: [UInt8], kind: UInt8 = 0) -> BSON {
    BSON(kind: 5, bytes: little(UInt64(data.count), 4) + [kind] + data)
  }
  static func identifier(_ byte: UInt8) -> BSON { BSON(kind: 7, bytes: Array(repeating: byte, count: 12)) }
  static let null = BSON(kind: 0x0A, bytes: [])

  /// The head of a message: its length is that of what follows and its own.
  static func header(_ count: Int, number: UInt64, to question: UInt64, code: UInt64) -> [UInt8] {
    [UInt64(bitPattern: Int64(count + 16)), number, question, code].flatMap { little($0, 4) }
  }

  /// An answer in an OP_MSG.
  static func message(_ fields: [(String, BSON)], to question: UInt64 = 2) -> [UInt8] {
    let body = [0, 0, 0, 0, 0] + document(fields)
    return header(body.count, number: 9, to: question, code: 2013) + body
  }

  /// An answer in an OP_REPLY.
  static func reply(_ fields: [(String, BSON)], to question: UInt64 = 1) -> [UInt8] {
    let body = little(8, 4) + little(0, 8) + little(0, 4) + little(1, 4) + document(fields)
    return header(body.count, number: 9, to: question, code: 1) + body
  }

  /// A command in an OP_MSG.
  static func command(_ name: String, _ fields: [(String, BSON)] = [], number: UInt64 = 2) -> [UInt8] {
    let body = [0, 0, 0, 0, 0] + document([(name, .number(1))] + fields + [("$db", .text("admin"))])
    return header(body.count, number: number, to: 0, code: 2013) + body
  }

  /// A command in an OP_QUERY.
  static func query(_ name: String, _ fields: [(String, BSON)] = [], number: UInt64 = 1) -> [UInt8] {
    let body =
      [4, 0, 0, 0] + Array("admin.$cmd".utf8) + [0, 0, 0, 0, 0, 255, 255, 255, 255]
      + document([(name, .number(1))] + fields)
    return header(body.count, number: number, to: 0, code: 2004) + body
  }
}
