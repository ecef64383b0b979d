import COpenSSL
internal import ConnectCore

extension TLSGuard {
  /// An SSL of ours, as a client, under this guard and with the policy's client certificate; whoever gets it frees it.
  func makeClient(applicationProtocols: [String]) throws(StreamFailure) -> OpaquePointer {
    ERR_clear_error()
    let made = withGuard { () -> OpaquePointer? in
      guard let context = SSL_CTX_new(TLS_client_method()) else { return nil }
      defer { SSL_CTX_free(context) }
      return SSL_new(context)
    }
    let list = applicationProtocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    // SSL_set_alpn_protos is the one function of OpenSSL's whose 0 means that it went well.
    guard let made, list.isEmpty || SSL_set_alpn_protos(made, list, UInt32(list.count)) == 0,
      policy.credentials?.use(on: made) ?? true
    else {
      if let made { SSL_free(made) }
      throw StreamFailure(.tlsFailed(reason: OpenSSLErrors.drain()))
    }
    return made
  }

  /// What the server chose by ALPN (RFC 7301) of the protocols that were offered; nil: none.
  static func applicationProtocol(of ssl: OpaquePointer) -> String? {
    var start: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &start, &count)
    guard let start, count > 0 else { return nil }
    return String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
  }
}
