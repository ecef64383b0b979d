/// A message of protocol buffers, as it is written (protobuf.dev, "Encoding").
///
/// etcd's messages that are spoken here have a handful of fields, all of them numbers, texts and messages.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// A text; none is written for an empty one, which is what its absence means.
  mutating func put(_ text: String, field: UInt64) {
    guard !text.isEmpty else { return }
    put(varint: field << 3 | ProtobufField.lengthDelimited)
    put(varint: UInt64(text.utf8.count))
    bytes += Array(text.utf8)
  }

  mutating func put(_ flag: Bool, field: UInt64) {
    guard flag else { return }
    put(varint: field << 3 | ProtobufField.varint)
    bytes.append(1)
  }

  /// Seven bits a byte, the lowest first; the eighth says that another byte follows.
  private mutating func put(varint: UInt64) {
    var rest = varint
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// One field of a message that was received.
struct ProtobufField: Equatable {
  enum Value: Equatable {
    case number(UInt64)
    /// A text, bytes or another message.
    case bytes([UInt8])
    /// Four or eight bytes, which no message that is read here has.
    case fixed
  }

  static let varint: UInt64 = 0
  static let lengthDelimited: UInt64 = 2

  let number: UInt64
  let value: Value

  var text: String? {
    if case .bytes(let bytes) = value { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
  var bytes: [UInt8]? { if case .bytes(let bytes) = value { bytes } else { nil } }
  var integer: UInt64? { if case .number(let number) = value { number } else { nil } }
}

/// Reads the fields of a message.
struct ProtobufReader {
  /// The bytes are no message, or have more fields than any that is read here.
  struct Malformed: Error {}

  /// A few bytes can stand for as many fields, each of which takes time and memory.
  private static let mostFields = 1_000

  private let bytes: [UInt8]
  private var position = 0

  /// The fields in the order in which they came, unknown ones too.
  static func fields(of bytes: [UInt8]) throws(Malformed) -> [ProtobufField] {
    var reader = ProtobufReader(bytes: bytes)
    var fields: [ProtobufField] = []
    while reader.position < bytes.count {
      guard fields.count < mostFields else { throw Malformed() }
      fields.append(try reader.field())
    }
    return fields
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func field() throws(Malformed) -> ProtobufField {
    let tag = try varint()
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw Malformed() }
    let value: ProtobufField.Value
    switch tag & 7 {
    case ProtobufField.varint: value = .number(try varint())
    case ProtobufField.lengthDelimited: value = .bytes(try take(try varint()))
    case 1:
      _ = try take(8)
      value = .fixed
    case 5:
      _ = try take(4)
      value = .fixed
    // Groups are not written any more.
    default: throw Malformed()
    }
    return ProtobufField(number: tag >> 3, value: value)
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0 as UInt64, to: 70, by: 7) {
      guard position < bytes.count else { throw Malformed() }
      let byte = bytes[position]
      position += 1
      // Of the tenth byte one bit has room.
      guard shift < 63 || byte < 2 else { throw Malformed() }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Malformed()
  }

  private mutating func take(_ count: UInt64) throws(Malformed) -> [UInt8] {
    guard count <= UInt64(bytes.count - position) else { throw Malformed() }
    defer { position += Int(count) }
    return Array(bytes[position..<position + Int(count)])
  }
}
