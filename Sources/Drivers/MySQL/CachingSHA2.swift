import CMariaDB
internal import ConnectCore
internal import Transport

/// The client's part of `caching_sha2_password` (MySQL internals, "Caching_sha2_password information"), without the
/// way that encrypts the password for whatever key a server without TLS sends.
enum CachingSHA2 {
  static let name = "caching_sha2_password"

  /// What the server says to the scramble.
  private static let fastSuccess: UInt8 = 3
  private static let fullAuthentication: UInt8 = 4

  /// The proof of a password that the server may have cached:
  /// SHA256(password) XOR SHA256(SHA256(SHA256(password)), nonce).
  static func scramble(password: [UInt8], nonce: [UInt8]) -> [UInt8] {
    let once = sha256(password)
    let mask = sha256(sha256(once) + nonce)
    return zip(once, mask).map { $0 ^ $1 }
  }

  /// Called by the library, on the connection's thread.
  ///
  /// - Returns: CR_OK, CR_OK_HANDSHAKE_COMPLETE, CR_ERROR or CR_SERVER_HANDSHAKE_ERR, as a plugin has to.
  static func authenticate(_ vio: UnsafeMutablePointer<MYSQL_PLUGIN_VIO>) -> Int32 {
    guard let connection = LibMariaDBConnection.current, let nonce = read(vio) else { return CR_ERROR }
    // 20 bytes and a NUL.
    guard nonce.count == 21 else { return Int32(CR_SERVER_HANDSHAKE_ERR) }
    let password = Array((connection.password?.exposed ?? "").utf8)
    guard !password.isEmpty else { return write([], to: vio) ? CR_OK : CR_ERROR }
    guard write(scramble(password: password, nonce: Array(nonce.prefix(20))), to: vio),
      let answer = read(vio)
    else { return CR_ERROR }
    switch answer {
    case [fastSuccess]:
      connection.passwordWasAcknowledged = true
      return CR_OK
    case [fullAuthentication]:
      guard connection.allowsPassword else {
        connection.refusedFullAuthentication = true
        return CR_ERROR
      }
      return write(password + [0], to: vio) ? CR_OK : CR_ERROR
    default:
      // Some servers that speak this protocol say OK at once.
      return answer.first == 0 ? CR_OK_HANDSHAKE_COMPLETE : CR_ERROR
    }
  }

  private static func read(_ vio: UnsafeMutablePointer<MYSQL_PLUGIN_VIO>) -> [UInt8]? {
    var bytes: UnsafeMutablePointer<UInt8>?
    guard let count = vio.pointee.read_packet?(vio, &bytes), count >= 0, let bytes else { return nil }
    return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }

  private static func write(_ bytes: [UInt8], to vio: UnsafeMutablePointer<MYSQL_PLUGIN_VIO>) -> Bool {
    bytes.withUnsafeBufferPointer { vio.pointee.write_packet?(vio, $0.baseAddress, Int32($0.count)) } == 0
  }
}
