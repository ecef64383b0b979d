/// Why a connection failed. The raw value is the cause's id in options and reports.
package enum Cause: String, CaseIterable, Codable, Sendable {
  case other
  case nameResolutionFailed = "name-resolution-failed"
  case connectionRefused = "connection-refused"
  case networkUnreachable = "network-unreachable"
  case timedOut = "timed-out"
  case connectionLost = "connection-lost"
  case wrongProtocol = "wrong-protocol"
  case serverRequiresTLS = "server-requires-tls"
  case serverLacksTLS = "server-lacks-tls"
  case untrustedCertificate = "untrusted-certificate"
  case certificateExpired = "certificate-expired"
  case certificateRevoked = "certificate-revoked"
  case hostnameMismatch = "hostname-mismatch"
  case clientCertificateRequired = "client-certificate-required"
  case clientCertificateRejected = "client-certificate-rejected"
  case clientKeyPassphraseRequired = "client-key-passphrase-required"
  case clientKeyPassphraseIncorrect = "client-key-passphrase-incorrect"
  case clientKeyInvalid = "client-key-invalid"
  case tlsVersionOrCipherMismatch = "tls-version-or-cipher-mismatch"
  case tlsFailureOther = "tls-failure-other"
  case caFileUnreadable = "ca-file-unreadable"
  case authenticationFailed = "authentication-failed"
  case databaseNotFound = "database-not-found"
  case accessDenied = "access-denied"
  case tooManyConnections = "too-many-connections"
  case serverNotReady = "server-not-ready"
  case nativeEncryptionRequired = "native-encryption-required"
  case driverMissing = "driver-missing"

  /// The process's exit code when a test ends with this cause.
  package var exitCode: Int32 {
    switch self {
    case .other: 1
    case .nameResolutionFailed: 10
    case .connectionRefused: 11
    case .networkUnreachable: 12
    case .timedOut: 13
    case .connectionLost: 14
    case .wrongProtocol: 15
    case .serverRequiresTLS: 20
    case .serverLacksTLS: 21
    case .untrustedCertificate: 22
    case .certificateExpired: 23
    case .certificateRevoked: 24
    case .hostnameMismatch: 25
    case .clientCertificateRequired: 26
    case .clientCertificateRejected: 27
    case .clientKeyPassphraseRequired, .clientKeyPassphraseIncorrect: 28
    case .clientKeyInvalid: 29
    case .tlsVersionOrCipherMismatch: 30
    case .tlsFailureOther: 31
    case .caFileUnreadable: 32
    case .authenticationFailed: 40
    case .databaseNotFound: 41
    case .accessDenied: 42
    case .tooManyConnections: 43
    case .serverNotReady: 44
    case .nativeEncryptionRequired: 45
    case .driverMissing: 50
    }
  }
}
