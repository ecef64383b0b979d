/// What a server answers (native_protocol_v4.spec, section 4.2).
enum CQLResponse: Equatable {
  case error(code: Int, text: String)
  case ready
  /// The class name of the authenticator.
  case authenticate(String)
  /// The options of STARTUP, and what else the server says of itself.
  case supported([String: [String]])
  case authChallenge([UInt8]?)
  case authSuccess
  /// Rows: the first one, by the names of its columns; empty if there is none.
  case rows([String: String])
  /// Another result, such as that of USE.
  case result
  /// What nobody has asked for.
  case event

  /// Reads a response, and the warnings that came with it.
  ///
  /// - Throws: where the body is not what the specification says, or of a kind that was not asked for.
  static func read(
    _ frame: CQLFrame
  ) throws(CQLReader.Malformed) -> (response: CQLResponse, warnings: [String]) {
    var body = CQLReader(frame.body)
    guard frame.flags & Flag.compressed == 0 else { throw CQLReader.Malformed() }
    if frame.flags & Flag.tracing != 0 { _ = try body.take(16) }
    let warnings = frame.version >= 4 && frame.flags & Flag.warning != 0 ? try body.strings() : []
    if frame.version >= 4, frame.flags & Flag.customPayload != 0 { try body.skipBytesMap() }
    return (try read(frame.opcode, &body), warnings)
  }

  private static func read(
    _ opcode: UInt8, _ body: inout CQLReader
  ) throws(CQLReader.Malformed) -> CQLResponse {
    switch opcode {
    case CQLFrame.Opcode.error:
      let code = try body.int()
      return .error(code: code, text: try body.string())
    case CQLFrame.Opcode.ready: return .ready
    case CQLFrame.Opcode.authenticate: return .authenticate(try body.string())
    case CQLFrame.Opcode.supported: return .supported(try body.multimap())
    case CQLFrame.Opcode.authChallenge: return .authChallenge(try body.bytes())
    case CQLFrame.Opcode.authSuccess: return .authSuccess
    case CQLFrame.Opcode.result: return try body.int() == 2 ? .rows(try firstRow(&body)) : .result
    case CQLFrame.Opcode.event: return .event
    default: throw CQLReader.Malformed()
    }
  }

  /// Section 2.2.
  private enum Flag {
    static let compressed: UInt8 = 0x01
    static let tracing: UInt8 = 0x02
    static let customPayload: UInt8 = 0x04
    static let warning: UInt8 = 0x08
  }

  /// Section 4.2.5.2, as far as the first row.
  private static func firstRow(_ body: inout CQLReader) throws(CQLReader.Malformed) -> [String: String] {
    let flags = try body.int()
    let count = try body.int()
    guard count >= 0, flags & 4 == 0 else { throw CQLReader.Malformed() }
    if flags & 2 != 0 { _ = try body.bytes() }
    // Keyspace and table: once for all columns, or with each.
    if flags & 1 != 0 { try skipStrings(2, &body) }
    var names: [String] = []
    for _ in 0..<count {
      if flags & 1 == 0 { try skipStrings(2, &body) }
      names.append(try body.string())
      try skipType(&body)
    }
    guard try body.int() > 0 else { return [:] }
    var row: [String: String] = [:]
    for name in names {
      if let bytes = try body.bytes() { row[name] = String(decoding: bytes, as: UTF8.self) }
    }
    return row
  }

  private static func skipStrings(_ count: Int, _ body: inout CQLReader) throws(CQLReader.Malformed) {
    for _ in 0..<count { _ = try body.string() }
  }

  /// Native and custom types: nothing here asks for a column of another.
  private static func skipType(_ body: inout CQLReader) throws(CQLReader.Malformed) {
    let kind = try body.short()
    guard kind < 0x20 else { throw CQLReader.Malformed() }
    if kind == 0 { _ = try body.string() }
  }
}
