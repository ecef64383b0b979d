/// What a cause means for the reader and the one change to make: the table of all causes.
///
/// The sentences are TablePro's where its troubleshooting page has them, and in its voice elsewhere.
struct Advice: Equatable, Sendable {
  var message: String
  /// What to do in the app or at the server.
  var app: String
  /// The options that do the same; nil where no option helps.
  var commandLine: String?
  var recommendedMode: SSLMode?

  init(_ message: String, app: String, commandLine: String? = nil, mode: SSLMode? = nil) {
    self.message = message
    self.app = app
    self.commandLine = commandLine
    recommendedMode = mode
  }

  var suggestion: String {
    guard let commandLine else { return app }
    return "\(app)\nOn the command line: \(commandLine)"
  }

  init(for cause: Cause, in context: FailureContext) {
    self = context.finding?.file.map { Self.databaseFile($0, context) } ?? Self.row(for: cause, in: context)
    if let own = context.finding?.advice {
      self = Advice(
        context.clean.line(own.message), app: context.clean.line(own.change), mode: recommendedMode)
    }
    // A rule that knows a mode to work knows more than the table.
    guard let known = context.finding?.recommendedMode, known != recommendedMode else { return }
    app += "\n" + Self.setMode(known) + "." + Self.lossSentence(known, insteadOf: context.mode)
    commandLine = ["--ssl \(known.rawValue)", commandLine].compactMap { $0 }.joined(separator: " ")
    recommendedMode = known
  }

  static func row(for cause: Cause, in context: FailureContext) -> Advice {
    switch cause {
    case .other: other(context)
    case .nameResolutionFailed: nameResolutionFailed(context)
    case .connectionRefused: connectionRefused(context)
    case .networkUnreachable: networkUnreachable(context)
    case .timedOut: timedOut(context)
    case .connectionLost: connectionLost(context)
    case .wrongProtocol: wrongProtocol(context)
    case .serverRequiresTLS: serverRequiresTLS(context)
    case .serverLacksTLS: serverLacksTLS(context)
    case .untrustedCertificate: untrustedCertificate(context)
    case .certificateExpired: certificateExpired(context)
    case .certificateRevoked: certificateRevoked(context)
    case .hostnameMismatch: hostnameMismatch(context)
    case .clientCertificateRequired: clientCertificateRequired(context)
    case .clientCertificateRejected: clientCertificateRejected(context)
    case .clientKeyPassphraseRequired: clientKeyPassphraseRequired(context)
    case .clientKeyPassphraseIncorrect: clientKeyPassphraseIncorrect(context)
    case .clientKeyInvalid: clientKeyInvalid(context)
    case .tlsVersionOrCipherMismatch: tlsVersionOrCipherMismatch(context)
    case .tlsFailureOther: tlsFailureOther(context)
    case .caFileUnreadable: caFileUnreadable(context)
    case .authenticationFailed: authenticationFailed(context)
    case .databaseNotFound: databaseNotFound(context)
    case .accessDenied: accessDenied(context)
    case .tooManyConnections: tooManyConnections(context)
    case .serverNotReady: serverNotReady(context)
    case .nativeEncryptionRequired: nativeEncryptionRequired(context)
    case .driverMissing: driverMissing(context)
    }
  }

  /// TablePro's way to the mode, without the full stop.
  static func setMode(_ mode: SSLMode) -> String {
    "Open the connection editor, switch to the SSL tab, and set Mode to \(mode.displayName)"
  }

  /// What a mode leaves open that a stricter one does not.
  static func loss(of mode: SSLMode) -> String {
    switch mode {
    case .disabled:
      "Nothing is encrypted then: anyone on the network path can read and change what is sent, the password included."
    case .preferred:
      "The connection goes on in plain text then: anyone on the network path can read and change what is sent, the password included."
    case .required:
      "The certificate is not validated then: anyone on the network path can pose as the server."
    case .verifyCA:
      "The host name is not checked then: any server with a certificate from the same CA can pose as this one."
    case .verifyIdentity: ""
    }
  }

  /// ` ` and what is lost by a change of mode; empty for a change to an equal or a stricter one.
  static func lossSentence(_ mode: SSLMode, insteadOf current: SSLMode) -> String {
    mode < current ? " " + loss(of: mode) : ""
  }
}

extension SSLMode: Comparable {
  /// A mode is less than another if it guarantees less.
  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
