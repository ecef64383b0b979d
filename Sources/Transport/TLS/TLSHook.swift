import COpenSSL

/// Hands every SSL that is made in this process to the guard of its thread, before its ClientHello.
///
/// OpenSSL tells the functions that are registered for "extra data" of every SSL_CTX and SSL that is made, whoever
/// makes it: the one place where a driver's TLS can be found without the driver's help. How much of the object is
/// there already at that moment differs between versions (an SSL of OpenSSL 3.2 and later has no SSL_CTX yet), so
/// the functions only remember the guard, and the SSL is prepared when its handshake starts.
enum TLSHook {
  private static let contextSlot: Int32 = CRYPTO_get_ex_new_index(
    CRYPTO_EX_INDEX_SSL_CTX, 0, nil,
    { context, _, data, slot, _, _ in
      guard let context, let owner = TLSHook.remember(in: data, slot) else { return }
      owner.context = OpaquePointer(context)
    },
    nil,
    { context, held, _, _, _, _ in
      guard let context, let owner = TLSHook.release(held) else { return }
      if owner.context == OpaquePointer(context) { owner.context = nil }
    })

  private static let slot: Int32 = CRYPTO_get_ex_new_index(
    CRYPTO_EX_INDEX_SSL, 0, nil,
    { _, _, data, slot, _, _ in
      // Without a context that was made under the same guard nothing is prepared, and the guard accepts nothing.
      guard let owner = TLSHook.remember(in: data, slot), let context = owner.context else { return }
      SSL_CTX_set_info_callback(context) { TLSHook.sawEvent(of: $0, $1, $2) }
    },
    nil,
    { ssl, held, _, _, _, _ in
      guard let ssl, let owner = TLSHook.release(held) else { return }
      owner.freed(OpaquePointer(ssl))
    })

  /// Registers the hook; it has to happen before a driver makes its first SSL_CTX.
  static func install() {
    _ = contextSlot
    _ = slot
  }

  /// Keeps the thread's guard with a new object.
  private static func remember(in data: UnsafeMutablePointer<CRYPTO_EX_DATA>?, _ slot: Int32) -> TLSGuard? {
    guard let data, let current = TLSGuard.current else { return nil }
    let held = Unmanaged.passRetained(current)
    guard CRYPTO_set_ex_data(data, slot, held.toOpaque()) == 1 else {
      held.release()
      return nil
    }
    return current
  }

  private static func release(_ held: UnsafeMutableRawPointer?) -> TLSGuard? {
    held.map { Unmanaged<TLSGuard>.fromOpaque($0).takeRetainedValue() }
  }

  /// MinProtocol of the administrator's openssl.cnf, 0 if it sets none.
  static let configuredMinimumVersion: Int32 = {
    // A context costs a millisecond, and few configurations need one to be read.
    guard OpenSSLConfiguration.mayLimitVersions else { return 0 }
    let made = TLSGuard.$current.withValue(nil) { SSL_CTX_new(TLS_client_method()) }
    guard let context = made else { return 0 }
    defer { SSL_CTX_free(context) }
    // SSL_CTX_get_min_proto_version, a macro over SSL_CTX_ctrl.
    return Int32(SSL_CTX_ctrl(context, SSL_CTRL_GET_MIN_PROTO_VERSION, 0, nil))
  }()

  /// Whether nobody has a better claim to choose the groups: not the administrator's openssl.cnf, and not OpenSSL 3.5
  /// or later, whose own choice holds out against quantum computers (X25519MLKEM768).
  static let mayChooseGroups =
    OpenSSL_version_num() < 0x3050_0000 && !OpenSSLConfiguration.mayChooseGroups

  private static func owner(of ssl: OpaquePointer) -> TLSGuard? {
    SSL_get_ex_data(ssl, slot).map { Unmanaged<TLSGuard>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func sawEvent(of ssl: OpaquePointer?, _ what: Int32, _ value: Int32) {
    guard let ssl, let owner = owner(of: ssl) else { return }
    if what & SSL_CB_HANDSHAKE_START != 0 {
      if !owner.attached { prepare(ssl, for: owner) }
    } else if what & SSL_CB_ALERT != 0 {
      owner.sawAlert(code: UInt8(truncatingIfNeeded: value), received: what & SSL_CB_READ != 0)
    } else if what & SSL_CB_HANDSHAKE_DONE != 0 {
      owner.handshakeDone(ssl)
    } else if what & SSL_CB_LOOP != 0 {
      owner.sawState(SSL_get_state(ssl), of: ssl)
    }
  }

  private static func prepare(_ ssl: OpaquePointer, for owner: TLSGuard) {
    owner.prepare(ssl)
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
