/// The causes that no engine has a say in: from an observed event to what it means.
package enum GenericRules {
  /// The cause of a failure as far as it can be told without knowing the engine's own errors; `other` for
  /// what only the engine's rules could have named.
  package static func cause(
    of failure: ConnectionFailure, tls: TLSReport?, target: ConnectionTarget
  ) -> Cause {
    if let cause = causeByAnswer(failure, target: target) { return cause }
    switch failure.event {
    case .nameNotResolved: return .nameResolutionFailed
    case .refused: return .connectionRefused
    case .unreachable: return .networkUnreachable
    case .timedOut: return .timedOut
    case .closed, .reset: return .connectionLost
    case .tlsNotOffered: return .serverLacksTLS
    case .tlsDemanded: return .serverRequiresTLS
    case .tlsNotAgreed: return .tlsFailureOther
    case .instanceNotFound: return .nameResolutionFailed
    case .notTLS(let answer) where isOwnProtocol(answer, target.engine): return .serverLacksTLS
    case .foreignAnswer, .notTLS: return .wrongProtocol
    case .certificateRefused: return certificateCause(tls)
    case .alert(let alert): return AlertRules.cause(of: alert, tls: tls)
    case .tlsFailed(let reason): return causeOfTLSFailure(reason, tls: tls)
    case .serverReported, .other: return .other
    case .fileUnusable(let fault): return causeOfFile(fault)
    case .databaseFile(let fault): return fault.problem.cause
    case .driverMissing: return .driverMissing
    }
  }

  /// The cause that the first blocking fault names, from the leaf upwards.
  package static func certificateCause(_ tls: TLSReport?) -> Cause {
    switch tls?.verification.blockingFaults.first?.kind {
    case .expired, .notYetValid: .certificateExpired
    case .revoked: .certificateRevoked
    case .hostName: .hostnameMismatch
    case .untrusted, nil: .untrustedCertificate
    }
  }

  /// What an answer proves about an event that by itself could mean several things.
  private static func causeByAnswer(_ failure: ConnectionFailure, target: ConnectionTarget) -> Cause? {
    switch failure.event {
    case .closed, .reset, .timedOut, .foreignAnswer:
      if failure.answers.contains(where: isAnother) { return .wrongProtocol }
      if failure.answers.contains(.speaksStrictTDS) { return .tlsFailureOther }
      if failure.stage == .tls, failure.answers.contains(.offersNoTLS) { return .serverLacksTLS }
      guard speaksTLSAtOnce(failure) else { return nil }
      // Where TLS is negotiated inside the protocol, a port that speaks TLS at once is another service.
      if target.engine.traits.fallsBackToPlain { return .wrongProtocol }
      return failure.stage == .tls ? nil : .serverRequiresTLS
    case .notTLS:
      let plain = failure.answers.contains(.offersNoTLS) || failure.answers.contains(.takesLoginInPlain)
      return plain ? .serverLacksTLS : nil
    default:
      return nil
    }
  }

  /// Whether the engine's own servers answer TLS so, where they have none.
  private static func isOwnProtocol(_ answer: ForeignAnswer, _ engine: Engine) -> Bool {
    !engine.traits.fallsBackToPlain && answer.protocolName == engine.traits.displayName
  }

  private static func isAnother(_ answer: ServerAnswer) -> Bool {
    if case .isAnother = answer { true } else { false }
  }

  private static func speaksTLSAtOnce(_ failure: ConnectionFailure) -> Bool {
    if case .foreignAnswer(let answer) = failure.event, answer.protocolName == "TLS" { return true }
    return failure.answers.contains(.speaksTLSDirectly)
  }

  /// OpenSSL's reason strings (`openssl errstr`), by a part of them that has stayed the same since 1.1.
  private static func causeOfTLSFailure(_ reason: String, tls: TLSReport?) -> Cause {
    let reason = reason.lowercased()
    func says(_ parts: String...) -> Bool { parts.contains { reason.contains($0) } }
    if says("certificate verify failed") { return certificateCause(tls) }
    if says("unexpected eof") { return .connectionLost }
    // A record header that makes no sense is what plain bytes look like to OpenSSL.
    if says("wrong version number", "http request", "https proxy request", "packet length too long") {
      return .wrongProtocol
    }
    if says(
      "unsupported protocol", "no protocols available", "wrong ssl version", "version too low",
      "no shared cipher", "no ciphers available", "no cipher match", "wrong cipher returned",
      "unknown cipher returned", "dh key too small", "no suitable signature algorithm",
      "wrong signature type",
      "legacy sigalg", "wrong curve", "no suitable key share", "unsafe legacy renegotiation")
    {
      return .tlsVersionOrCipherMismatch
    }
    return .tlsFailureOther
  }

  private static func causeOfFile(_ fault: FileFault) -> Cause {
    if fault.problem == .endless { return .timedOut }
    if fault.option == "--ssl-ca" || fault.option == "--ssl-crl" { return .caFileUnreadable }
    switch fault.problem {
    case .passphraseRequired: return .clientKeyPassphraseRequired
    case .passphraseIncorrect: return .clientKeyPassphraseIncorrect
    case .missing, .unreadable, .notPEM, .keyMismatch, .tooOpen, .endless: return .clientKeyInvalid
    }
  }
}

/// What the alerts of RFC 8446 section 6 and RFC 5246 section 7.2 mean at their place in the handshake.
enum AlertRules {
  static func cause(of alert: TLSAlert, tls: TLSReport?) -> Cause {
    alert.received ? causeOfReceived(alert, tls: tls) : causeOfSent(alert, tls: tls)
  }

  private static func causeOfReceived(_ alert: TLSAlert, tls: TLSReport?) -> Cause {
    let requested = tls?.clientCertificateRequested ?? false
    let sent = tls?.clientCertificateSent ?? false
    switch alert.code {
    case 0: return .connectionLost
    case 70, 71, 86: return .tlsVersionOrCipherMismatch
    case 116: return .clientCertificateRequired
    case 40 where alert.beforeServerHello: return .tlsVersionOrCipherMismatch
    // OpenSSL's servers answer an absent client certificate so in TLS 1.2.
    case 40 where requested && !sent: return .clientCertificateRequired
    case 42...46, 48, 49:
      // A server has no certificate but ours to complain about.
      if sent { return .clientCertificateRejected }
      return requested ? .clientCertificateRequired : .tlsFailureOther
    default: return .tlsFailureOther
    }
  }

  private static func causeOfSent(_ alert: TLSAlert, tls: TLSReport?) -> Cause {
    switch alert.code {
    case 70: return .tlsVersionOrCipherMismatch
    case 42...46, 48:
      let refused = tls?.verification.blockingFaults.isEmpty == false
      return refused ? GenericRules.certificateCause(tls) : .tlsFailureOther
    default: return .tlsFailureOther
    }
  }
}
