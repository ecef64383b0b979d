/// Answers of a server that speaks version 4 of CQL's protocol, for scripts of a `MisbehavingServer`.
public enum CQLMessage {
  /// A response on a stream, with its header.
  public static func frame(
    _ opcode: UInt8, _ body: [UInt8] = [], version: UInt8 = 4, stream: UInt16 = 0, flags: UInt8 = 0
  ) -> [UInt8] {
    [0x80 | version, flags, UInt8(stream >> 8), UInt8(stream & 0xff), opcode] + int(body.count) + body
  }

  public static func string(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)] + bytes
  }

  public static func int(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  public static func error(
    _ code: Int, _ text: String, version: UInt8 = 4, stream: UInt16 = 0
  ) -> [UInt8] {
    frame(0x00, int(code) + string(text), version: version, stream: stream)
  }

  public static let supported = frame(
    0x06, [0, 1] + string("CQL_VERSION") + [0, 1] + string("3.4.6"))
  public static let ready = frame(0x02)
  /// A login with a user and a password is wanted.
  public static let authenticate = authenticate(CassandraServer.passwordAuthenticator)
  public static let authSuccess = frame(0x10, int(-1))

  public static func authenticate(_ className: String) -> [UInt8] { frame(0x03, string(className)) }

  /// AUTH_CHALLENGE with that token.
  public static func challenge(_ text: String) -> [UInt8] {
    frame(0x0E, int(text.utf8.count) + Array(text.utf8))
  }

  /// The answer to the query of system.local.
  public static let local = frame(
    0x08,
    int(2) + int(1) + int(3) + string("system") + string("local")
      + ["release_version", "cluster_name", "data_center"].flatMap { string($0) + [0, 0x0D] }
      + int(1) + ["4.1.3", "Test Cluster", "dc1"].flatMap { int($0.utf8.count) + Array($0.utf8) })
}
