/// BSON as it is sent on (bsonspec.org, version 1.1).
extension BSONDocument {
  var bytes: [UInt8] {
    var body: [UInt8] = []
    for (name, value) in fields {
      body += [value.kind] + Self.unterminated(name) + [0] + value.bytes
    }
    body.append(0)
    return Self.number(UInt64(body.count + 4), 4) + body
  }

  /// C ends a text at the first NUL, so it ends there for everybody.
  fileprivate static func unterminated(_ text: String) -> [UInt8] { Array(text.utf8.prefix { $0 != 0 }) }

  /// A number of that many bytes, the lowest first.
  static func number(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}

extension BSONDocument.Value {
  fileprivate var kind: UInt8 {
    switch self {
    case .double: 0x01
    case .string: 0x02
    case .document: 0x03
    case .array: 0x04
    case .binary: 0x05
    case .identifier: 0x07
    case .bool: 0x08
    case .integer(let number): Int32(exactly: number) == nil ? 0x12 : 0x10
    }
  }

  fileprivate var bytes: [UInt8] {
    switch self {
    case .double(let number): return BSONDocument.number(number.bitPattern, 8)
    case .string(let text):
      let text = BSONDocument.unterminated(text)
      return BSONDocument.number(UInt64(text.count + 1), 4) + text + [0]
    case .document(let document): return document.bytes
    case .array(let values):
      return BSONDocument(values.enumerated().map { (String($0.offset), $0.element) }).bytes
    case .binary(let data): return BSONDocument.number(UInt64(data.count), 4) + [0] + data
    case .identifier(let data): return data
    case .bool(let flag): return [flag ? 1 : 0]
    case .integer(let number):
      return BSONDocument.number(UInt64(bitPattern: number), Int32(exactly: number) == nil ? 8 : 4)
    }
  }
}
