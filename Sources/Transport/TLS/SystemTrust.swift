import COpenSSL

/// The system's trust store: OpenSSL's default file and folder, or those of SSL_CERT_FILE and SSL_CERT_DIR.
enum SystemTrust {
  static var file: String {
    place(variable: X509_get_default_cert_file_env(), otherwise: X509_get_default_cert_file())
  }

  /// A list of folders, separated by colons.
  static var folder: String {
    place(variable: X509_get_default_cert_dir_env(), otherwise: X509_get_default_cert_dir())
  }

  private static func place(variable: UnsafePointer<CChar>?, otherwise: UnsafePointer<CChar>?) -> String {
    if let variable, let value = getenv(variable) { return String(cString: value) }
    return otherwise.map { String(cString: $0) } ?? ""
  }

  /// Lets the store look names up in the folder, by hash, when it needs them.
  static func addFolder(to store: OpaquePointer) {
    guard let lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir()) else { return }
    X509_LOOKUP_ctrl(lookup, X509_L_ADD_DIR, folder, Int(X509_FILETYPE_PEM), nil)
  }

  /// Loads the whole bundle. A missing one is no error, as in OpenSSL.
  static func addFile(to store: OpaquePointer) {
    X509_STORE_load_file(store, file)
  }

  /// Adds those certificates of the bundle whose subject is the name of a certificate of the chain or of an
  /// issuer, compared byte by byte: a name that is equal but encoded otherwise is only found by `addFile`.
  static func addMentioned(by chain: [OpaquePointer], to store: OpaquePointer) {
    let names = chain.flatMap { [X509_get_issuer_name($0), X509_get_subject_name($0)] }
      .compactMap { $0.flatMap(encoding) }
    guard !names.isEmpty, let bio = BIO_new_file(file, "r") else { return }
    defer { BIO_free_all(bio) }
    var label: UnsafeMutablePointer<CChar>?
    var header: UnsafeMutablePointer<CChar>?
    var data: UnsafeMutablePointer<UInt8>?
    var length = 0
    while PEM_read_bio(bio, &label, &header, &data, &length) == 1 {
      defer {
        CRYPTO_free(label, nil, 0)
        CRYPTO_free(header, nil, 0)
        CRYPTO_free(data, nil, 0)
      }
      guard let data else { continue }
      let der = UnsafeBufferPointer(start: UnsafePointer(data), count: length)
      guard let subject = subject(of: der), names.contains(where: { $0.elementsEqual(subject) })
      else { continue }
      var position = der.baseAddress
      if let certificate = d2i_X509_AUX(nil, &position, length) {
        X509_STORE_add_cert(store, certificate)
        X509_free(certificate)
      }
    }
  }

  /// The encoded subject of an encoded certificate (RFC 5280 section 4.1), found without decoding the
  /// certificate, which costs a hundred times as much.
  private static func subject(of der: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    guard var position = der.baseAddress else { return nil }
    let end = position + der.count

    /// Steps over one object, or into it; its whole encoding is returned.
    func step(into: Bool = false) -> UnsafeBufferPointer<UInt8>? {
      let start = position
      var next: UnsafePointer<UInt8>? = position
      var length = 0
      var tag: Int32 = 0
      var kind: Int32 = 0
      // 0x80 in the answer is an error.
      guard ASN1_get_object(&next, &length, &tag, &kind, end - position) & 0x80 == 0, let content = next
      else { return nil }
      position = into ? content : content + length
      return UnsafeBufferPointer(start: start, count: content + length - start)
    }

    guard step(into: true) != nil, step(into: true) != nil, let first = step() else { return nil }
    // [0] is the version, which certificates of version 1 do not have; then comes the serial number.
    if first.first == 0xA0, step() == nil { return nil }
    guard step() != nil, step() != nil, step() != nil else { return nil }
    return step()
  }

  private static func encoding(_ name: OpaquePointer) -> [UInt8]? {
    var bytes: UnsafePointer<UInt8>?
    var length = 0
    guard X509_NAME_get0_der(name, &bytes, &length) == 1, let bytes else { return nil }
    return Array(UnsafeBufferPointer(start: bytes, count: length))
  }
}
