/// Reads BSON from the front of some bytes.
struct BSONReader {
  var bytes: ArraySlice<UInt8>

  /// MongoDB's own limit is 100 levels; no answer that is read here has more than a few.
  private static let deepest = 32
  /// How many more elements are read. Who sends 16 MiB of the smallest there are would otherwise have us build a
  /// hundred times as much.
  private var left = 65_536
  private var isExhausted = false

  init(bytes: ArraySlice<UInt8>) { self.bytes = bytes }

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
    guard depth < Self.deepest, let length = length(), length >= 5, let bytes = take(length - 4) else {
      return nil
    }
    var body = BSONReader(bytes: bytes)
    body.left = left
    defer { left = body.left }
    var document = BSONDocument()
    while let kind = body.bytes.popFirst() {
      if kind == 0 { return body.bytes.isEmpty ? document : nil }
      body.left -= 1
      guard body.left > 0, let name = body.name(), body.element(kind, name, depth, into: &document) else {
        return nil
      }
    }
    return nil
  }

  /// A document inside another one; nil: it is broken. From the first field of the outermost one on that holds too many
  /// elements, those that follow are passed over.
  private mutating func inner(_ depth: Int) -> BSONDocument?? {
    let start = bytes
    if !isExhausted {
      if let document = document(depth: depth + 1) { return .some(document) }
      guard left <= 0, depth == 0 else { return .none }
      isExhausted = true
      left = 256
    }
    bytes = start
    return length().flatMap { take($0 - 4) } == nil ? .none : .some(nil)
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
      guard let inner = inner(depth) else { return false }
      if let inner { document.add(name, .document(inner)) }
    case 0x04:
      guard let inner = inner(depth) else { return false }
      if let inner { document.add(name, .array(inner.fields.map(\.value))) }
    // Its length, its kind, and the data.
    case 0x05:
      guard let length = length(), length >= 0, let kind = number(1), let data = take(length) else {
        return false
      }
      if kind == 0 { document.add(name, .binary(Array(data))) }
    case 0x07:
      guard let id = take(12) else { return false }
      document.add(name, .identifier(Array(id)))
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
    // Dates and timestamps; a decimal number.
    case 0x09, 0x11: return take(8) != nil
    case 0x13: return take(16) != nil
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
