internal import ConnectCore

/// What an SSL mode means to libmariadb.
enum MySQLSSLPolicy {
  /// One pass at a connection.
  enum Pass: Equatable, Sendable {
    case encrypted
    case plain
    /// TLS, only to learn whether the server takes a login over it that it refused in plain text.
    case question

    /// The mode that the pass amounts to by itself.
    func mode(of requested: SSLMode) -> SSLMode {
      switch self {
      case .plain: .disabled
      case .question: .required
      case .encrypted: requested == .preferred ? .required : requested
      }
    }

    var encrypts: Bool { self != .plain }
  }

  /// The first pass of a mode.
  static func firstPass(_ mode: SSLMode, host: HostPort) -> Pass {
    mode == .disabled || host.isUnixSocket ? .plain : .encrypted
  }

  /// The ways to prove a password that a server may ask for: none of them gives it away to a rogue one.
  ///
  /// `caching_sha2_password` is ours, which sends the password itself only over TLS or a Unix socket. The methods that
  /// always send it need TLS (`sha256_password`), and a verified certificate (`mysql_clear_password`). `dialog`, which
  /// prompts, and `mysql_old_password` are not used at all.
  static func authentication(_ pass: Pass, verification: VerificationLevel) -> [String] {
    var plugins = ["mysql_native_password", CachingSHA2.name, "client_ed25519"]
    guard pass == .encrypted else { return plugins }
    plugins.append("sha256_password")
    if verification != .none { plugins.append(clearPassword) }
    return plugins
  }

  /// The method that RDS with IAM, Azure with Entra ID and PAM need; it sends the password itself.
  static let clearPassword = "mysql_clear_password"

  /// Whether the password itself may be sent, if a login demands that.
  static func allowsPassword(_ pass: Pass, host: HostPort) -> Bool { pass == .encrypted || host.isUnixSocket }

  /// The library would load the system's trust store, which takes 40 to 60 ms and is never asked: a folder of its own
  /// keeps it from that.
  static let nowhere = "/nonexistent/tablepro-connect"

  /// Whether Preferred goes on in plain text after its TLS pass failed so: the contract's rule.
  static func mayGoOnInPlain(after failure: ConnectionFailure) -> Bool {
    guard !failure.credentialsRequested, failure.stage == .tls else { return false }
    switch failure.event {
    case .tlsNotOffered: return true
    case .notTLS: return isHandshakeError(failure.error)
    case .alert(let alert): return alert.refusesVersionOrCipher && isHandshakeError(failure.error)
    case .serverReported: return failure.error?.nativeCode == "1043"
    default: return false
    }
  }

  /// CR_SSL_CONNECTION_ERROR, CR_SERVER_HANDSHAKE_ERR, ER_HANDSHAKE_ERROR.
  private static func isHandshakeError(_ error: ServerError?) -> Bool {
    guard let code = error?.nativeCode else { return true }
    return ["2026", "2012", "1043"].contains(code)
  }
}
