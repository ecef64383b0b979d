import COpenSSL

/// The administrator's openssl.cnf, as far as it has to be known before OpenSSL has read it.
enum OpenSSLConfiguration {
  /// Whether the file sets the lowest TLS version, or includes others that might.
  static let mayLimitVersions = settings.contains("MinProtocol")
  /// Whether it chooses groups, or includes others that might.
  static let mayChooseGroups = settings.contains("Groups") || settings.contains("Curves")

  private static let settings: Set<String> = {
    let wanted = ["MinProtocol", "Groups", "Curves"]
    guard let path = CONF_get1_default_config_file() else { return [] }
    defer { CRYPTO_free(path, nil, 0) }
    guard let bio = BIO_new_file(path, "r") else {
      ERR_clear_error()
      return []
    }
    defer { BIO_free_all(bio) }
    var found: Set<String> = []
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4_096) { line in
      guard let start = line.baseAddress else { return }
      while BIO_gets(bio, start, Int32(line.count)) > 0 {
        // Debian's file is mostly comments, and some of them speak of `.include`.
        if let comment = strchr(start, Int32(UInt8(ascii: "#"))) { comment.pointee = 0 }
        if strstr(start, ".include") != nil { found.formUnion(wanted) }
        for word in wanted where strstr(start, word) != nil { found.insert(word) }
      }
    }
    return found
  }()
}
