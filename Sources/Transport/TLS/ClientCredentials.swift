import COpenSSL
package import ConnectCore

/// The client's certificate and key, read and found to belong together before anything is sent.
package final class ClientCredentials: @unchecked Sendable {
  // Read once; OpenSSL counts references atomically.
  private let chain: [Certificate]
  private let key: OpaquePointer

  /// Whether the key's file can be read by others than its owner.
  package let keyIsOpen: Bool
  /// The file that the key was read from.
  package let keyPath: String

  /// Reads the files that the settings name; nil if they name none.
  ///
  /// - Throws: what is wrong with the certificate, the key or the pass phrase.
  package static func load(_ settings: SSLSettings) throws(FileFault) -> ClientCredentials? {
    guard let certificate = settings.certificateFile else { return nil }
    return try ClientCredentials(
      certificate: certificate, key: settings.keyFile, passphrase: settings.keyPassphrase)
  }

  private init(certificate: String, key keyFile: String?, passphrase: Secret?) throws(FileFault) {
    let certificates = PEMFile(option: "--ssl-cert", path: certificate)
    chain = try certificates.readAll(kind: "certificate") { PEM_read_bio_X509_AUX($0, nil, nil, nil) }
      .map { Certificate(taking: $0) }
    keyPath = keyFile ?? certificate
    let file = PEMFile(option: keyFile == nil ? "--ssl-cert" : "--ssl-key", path: keyPath)
    key = try Self.readKey(file, passphrase: passphrase)
    var status = stat()
    keyIsOpen = stat(keyPath, &status) == 0 && status.st_mode & 0o077 != 0
    guard X509_check_private_key(chain[0].pointer, key) == 1 else {
      throw file.fault(.keyMismatch, OpenSSLErrors.drain())
    }
  }

  deinit { EVP_PKEY_free(key) }

  /// The certificate's subject in the form of RFC 2253, by which some servers name the user.
  package var subject: String { CertificateReport(chain[0].pointer).subject }

  /// The common name of the certificate's subject, the last one if there are several; nil: it has none.
  package var commonName: String? {
    guard let subject = X509_get_subject_name(chain[0].pointer) else { return nil }
    var last: Int32 = -1
    while case let next = X509_NAME_get_index_by_NID(subject, NID_commonName, last), next >= 0 { last = next }
    guard last >= 0, let entry = X509_NAME_get_entry(subject, last) else { return nil }
    var text: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry))
    guard count >= 0, let text else { return nil }
    // OPENSSL_free, a macro over CRYPTO_free.
    defer { CRYPTO_free(text, nil, 0) }
    return String(decoding: UnsafeBufferPointer(start: text, count: Int(count)), as: UTF8.self)
  }

  private static func readKey(_ file: PEMFile, passphrase: Secret?) throws(FileFault) -> OpaquePointer {
    let question = PassphraseQuestion(passphrase)
    return try file.read { bio throws(FileFault) in
      let key = PEM_read_bio_PrivateKey(
        bio, nil,
        { buffer, size, _, context in
          guard let context else { return -1 }
          return Unmanaged<PassphraseQuestion>.fromOpaque(context).takeUnretainedValue()
            .answer(into: buffer, size: size)
        }, Unmanaged.passUnretained(question).toOpaque())
      if let key { return key }
      let words = OpenSSLErrors.drain()
      guard question.wasAsked else { throw file.fault(.notPEM, words) }
      throw file.fault(passphrase == nil ? .passphraseRequired : .passphraseIncorrect, words)
    }
  }

  /// Gives certificate and key to an SSL; false if it refuses them, the reason in OpenSSL's queue.
  func use(on ssl: OpaquePointer) -> Bool {
    guard SSL_use_certificate(ssl, chain[0].pointer) == 1, SSL_use_PrivateKey(ssl, key) == 1
    else { return false }
    return chain.dropFirst().allSatisfy { certificate in
      // SSL_add1_chain_cert, a macro over SSL_ctrl.
      SSL_ctrl(ssl, SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer(certificate.pointer)) == 1
    }
  }
}

/// Answers OpenSSL's question for a pass phrase, so that it never asks on the terminal.
private final class PassphraseQuestion {
  private let passphrase: Secret?
  private(set) var wasAsked = false

  init(_ passphrase: Secret?) { self.passphrase = passphrase }

  func answer(into buffer: UnsafeMutablePointer<CChar>?, size: Int32) -> Int32 {
    wasAsked = true
    guard let buffer, let bytes = passphrase?.exposed.utf8, bytes.count <= Int(size) else { return -1 }
    for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
    return Int32(bytes.count)
  }
}
