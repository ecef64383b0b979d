/// What version 5 puts frames in once a connection is initialized (native_protocol_v5.spec, section 2.1, the
/// uncompressed format): a header of 6 bytes with a checksum, up to 128 KiB less one byte, a checksum of 4 bytes.
enum CQLSegment {
  static let longestPayload = 0x1_ffff

  /// What the beginning of some bytes is.
  enum Reading: Equatable {
    case segment([UInt8], length: Int)
    case incomplete
    /// A checksum is wrong.
    case broken
  }

  /// Reads a segment from the beginning of `bytes`. Frames are found by their own lengths, so nothing depends on
  /// whether the segment says that it is self-contained.
  static func read(_ bytes: some RandomAccessCollection<UInt8>) -> Reading {
    let head = Array(bytes.prefix(6))
    guard head.count == 6 else { return .incomplete }
    guard crc24(head[..<3]) == littleEndian(head[3...]) else { return .broken }
    let count = Int(littleEndian(head[..<3])) & longestPayload
    let rest = bytes.dropFirst(6)
    guard rest.count >= count + 4 else { return .incomplete }
    let payload = Array(rest.prefix(count))
    guard crc32(payload) == littleEndian(rest.dropFirst(count).prefix(4)) else { return .broken }
    return .segment(payload, length: count + 10)
  }

  /// A frame in one segment, or in several if it is too long for one.
  static func encode(_ frame: [UInt8]) -> [UInt8] {
    let whole: UInt32 = frame.count <= longestPayload ? 0x2_0000 : 0
    return stride(from: 0, to: frame.count, by: longestPayload).flatMap { start in
      let payload = frame[start..<min(start + longestPayload, frame.count)]
      let head = bytes(UInt32(payload.count) | whole, count: 3)
      return head + bytes(crc24(head), count: 3) + payload + bytes(crc32(payload), count: 4)
    }
  }

  /// The polynomial 0x1974F0B over 0x875060.
  static func crc24(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.reduce(0x87_5060) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte) << 16) { sum, _ in
        sum & 0x80_0000 == 0 ? sum << 1 : (sum << 1) ^ 0x197_4f0b
      }
    }
  }

  /// CRC-32 of IEEE 802.3, with four bytes before the first.
  static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum = UInt32.max
    func add(_ byte: UInt8) {
      sum = (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 0 ? sum >> 1 : (sum >> 1) ^ 0xedb8_8320
      }
    }
    for byte in [0xfa, 0x2d, 0x55, 0xca] as [UInt8] { add(byte) }
    for byte in bytes { add(byte) }
    return ~sum
  }

  private static func littleEndian(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func bytes(_ value: UInt32, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
