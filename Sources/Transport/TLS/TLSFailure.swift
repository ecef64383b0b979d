import COpenSSL
package import ConnectCore

extension FailureEvent {
  /// TLS came about, and no guard has accepted the certificate: nothing may be sent.
  package static var unguardedTLS: FailureEvent {
    .other("TLS was set up without the certificate having been accepted")
  }
}

extension TLSGuard {
  /// What ended the connection's TLS, from what the guard saw and OpenSSL's words for the failure.
  ///
  /// `reason` is the text of an OpenSSL reason code (ERR_reason_error_string): the drivers pass it on inside
  /// their own messages. nil: the failure was not OpenSSL's.
  package func failureEvent(reason: String?) -> FailureEvent? {
    if reason == Self.words(SSL_R_CERTIFICATE_VERIFY_FAILED), refusedCertificate {
      return .certificateRefused
    }
    if let alert = alerts.last(where: { $0.received }) { return .alert(alert) }
    guard let reason else { return nil }
    if Self.notTLSReasons.contains(reason) { return .notTLS(ForeignAnswer(recognising: firstBytes)) }
    if reason == Self.words(SSL_R_UNEXPECTED_EOF_WHILE_READING) { return .closed }
    if let alert = alerts.last, alert.code == SSL_AD_PROTOCOL_VERSION { return .alert(alert) }
    return .tlsFailed(reason: reason)
  }

  private static let notTLSReasons = [
    SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG,
    SSL_R_RECORD_LENGTH_MISMATCH, SSL_R_BAD_RECORD_TYPE,
  ].map(words)

  /// OpenSSL's words for a reason of its TLS library.
  private static func words(_ reason: Int32) -> String {
    OpenSSLErrors.text(UInt(ERR_LIB_SSL) << 23 | UInt(reason))
  }
}
