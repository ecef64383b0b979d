import COpenSSL

/// OpenSSL's queue of errors on this thread.
enum OpenSSLErrors {
  /// The words for the newest error, and an empty queue.
  static func drain() -> String {
    var newest: UInt = 0
    while case let code = ERR_get_error(), code != 0 { newest = code }
    return text(newest)
  }

  /// OpenSSL's words for an error code.
  static func text(_ code: UInt) -> String {
    guard code != 0 else { return "no reason given" }
    if let reason = ERR_reason_error_string(code) { return String(cString: reason) }
    return "error \(code)"
  }

  /// The reason part of the newest error (ERR_GET_REASON), with the library's number; the queue stays.
  static func newest() -> (library: Int32, reason: Int32, code: UInt) {
    let code = ERR_peek_last_error()
    // The layout of openssl/err.h: ERR_LIB_OFFSET 23, ERR_LIB_MASK 0xFF, ERR_REASON_MASK 0x7FFFFF.
    return (Int32((code >> 23) & 0xFF), Int32(code & 0x7F_FFFF), code)
  }
}
