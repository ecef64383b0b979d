/// Reads the notations of native_protocol_v4.spec, section 3, from the body of a message, which may end anywhere.
struct CQLReader {
  /// The body is not what it should be.
  struct Malformed: Error {}

  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func take(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
    guard count >= 0, count <= rest.count else { throw Malformed() }
    let taken = rest.prefix(count)
    rest = rest.dropFirst(count)
    return taken
  }

  /// [short]
  mutating func short() throws(Malformed) -> Int {
    try take(2).reduce(0) { $0 << 8 | Int($1) }
  }

  /// [int]
  mutating func int() throws(Malformed) -> Int {
    Int(Int32(bitPattern: try take(4).reduce(0 as UInt32) { $0 << 8 | UInt32($1) }))
  }

  /// [string]; what is not UTF-8 is repaired.
  mutating func string() throws(Malformed) -> String {
    String(decoding: try take(try short()), as: UTF8.self)
  }

  /// [string list]
  mutating func strings() throws(Malformed) -> [String] {
    var list: [String] = []
    for _ in 0..<(try short()) { list.append(try string()) }
    return list
  }

  /// [string multimap]
  mutating func multimap() throws(Malformed) -> [String: [String]] {
    var map: [String: [String]] = [:]
    for _ in 0..<(try short()) {
      let key = try string()
      map[key] = try strings()
    }
    return map
  }

  /// [bytes]; nil is null.
  mutating func bytes() throws(Malformed) -> [UInt8]? {
    let count = try int()
    return count < 0 ? nil : Array(try take(count))
  }

  /// [bytes map], of which nothing is wanted.
  mutating func skipBytesMap() throws(Malformed) {
    for _ in 0..<(try short()) {
      _ = try string()
      _ = try bytes()
    }
  }
}

extension [UInt8] {
  /// [string]; what does not fit is cut off.
  static func cqlString(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8.prefix(Int(UInt16.max)))
    return [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)] + bytes
  }

  /// [int]
  static func cqlInt(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  /// [bytes], and [long string].
  static func cqlBytes(_ bytes: some Collection<UInt8>) -> [UInt8] { cqlInt(bytes.count) + bytes }
}
