/// Which failures `--wait` waits out. Pure.
package enum Patience {
  /// Whether the same test may end otherwise in a moment, though nobody changes anything about it.
  ///
  /// A server that has answered a login has said what it thinks of it; to log in again would change nothing,
  /// and might lock the account.
  package static func mayPass(_ cause: Cause, after failure: ConnectionFailure) -> Bool {
    switch cause {
    case .connectionRefused, .networkUnreachable, .nameResolutionFailed, .timedOut, .serverNotReady,
      .tooManyConnections:
      true
    // Proxies of containers accept before there is a server behind them, and close.
    case .connectionLost: failure.stage < .query && !failure.credentialsRequested
    case .other, .wrongProtocol, .serverRequiresTLS, .serverLacksTLS, .untrustedCertificate,
      .certificateExpired, .certificateRevoked, .hostnameMismatch, .clientCertificateRequired,
      .clientCertificateRejected, .clientKeyPassphraseRequired, .clientKeyPassphraseIncorrect,
      .clientKeyInvalid, .tlsVersionOrCipherMismatch, .tlsFailureOther, .caFileUnreadable,
      .authenticationFailed, .databaseNotFound, .accessDenied, .nativeEncryptionRequired, .driverMissing:
      false
    }
  }
}
