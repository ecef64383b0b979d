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

  /// An answer in an OP_MSG.
  static func message(_ fields: [(String, BSON)]) -> [UInt8] {
    let body = [0, 0, 0, 0, 0] + document(fields)
    return little(UInt64(body.count + 16), 4) + [9, 0, 0, 0, 1, 0, 0, 0, 0xDD, 7, 0, 0] + body
  }

  /// An answer in an OP_REPLY.
  static func reply(_ fields: [(String, BSON)]) -> [UInt8] {
    let body = little(8, 4) + little(0, 8) + little(0, 4) + little(1, 4) + document(fields)
    return little(UInt64(body.count + 16), 4) + [9, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0] + body
  }
}
