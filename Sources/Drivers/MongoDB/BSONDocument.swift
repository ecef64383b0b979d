/// A BSON document (bsonspec.org, version 1.1) as far as servers' answers need to be understood. Pure.
///
/// Values of other types are left out; what is not BSON is no document.
struct BSONDocument: Equatable, Sendable {
  indirect enum Value: Equatable, Sendable {
    case double(Double)
    case string(String)
    case document(BSONDocument)
    case array([Value])
    case bool(Bool)
    case integer(Int64)
  }

  private(set) var fields: [(name: String, value: Value)] = []

  static func == (left: Self, right: Self) -> Bool {
    left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
  }

  /// Reads a document that fills all of the bytes; nil: it does not, or is broken.
  init?(_ bytes: some Collection<UInt8>) {
    var reader = BSONReader(bytes: Array(bytes)[...])
    guard let document = reader.document(depth: 0), reader.bytes.isEmpty else { return nil }
    self = document
  }

  fileprivate init() {}

  subscript(name: String) -> Value? { fields.first { $0.name == name }?.value }

  func string(_ name: String) -> String? {
    if case .string(let text) = self[name] { text } else { nil }
  }

  func document(_ name: String) -> BSONDocument? {
    if case .document(let document) = self[name] { document } else { nil }
  }

  func array(_ name: String) -> [Value]? {
    if case .array(let values) = self[name] { values } else { nil }
  }

  /// A number of any kind, as a whole one.
  func integer(_ name: String) -> Int64? {
    switch self[name] {
    case .integer(let number): number
    case .double(let number): Int64(exactly: number.rounded())
    default: nil
    }
  }

  /// Whether the field is true, or a number that is not 0.
  func isTrue(_ name: String) -> Bool {
    if case .bool(let flag) = self[name] { return flag }
    return integer(name).map { $0 != 0 } ?? false
  }

  fileprivate mutating func add(_ name: String, _ value: Value) { fields.append((name, value)) }
}

private struct BSONReader {
  var bytes: ArraySlice<UInt8>

  /// MongoDB's own limit is 100 levels; no answer that is read here has more than a few.
  private static let deepest = 32

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= bytes.count else { return nil }
    defer { bytes = bytes.dropFirst(count) }
    return bytes.prefix(count)
  }

  /// A number of that many bytes, the lowest first.
  private mutating func number(_ count: Int) -> UInt64? {
    take(count)?.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func length() -> Int? { number(4).map { Int(Int32(truncatingIfNeeded: $0)) } }

  private mutating func name() -> String? {
    guard let end = bytes.firstIndex(of: 0) else { return nil }
    let text = String(decoding: bytes[..<end], as: UTF8.self)
    bytes = bytes[(end + 1)...]
    return text
  }

  mutating func document(depth: Int) -> BSONDocument? {
    guard depth < Self.deepest, let length = length(), length >= 5, var body = take(length - 4).map(Self.init)
    else { return nil }
    var document = BSONDocument()
    while let kind = body.bytes.popFirst() {
      if kind == 0 { return body.bytes.isEmpty ? document : nil }
      guard let name = body.name(), body.element(kind, name, depth, into: &document) else { return nil }
    }
    return nil
  }

  /// Reads one element; false: it is broken, or of a type that BSON does not have.
  private mutating func element(
    _ kind: UInt8, _ name: String, _ depth: Int, into document: inout BSONDocument
  ) -> Bool {
    switch kind {
    case 0x01:
      guard let bits = number(8) else { return false }
      document.add(name, .double(Double(bitPattern: bits)))
    case 0x02:
      guard let length = length(), length > 0, let text = take(length), text.last == 0 else { return false }
      document.add(name, .string(String(decoding: text.dropLast(), as: UTF8.self)))
    case 0x03:
      guard let inner = self.document(depth: depth + 1) else { return false }
      document.add(name, .document(inner))
    case 0x04:
      guard let inner = self.document(depth: depth + 1) else { return false }
      document.add(name, .array(inner.fields.map(\.value)))
    case 0x08:
      guard let flag = number(1) else { return false }
      document.add(name, .bool(flag != 0))
    case 0x10:
      guard let bits = number(4) else { return false }
      document.add(name, .integer(Int64(Int32(truncatingIfNeeded: bits))))
    case 0x12:
      guard let bits = number(8) else { return false }
      document.add(name, .integer(Int64(bitPattern: bits)))
    default: return skip(kind, depth)
    }
    return true
  }

  /// Passes over a value that no answer is read for.
  private mutating func skip(_ kind: UInt8, _ depth: Int) -> Bool {
    switch kind {
    // Nothing, the least, the greatest.
    case 0x06, 0x0A, 0x7F, 0xFF: return true
    // Dates and timestamps; an object's id; a decimal number.
    case 0x09, 0x11: return take(8) != nil
    case 0x07: return take(12) != nil
    case 0x13: return take(16) != nil
    // Binary data: the length, a subtype, the data.
    case 0x05: return length().flatMap { take($0 + 1) } != nil
    case 0x0B: return name() != nil && name() != nil
    // A pointer to another document: a name and an id.
    case 0x0C: return length().flatMap { take($0) } != nil && take(12) != nil
    // Code with its variables: a length that counts itself.
    case 0x0F: return length().flatMap { take($0 - 4) } != nil
    // Code, symbols.
    case 0x0D, 0x0E: return length().flatMap { take($0) } != nil
    default: return false
    }
  }
}
