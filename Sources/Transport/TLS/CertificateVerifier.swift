import COpenSSL
internal import ConnectCore

/// The one verifier: checks a server's chain against a policy, whoever made the connection.
enum CertificateVerifier {
  /// Everything that is wrong with the chain, the first fault from the leaf upwards first.
  ///
  /// The name is always checked too, so that a report can say what a stricter mode would find.
  /// `chain` is what the server sent, X509 pointers, its own certificate first. `securityLevel` is OpenSSL's
  /// (SSL_get_security_level): keys weaker than it asks for are faults.
  static func faults(
    in chain: [OpaquePointer], policy: TLSPolicy, anchors: TrustSource, securityLevel: Int32
  ) -> [CertificateFault] {
    let quick = faults(in: chain, policy, anchors, securityLevel, .mentioned)
    // Only a verifying mode pays for the whole store.
    guard policy.demanded != .none, anchors.hasMore, quick.contains(where: { $0.kind != .hostName })
    else { return quick }
    return faults(in: chain, policy, anchors, securityLevel, .all)
  }

  private static func faults(
    in chain: [OpaquePointer], _ policy: TLSPolicy, _ anchors: TrustSource, _ securityLevel: Int32,
    _ depth: TrustSource.Depth
  ) -> [CertificateFault] {
    guard let leaf = chain.first, let store = anchors.makeStore(for: chain, depth: depth),
      let context = X509_STORE_CTX_new(), let sent = OPENSSL_sk_new_null()
    else { return [fault(X509_V_ERR_OUT_OF_MEM, depth: 0)] }
    defer {
      X509_STORE_CTX_free(context)
      X509_STORE_free(store)
      OPENSSL_sk_free(sent)
    }
    for certificate in chain { OPENSSL_sk_push(sent, UnsafeRawPointer(certificate)) }
    for list in policy.revocationLists?.pointers ?? [] { X509_STORE_add_crl(store, list) }
    guard X509_STORE_CTX_init(context, store, leaf, sent) == 1,
      X509_STORE_CTX_set_default(context, "ssl_server") == 1,
      let parameters = X509_STORE_CTX_get0_param(context)
    else { return [fault(X509_V_ERR_UNSPECIFIED, depth: 0)] }

    X509_VERIFY_PARAM_set_auth_level(parameters, securityLevel)
    X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    let named =
      switch policy.peerName {
      case .dns(let name): X509_VERIFY_PARAM_set1_host(parameters, name, 0)
      case .address(let address): X509_VERIFY_PARAM_set1_ip_asc(parameters, address)
      }
    guard named == 1 else { return [fault(X509_V_ERR_HOSTNAME_MISMATCH, depth: 0)] }
    if policy.revocationLists != nil {
      X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
    }

    let found = FaultCollector()
    X509_STORE_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(found).toOpaque())
    X509_STORE_CTX_set_verify_cb(context) { ok, context in
      guard ok == 0, let context, let raw = X509_STORE_CTX_get_ex_data(context, 0) else { return ok }
      let code = X509_STORE_CTX_get_error(context)
      let depth = X509_STORE_CTX_get_error_depth(context)
      let certificate = X509_STORE_CTX_get_current_cert(context).map { CertificateReport($0) }
      Unmanaged<FaultCollector>.fromOpaque(raw).takeUnretainedValue()
        .add(code: code, depth: depth, certificate)
      return 1
    }
    let verdict = X509_verify_cert(context)
    // The callback lets every fault pass that it sees: what ends the check nevertheless was none of them.
    if verdict != 1 {
      let code = X509_STORE_CTX_get_error(context)
      found.add(code: code == X509_V_OK ? X509_V_ERR_UNSPECIFIED : code, depth: 0, nil)
    }
    return withExtendedLifetime(found) { found.inOrder }
  }

  private static func fault(
    _ code: Int32, depth: Int32, _ certificate: CertificateReport? = nil
  ) -> CertificateFault {
    CertificateFault(
      code: code, depth: Int(depth), reason: String(cString: X509_verify_cert_error_string(Int(code))),
      certificate: certificate)
  }

  private final class FaultCollector {
    private(set) var faults: [CertificateFault] = []

    func add(code: Int32, depth: Int32, _ certificate: CertificateReport?) {
      // The contract's CRL rule: above the leaf, only certificates for whose issuer there is a list count.
      if code == X509_V_ERR_UNABLE_TO_GET_CRL, depth > 0 { return }
      // "Unable to verify the first certificate" only repeats that the chain leads nowhere.
      if code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, faults.contains(where: { $0.depth == 0 }) {
        return
      }
      let new = fault(code, depth: depth, certificate)
      if !faults.contains(new) { faults.append(new) }
    }

    /// From the leaf upwards; of one certificate's faults a wrong name is the last, since the others are
    /// there whatever the name.
    var inOrder: [CertificateFault] {
      faults.enumerated().sorted { left, right in
        func key(_ item: (offset: Int, element: CertificateFault)) -> (Int, Int, Int) {
          (item.element.depth, item.element.kind == .hostName ? 1 : 0, item.offset)
        }
        return key(left) < key(right)
      }.map(\.element)
    }
  }
}
