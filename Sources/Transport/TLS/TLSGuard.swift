import COpenSSL
package import ConnectCore

/// Watches over one connection's TLS: holds its policy, checks the certificate inside the handshake, and
/// remembers what was seen.
///
/// Every SSL that is made on a thread while `withGuard` runs there is prepared by the guard, also one that a
/// driver makes (see `TLSHook`).
package final class TLSGuard: @unchecked Sendable {
  // A connection is driven by one thread at a time, and its SSL's callbacks run there.
  package let policy: TLSPolicy
  /// Alerts in the order in which they were seen.
  package private(set) var alerts: [TLSAlert] = []
  /// The SSL_CTX that was made last under this guard, while it lives; the hook's.
  var context: OpaquePointer?
  /// Whether an SSL was prepared, that is whether TLS has begun.
  package private(set) var attached = false
  private var serverHelloSeen = false
  /// The first bytes that came instead of TLS, or as TLS: as many as a record's header has.
  private(set) var firstBytes: [UInt8] = []
  private var report = TLSReport()
  private var chain: [Certificate] = []
  private var securityLevel: Int32 = 1

  /// The SSL that was prepared, while it lives.
  private var ssl: OpaquePointer?
  private let presentsCredentials: Bool
  /// Called with what is read as the first record's header, before OpenSSL judges it: what follows it still lies on the
  /// socket.
  package var onFirstHeader: (([UInt8]) -> Void)?
  /// Called at the end of the handshake, before anything can be sent behind it.
  package var onHandshakeDone: (() -> Void)?

  @TaskLocal static var current: TLSGuard?

  /// - Parameter presentsCredentials: whether the guard gives the policy's client certificate to an SSL that a driver
  ///   makes, so that the driver need not read it.
  package init(_ policy: TLSPolicy, presentsCredentials: Bool = false) {
    self.policy = policy
    self.presentsCredentials = presentsCredentials
    report.verification.demanded = policy.demanded
  }

  /// Runs `body`; an SSL that it makes belongs to this guard.
  package func withGuard<Result>(_ body: () -> Result) -> Result {
    TLSHook.install()
    return Self.$current.withValue(self) { body() }
  }

  /// Whether the handshake is done and the certificate is as good as was demanded. Nothing that is derived
  /// from a credential may be sent before.
  package var acceptsCredentials: Bool {
    attached && report.handshakeCompleted
      && (policy.demanded == .none || report.verified == policy.demanded)
  }

  /// Whether TLS came back, however it ended.
  package var serverSpokeTLS: Bool {
    // The beginning of a record (RFC 8446 section 5.1: an alert or a handshake) is enough; the rest may never come.
    serverHelloSeen || alerts.contains { $0.received }
      || firstBytes.count > 1 && (0x15...0x16).contains(firstBytes[0]) && firstBytes[1] == 3
  }

  /// Whether the server judges the client's certificate, or its absence, after the client's handshake is over: it does
  /// so with TLS 1.3 (RFC 8446 section 4.4.2.4).
  package var judgesClientLate: Bool { report.clientCertificateRequested && report.version == "TLSv1.3" }

  /// Whether the server has asked for a client certificate and got one.
  package var presentsCertificate: Bool { report.clientCertificateSent }

  /// The common name of the client certificate that the server has asked for and got, by which some servers name the
  /// user; nil: none was sent, or it has none.
  package var presentedCommonName: String? {
    report.clientCertificateSent ? policy.credentials?.commonName : nil
  }

  /// Whether the certificate came and was found not as good as was demanded.
  package var refusedCertificate: Bool { !report.verification.blockingFaults.isEmpty }

  /// What was negotiated and found, so far. In modes that do not verify, the certificate is checked now.
  package func makeReport() -> TLSReport? {
    guard attached else { return nil }
    if !report.verification.evaluated, !chain.isEmpty { evaluate() }
    var report = report
    report.certificates = chain.map { CertificateReport($0.pointer) }
    report.serverSpoke = serverSpokeTLS
    return report
  }

  /// Reads on after a failed write, since the server's last alert may still wait: TLS 1.3 says why a client
  /// certificate was refused only after the client's handshake has succeeded (RFC 8446 section 4.4.2.4). OpenSSL's words
  /// for it are left in its queue.
  package func readPendingAlert() {
    guard let ssl, alerts.isEmpty else { return }
    var byte: UInt8 = 0
    _ = SSL_read(ssl, &byte, 1)
  }

  // MARK: Called by the hook, on the connection's thread

  func prepare(_ ssl: OpaquePointer) {
    attached = true
    self.ssl = ssl
    if presentsCredentials { _ = policy.credentials?.use(on: ssl) }
    if let name = policy.peerName.serverNameIndication {
      // SSL_set_tlsext_host_name, a macro over SSL_ctrl.
      var name = Array(name.utf8CString)
      // Names of more than 255 bytes are refused, and none is sent then.
      if SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), &name) == 1 {
        report.serverName = policy.peerName.serverNameIndication
      }
    }
    applyMinimumVersion(to: ssl)
    if let groups = policy.groups, TLSHook.mayChooseGroups {
      // SSL_set1_groups_list, a macro over SSL_ctrl.
      var list = Array(groups.utf8CString)
      SSL_ctrl(ssl, SSL_CTRL_SET_GROUPS_LIST, 0, &list)
    }
    if policy.demanded != .none { SSL_set_verify(ssl, SSL_VERIFY_PEER, nil) }
  }

  func freed(_ ssl: OpaquePointer) {
    if self.ssl == ssl { self.ssl = nil }
  }

  private func applyMinimumVersion(to ssl: OpaquePointer) {
    let wanted =
      switch policy.minimumVersion {
      case .tls10: TLS1_VERSION
      case .tls11: TLS1_1_VERSION
      case .tls12: TLS1_2_VERSION
      case .tls13: TLS1_3_VERSION
      }
    let lowers = policy.minimumVersion < .tls12
    let least = lowers ? wanted : max(wanted, TLSHook.configuredMinimumVersion)
    // SSL_set_min_proto_version, a macro over SSL_ctrl.
    SSL_ctrl(ssl, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(least), nil)
    guard lowers else { return }
    // The signatures of TLS 1.0 and 1.1 are SHA-1, which OpenSSL 3 allows at level 0 only.
    SSL_set_security_level(ssl, 0)
    // Some drivers turn them off by an option: SSL_OP_NO_TLSv1 and SSL_OP_NO_TLSv1_1, macros that do not import.
    SSL_clear_options(ssl, 1 << 26 | 1 << 28)
  }

  func sawAlert(code: UInt8, received: Bool) {
    // close_notify and user_canceled (RFC 8446 section 6.1) end a connection, they do not fail it.
    guard code != 0, code != 90 else { return }
    alerts.append(TLSAlert(code: code, received: received, beforeServerHello: !serverHelloSeen))
  }

  func sawHeader(_ bytes: UnsafeRawBufferPointer) {
    guard firstBytes.isEmpty else { return }
    firstBytes = Array(bytes)
    onFirstHeader?(firstBytes)
  }

  func sawState(_ state: OSSL_HANDSHAKE_STATE, of ssl: OpaquePointer) {
    switch state {
    case TLS_ST_CR_SRVR_HELLO: serverHelloSeen = true
    case TLS_ST_CR_CERT_REQ: report.clientCertificateRequested = true
    case TLS_ST_CW_CERT: report.clientCertificateSent = SSL_get_certificate(ssl) != nil
    default: break
    }
  }

  func handshakeDone(_ ssl: OpaquePointer) {
    report.handshakeCompleted = true
    note(ssl)
    onHandshakeDone?()
  }

  private func note(_ ssl: OpaquePointer) {
    report.version = SSL_get_version(ssl).map { String(cString: $0) }
    report.cipher = SSL_get_current_cipher(ssl).flatMap { SSL_CIPHER_get_name($0) }.map {
      String(cString: $0)
    }
  }

  /// Checks the chain that came; the answer is what OpenSSL's handshake goes by.
  ///
  /// - Returns: the verify code of the first blocking fault, X509_V_OK if there is none.
  func check(_ sent: [OpaquePointer], on ssl: OpaquePointer) -> Int32 {
    chain = sent.map { Certificate(sharing: $0) }
    securityLevel = SSL_get_security_level(ssl)
    note(ssl)
    guard policy.demanded != .none else { return X509_V_OK }
    evaluate()
    return report.verification.blockingFaults.first?.code ?? X509_V_OK
  }

  private func evaluate() {
    report.verification.faults = CertificateVerifier.faults(
      in: chain.map(\.pointer), policy: policy, anchors: policy.anchors, securityLevel: securityLevel)
    report.verification.evaluated = true
  }
}
