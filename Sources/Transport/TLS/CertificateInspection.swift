import COpenSSL
internal import ConnectCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension CertificateReport {
  /// What a certificate (X509) says of itself.
  init(_ certificate: OpaquePointer) {
    let key = X509_get0_pubkey(certificate)
    self.init(
      subject: X509_get_subject_name(certificate).map(Self.text(of:)) ?? "",
      issuer: X509_get_issuer_name(certificate).map(Self.text(of:)) ?? "",
      names: Self.alternativeNames(of: certificate),
      notBefore: Self.date(X509_get0_notBefore(certificate)),
      notAfter: Self.date(X509_get0_notAfter(certificate)),
      sha256: Self.fingerprint(of: certificate),
      selfSigned: X509_self_signed(certificate, 1) == 1,
      keyType: key.flatMap { EVP_PKEY_get0_type_name($0) }.map { String(cString: $0) } ?? "unknown",
      keyBits: key.map { Int(EVP_PKEY_get_bits($0)) } ?? 0,
      signatureAlgorithm: OBJ_nid2ln(X509_get_signature_nid(certificate)).map { String(cString: $0) }
        ?? "unknown",
      pem: Self.memory { PEM_write_bio_X509($0, certificate) })
    ERR_clear_error()
  }

  private static func text(of name: OpaquePointer) -> String {
    // XN_FLAG_RFC2253 without its escapes for non-ASCII characters; control characters stay escaped.
    let flags =
      ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT | ASN1_STRFLGS_DUMP_UNKNOWN
      | ASN1_STRFLGS_DUMP_DER | XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_DN_REV | XN_FLAG_DUMP_UNKNOWN_FIELDS
    return memory { X509_NAME_print_ex($0, name, 0, UInt(flags)) }
  }

  /// What `write` prints to a BIO, as text.
  private static func memory(_ write: (OpaquePointer) -> Int32) -> String {
    guard let bio = BIO_new(BIO_s_mem()) else { return "" }
    defer { BIO_free_all(bio) }
    guard write(bio) >= 0 else { return "" }
    // BIO_get_mem_data, a macro over BIO_ctrl.
    var start: UnsafeMutablePointer<UInt8>?
    let length = withUnsafeMutablePointer(to: &start) { BIO_ctrl(bio, BIO_CTRL_INFO, 0, $0) }
    guard let start, length > 0 else { return "" }
    return String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
  }

  private static func alternativeNames(of certificate: OpaquePointer) -> [String] {
    guard let raw = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
    let list = OpaquePointer(raw)
    defer { OPENSSL_sk_pop_free(list) { GENERAL_NAME_free($0?.assumingMemoryBound(to: GENERAL_NAME.self)) } }
    return (0..<OPENSSL_sk_num(list)).compactMap { index in
      guard let entry = OPENSSL_sk_value(list, index) else { return nil }
      var kind: Int32 = 0
      let value = GENERAL_NAME_get0_value(entry.assumingMemoryBound(to: GENERAL_NAME.self), &kind)
      guard let value else { return nil }
      switch kind {
      case GEN_DNS: return String(decoding: Self.bytes(of: value), as: UTF8.self)
      case GEN_IPADD: return address(Self.bytes(of: value))
      case GEN_URI: return "URI:" + String(decoding: Self.bytes(of: value), as: UTF8.self)
      case GEN_EMAIL: return "email:" + String(decoding: Self.bytes(of: value), as: UTF8.self)
      // The other kinds are no ASN1_STRINGs, and name no host.
      default: return nil
      }
    }
  }

  private static func bytes(of string: UnsafeMutableRawPointer) -> [UInt8] {
    let string = string.assumingMemoryBound(to: ASN1_STRING.self)
    return Array(
      UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string))))
  }

  private static func address(_ bytes: [UInt8]) -> String? {
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func date(_ time: UnsafePointer<ASN1_TIME>?) -> Date {
    var parts = tm()
    guard ASN1_TIME_to_tm(time, &parts) == 1 else { return Date(timeIntervalSince1970: 0) }
    return Date(timeIntervalSince1970: Double(timegm(&parts)))
  }

  private static func fingerprint(of certificate: OpaquePointer) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    guard X509_digest(certificate, EVP_sha256(), &digest, &length) == 1 else { return "" }
    return digest.prefix(Int(length)).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }
}
