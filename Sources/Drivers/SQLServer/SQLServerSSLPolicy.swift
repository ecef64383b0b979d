internal import ConnectCore

/// What an SSL mode means in the negotiation of PRELOGIN (MS-TDS section 2.2.6.5, ENCRYPTION).
enum SQLServerSSLPolicy {
  /// One pass at a connection.
  enum Pass: Equatable, Sendable {
    case encrypted
    case plain

    /// The mode that the pass amounts to by itself.
    func mode(of requested: SSLMode) -> SSLMode {
      switch self {
      case .plain: .disabled
      case .encrypted: requested == .preferred ? .required : requested
      }
    }

    /// What the client says of encryption. ON means the whole session; OFF would be the login's packet alone.
    var encryption: UInt8 {
      switch self {
      case .encrypted: PreloginMessage.Encryption.on
      case .plain: PreloginMessage.Encryption.notSupported
      }
    }
  }

  /// What to do about the server's answer.
  enum Decision: Equatable, Sendable {
    /// TLS for the whole session.
    case encrypt
    case goOnInPlain
    case fail(FailureEvent)
  }

  static func firstPass(_ mode: SSLMode) -> Pass { mode == .disabled ? .plain : .encrypted }

  /// The table of section 2.2.6.5, and what is outside of it: every answer to either question.
  static func decision(_ pass: Pass, answer: UInt8) -> Decision {
    let name = PreloginMessage.Encryption.name(answer)
    switch (pass, answer) {
    case (.encrypted, PreloginMessage.Encryption.on), (.encrypted, PreloginMessage.Encryption.required):
      return .encrypt
    case (.encrypted, PreloginMessage.Encryption.notSupported): return .fail(.tlsNotOffered)
    case (.encrypted, PreloginMessage.Encryption.off):
      // It would encrypt the login and then go on in plain text, which no mode means.
      return .fail(
        .tlsNotAgreed("answered \(name) to PRELOGIN's ON: it would encrypt the login alone, not the session"))
    case (.plain, PreloginMessage.Encryption.notSupported): return .goOnInPlain
    case (.plain, PreloginMessage.Encryption.required), (.plain, PreloginMessage.Encryption.on):
      return .fail(
        .tlsDemanded("answered \(name) to PRELOGIN's NOT_SUP: it takes encrypted connections only"))
    case (.plain, PreloginMessage.Encryption.off):
      return .fail(.tlsDemanded("answered \(name) to PRELOGIN's NOT_SUP: it wants the login encrypted"))
    default: return .fail(.tlsNotAgreed("answered PRELOGIN with an unknown encryption (\(answer))"))
    }
  }

  /// Whether Preferred goes on in plain text after its TLS pass failed so: only where the server has no TLS.
  static func mayGoOnInPlain(after failure: ConnectionFailure) -> Bool { failure.event == .tlsNotOffered }
}
