/// The requests that are sent here (native_protocol_v4.spec, section 4.1). Compression is never asked for.
enum CQLRequest {
  /// Which STARTUP options the server knows; it may come before everything else, and names nobody.
  static func options(version: UInt8) -> CQLFrame {
    CQLFrame(version: version, opcode: CQLFrame.Opcode.options)
  }

  static func startup(version: UInt8) -> CQLFrame {
    let options = [("CQL_VERSION", "3.0.0"), ("DRIVER_NAME", "tablepro-connect")]
    let pairs = options.flatMap { .cqlString($0.0) + .cqlString($0.1) }
    return CQLFrame(
      version: version, opcode: CQLFrame.Opcode.startup, body: [0, UInt8(options.count)] + pairs)
  }

  static func authResponse(_ token: [UInt8], version: UInt8) -> CQLFrame {
    CQLFrame(version: version, opcode: CQLFrame.Opcode.authResponse, body: .cqlBytes(token))
  }

  /// A query without parameters, with the consistency level ONE.
  static func query(_ text: String, version: UInt8) -> CQLFrame {
    let flags: [UInt8] = version >= 5 ? [0, 0, 0, 0] : [0]
    return CQLFrame(
      version: version, opcode: CQLFrame.Opcode.query, body: .cqlBytes(Array(text.utf8)) + [0, 1] + flags)
  }

  /// The token of SASL's PLAIN (RFC 4616), which PasswordAuthenticator takes.
  static func plainToken(user: String, password: String) -> [UInt8] {
    [0] + Array(user.utf8) + [0] + Array(password.utf8)
  }

  /// `USE` with the name as it is: without quotation marks upper case would become lower case.
  static func use(_ keyspace: String) -> String {
    // Scalars, for a quotation mark and a combining one after it are one Character that is no quotation mark.
    let doubled = keyspace.unicodeScalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] }
    return "USE \"\(String(String.UnicodeScalarView(doubled)))\""
  }
}
