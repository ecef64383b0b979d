import COpenSSL

/// Hands every SSL that is made in this process to the guard of its thread, before its ClientHello.
///
/// OpenSSL calls the function registered for new "extra data" at the end of SSL_new, whoever calls that:
/// the one place where a driver's TLS can be prepared and watched without the driver's help.
enum TLSHook {
  private static let slot: Int32 = CRYPTO_get_ex_new_index(
    CRYPTO_EX_INDEX_SSL, 0, nil,
    { ssl, _, data, slot, _, _ in
      guard let ssl, let data, let current = TLSGuard.current else { return }
      guard CRYPTO_set_ex_data(data, slot, Unmanaged.passRetained(current).toOpaque()) == 1 else { return }
      TLSHook.prepare(OpaquePointer(ssl), for: current)
    },
    nil,
    { _, held, _, _, _, _ in
      if let held { Unmanaged<TLSGuard>.fromOpaque(held).release() }
    })

  /// Registers the hook; it has to happen before a driver makes its first SSL.
  static func install() { _ = slot }

  /// MinProtocol of the administrator's openssl.cnf, 0 if it sets none.
  static let configuredMinimumVersion: Int32 = {
    // A context costs a millisecond, and few configurations need one to be read.
    guard OpenSSLConfiguration.mayContain("MinProtocol") else { return 0 }
    guard let context = SSL_CTX_new(TLS_client_method()) else { return 0 }
    defer { SSL_CTX_free(context) }
    // SSL_CTX_get_min_proto_version, a macro over SSL_CTX_ctrl.
    return Int32(SSL_CTX_ctrl(context, SSL_CTRL_GET_MIN_PROTO_VERSION, 0, nil))
  }()

  private static func owner(of ssl: OpaquePointer) -> TLSGuard? {
    SSL_get_ex_data(ssl, slot).map { Unmanaged<TLSGuard>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func prepare(_ ssl: OpaquePointer, for owner: TLSGuard) {
    owner.prepare(ssl)
    SSL_set_info_callback(ssl) { ssl, what, value in
      guard let ssl, let owner = TLSHook.owner(of: ssl) else { return }
      if what & SSL_CB_ALERT != 0 {
        owner.sawAlert(code: UInt8(truncatingIfNeeded: value), received: what & SSL_CB_READ != 0)
      } else if what & SSL_CB_HANDSHAKE_DONE != 0 {
        owner.handshakeDone(ssl)
      } else if what & SSL_CB_LOOP != 0 {
        owner.sawState(SSL_get_state(ssl), of: ssl)
      }
    }
    SSL_set_msg_callback(ssl) { sent, _, kind, bytes, count, ssl, _ in
      // What is read as a record's header, whatever it is.
      guard sent == 0, kind == SSL3_RT_HEADER, let ssl, let owner = TLSHook.owner(of: ssl) else { return }
      owner.sawHeader(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    // Replaces OpenSSL's own verification for every SSL of this SSL_CTX: it is asked in every mode, also
    // where the driver turned verification off, and a driver cannot turn it off.
    SSL_CTX_set_cert_verify_callback(SSL_get_SSL_CTX(ssl), { TLSHook.verify($0, $1) }, nil)
  }

  private static func verify(_ context: OpaquePointer?, _: UnsafeMutableRawPointer?) -> Int32 {
    guard let context else { return 0 }
    let ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx())
    guard let ssl, let owner = owner(of: OpaquePointer(ssl)) else { return X509_verify_cert(context) }
    let sent = X509_STORE_CTX_get0_untrusted(context)
    let chain = (0..<OPENSSL_sk_num(sent)).compactMap { OPENSSL_sk_value(sent, $0).map { OpaquePointer($0) } }
    let code = owner.check(chain, on: OpaquePointer(ssl))
    X509_STORE_CTX_set_error(context, code)
    return code == X509_V_OK ? 1 : 0
  }
}
