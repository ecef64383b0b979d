/// What was seen, a sentence each, in the order in which a reader needs it.
struct Notes {
  let context: FailureContext
  let cause: Cause
  /// What the engine's rules say beside their finding.
  var hints: [String] = []

  private var words: EventWords { EventWords(clean: context.clean, engine: context.target.engine) }

  var all: [String] {
    var notes = ((context.finding?.notes ?? []) + hints).map { EventWords.sentence(context.clean.line($0)) }
    notes += event + clientCertificate + certificate + answers + addresses + remarks + password
    return notes.reduce(into: []) { unique, note in
      if !unique.contains(note) { unique.append(note) }
    }
  }

  private var event: [String] {
    switch context.failure.event {
    // The certificate's notes say more, and the server's words have a paragraph of their own.
    case .certificateRefused, .serverReported: []
    case .other(let text) where text == context.failure.error?.text: []
    case .databaseFile(let fault) where fault.detail.isEmpty: []
    // The message says it, with the timeout; which address it was stands among the addresses.
    case .timedOut, .driverMissing: driverDetail
    // Each address has a line of its own.
    case .refused where !addresses.isEmpty, .unreachable where !addresses.isEmpty: []
    case .fileUnusable(let fault):
      context.failure.error == nil && !fault.detail.isEmpty ? [words.sentence(for: context.failure)] : []
    case .alert(let alert) where alert.received && alert.code == 112:
      [words.sentence(for: context.failure), serverNameNote]
    default: [words.sentence(for: context.failure)]
    }
  }

  private var driverDetail: [String] {
    guard case .driverMissing(let missing) = context.failure.event, context.failure.error == nil else {
      return []
    }
    let refused = missing.refusedPath.map { ["Refused: \(context.clean.line($0))"] } ?? []
    let words = missing.detail.isEmpty ? [] : ["The loader said: \(context.clean.line(missing.detail))"]
    return refused + words + missing.notes.map { EventWords.sentence(context.clean.line($0)) }
  }

  private var serverNameNote: String {
    guard let name = context.tls?.serverName else {
      return "No server name (SNI) was sent, since the host is an address."
    }
    return "The server name (SNI) that was sent: \(context.clean.line(name))."
  }

  /// What passed about a client certificate, where the handshake or the login broke over it, or may have.
  private var clientCertificate: [String] {
    guard let tls = context.tls, tls.clientCertificateRequested else { return [] }
    switch context.failure.event {
    case .alert, .closed, .reset, .tlsFailed: break
    default:
      guard cause == .clientCertificateRequired || cause == .clientCertificateRejected else { return [] }
    }
    return [
      "The server asked for a client certificate, and \(tls.clientCertificateSent ? "one" : "none") was sent."
    ]
  }

  private var certificate: [String] {
    guard let tls = context.tls, !context.blockingFaults.isEmpty else { return [] }
    var notes: [String] = []
    if cause == .hostnameMismatch { notes.append(CertificateWords(clean: context.clean).names(of: tls)) }
    let words = CertificateWords(clean: context.clean)
    notes += context.blockingFaults.enumerated().map { index, fault in
      (index == 0 ? "Certificate check: " : "Also: ") + words.sentence(for: fault, in: tls)
    }
    return notes
  }

  private var answers: [String] {
    context.failure.answers.compactMap { given in
      switch given {
      // The plain pass was more than a question, and has a note of its own.
      case .takesLoginInPlain where context.plainPass != nil, .refusesInPlain where context.plainPass != nil:
        nil
      default: EventWords.sentence(answer(given))
      }
    }
  }

  private func answer(_ answer: ServerAnswer) -> String {
    switch answer {
    case .offersNoTLS where !context.engine.fallsBackToPlain:
      "asked in plain text, the server answered: this port has no TLS"
    case .offersNoTLS: "asked whether it has TLS, the server \(words.noTLS)"
    case .takesLoginOverTLS: "asked over TLS, the server went on to the login"
    case .refusesOverTLS(let error): "asked over TLS, the server refused too; \(words.quote(error))"
    case .takesLoginInPlain: "asked in plain text, the server went on to the login"
    case .refusesInPlain(let error): "asked in plain text, the server refused too; \(words.quote(error))"
    case .acknowledgesPassword: "the server found the password right, and refused the login all the same"
    case .asksForClientCertificate:
      "over TLS the server asked for a client certificate, and none was sent"
    case .speaksTLSDirectly: "the port speaks TLS from the first byte"
    case .speaksStrictTDS: "asked with TLS from the first byte, the server chose tds/8.0 (strict encryption)"
    case .isAnother(let other): "asked in another way, \(words.words(forAnswer: other))"
    case .isMember(let name, let words): "the server \(context.clean.line(name)) \(context.clean.line(words))"
    case .unanswered(let what):
      "the server was asked what it accepts, without an answer (\(context.clean.line(what)))"
    }
  }

  /// Each address with its result, where more than one was tried.
  private var addresses: [String] {
    let attempts = context.observation.attempts
    guard Set(attempts.map(\.address)).count > 1 else { return [] }
    return attempts.map { attempt in
      let result = attempt.failure.map(words.words(for:)) ?? "connected"
      return "\(context.clean.line(attempt.address)): \(result)."
    }
  }

  private var remarks: [String] {
    let redirections: [String] = context.observation.remarks.compactMap { remark in
      guard case .redirected(let place) = remark else { return nil }
      return "The server redirected the login to \(context.clean.line(place))."
    }
    return redirections + plainPass
  }

  private var plainPass: [String] {
    guard let failure = context.plainPass else { return [] }
    if context.plainPassTookLogin {
      return ["In plain text the server went on to the login, which failed; \(words.words(for: failure))."]
    }
    return ["The attempt in plain text failed too: \(words.words(for: failure))."]
  }

  private var password: [String] {
    let asked =
      cause == .authenticationFailed || context.failure.credentialsRequested
      || context.plainPass?.credentialsRequested == true
    guard !context.engine.opensFile else { return [] }
    return asked && context.target.password == nil ? ["No password was given."] : []
  }
}
