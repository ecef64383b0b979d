/// One message of CQL's native protocol with its header (native_protocol_v4.spec, section 2).
struct CQLFrame: Equatable {
  /// Without the bit that tells a response.
  var version: UInt8
  var flags: UInt8 = 0
  var stream: Int16 = 0
  var opcode: UInt8
  var body: [UInt8] = []

  /// No answer to what is asked here comes near; the specification allows 256 MB.
  static let longestBody = 1 << 20

  /// What the beginning of some bytes is.
  enum Reading: Equatable {
    /// A response, and how many of the bytes it takes up.
    case frame(CQLFrame, length: Int)
    /// A response of which more has to come.
    case incomplete
    /// No response of this protocol, or one whose length is absurd.
    case foreign
  }

  /// Reads a response from the beginning of `bytes`.
  static func read(_ bytes: some RandomAccessCollection<UInt8>) -> Reading {
    guard let first = bytes.first else { return .incomplete }
    let version = first & 0x7f
    guard first & 0x80 != 0, knownVersions.contains(version) else { return .foreign }
    // Versions 1 and 2 have a stream of one byte.
    let header = Array(bytes.prefix(version < 3 ? 8 : 9))
    let opcodePlace = version < 3 ? 3 : 4
    guard header.count > opcodePlace else { return .incomplete }
    guard responses.contains(header[opcodePlace]) else { return .foreign }
    guard header.count == opcodePlace + 5 else { return .incomplete }
    let length = header.suffix(4).reduce(0) { $0 << 8 | Int($1) }
    guard length <= longestBody else { return .foreign }
    let total = header.count + length
    guard bytes.count >= total else { return .incomplete }
    let stream =
      version < 3
      ? Int16(Int8(bitPattern: header[2])) : Int16(bitPattern: UInt16(header[2]) << 8 | UInt16(header[3]))
    let frame = CQLFrame(
      version: version, flags: header[1], stream: stream, opcode: header[opcodePlace],
      body: Array(bytes.dropFirst(header.count).prefix(length)))
    return .frame(frame, length: total)
  }

  /// Versions of Cassandra's, and DataStax Enterprise's own.
  private static let knownVersions: Set<UInt8> = [1, 2, 3, 4, 5, 6, 65, 66]
  private static let responses: Set<UInt8> = [
    Opcode.error, Opcode.ready, Opcode.authenticate, Opcode.supported, Opcode.result, Opcode.event,
    Opcode.authChallenge, Opcode.authSuccess,
  ]

  /// As a request of version 3 or later.
  var encoded: [UInt8] {
    let stream = UInt16(bitPattern: stream)
    return [version, flags, UInt8(stream >> 8), UInt8(stream & 0xff), opcode] + .cqlBytes(body)
  }

  /// Section 2.4.
  enum Opcode {
    static let error: UInt8 = 0x00
    static let startup: UInt8 = 0x01
    static let ready: UInt8 = 0x02
    static let authenticate: UInt8 = 0x03
    static let options: UInt8 = 0x05
    static let supported: UInt8 = 0x06
    static let query: UInt8 = 0x07
    static let result: UInt8 = 0x08
    static let event: UInt8 = 0x0C
    static let authChallenge: UInt8 = 0x0E
    static let authResponse: UInt8 = 0x0F
    static let authSuccess: UInt8 = 0x10
  }
}
