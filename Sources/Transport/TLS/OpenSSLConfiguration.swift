import COpenSSL

/// The administrator's openssl.cnf, as far as it has to be known before OpenSSL has read it.
enum OpenSSLConfiguration {
  /// Whether the file contains a word, or includes others that might.
  static func mayContain(_ word: String) -> Bool {
    guard let path = CONF_get1_default_config_file() else { return false }
    defer { CRYPTO_free(path, nil, 0) }
    guard let bio = BIO_new_file(path, "r") else {
      ERR_clear_error()
      return false
    }
    defer { BIO_free_all(bio) }
    var line = [CChar](repeating: 0, count: 4_096)
    while BIO_gets(bio, &line, Int32(line.count)) > 0 {
      // Debian's file is mostly comments, and some of them speak of `.include`.
      let bytes = line.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: "#")) }.map(UInt8.init(bitPattern:))
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains(word) || text.contains(".include") { return true }
    }
    return false
  }
}
