internal import ConnectCore

/// From what a server of Cassandra's protocol reported to its cause. Pure; `explain` uses it too.
struct CassandraRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    switch failure.event {
    case .serverReported: failure.error.flatMap { Self.finding(for: $0, of: failure, target: target) }
    case CassandraErrors.malformed, CassandraErrors.broken: Finding(cause: .wrongProtocol)
    case CassandraErrors.flood:
      Finding(
        cause: .wrongProtocol,
        advice: (
          "The server sends one message after the other that nobody has asked for, and no answer.",
          "Check Host and Port in the connection editor, and what stands between here and the server."
        ))
    // Whatever else is told of a login in so many words is why there was none.
    case .other(let words) where failure.credentialsRequested: Self.withheld(words, target)
    default: nil
    }
  }

  private static func finding(
    for error: ServerError, of failure: ConnectionFailure, target: ConnectionTarget
  ) -> Finding? {
    if let phrase = phrases.first(where: { $0.applies(to: error) }) {
      switch phrase.cause {
      case .clientCertificateRejected where target.ssl.certificateFile == nil:
        return Finding(cause: .clientCertificateRequired, notes: phrase.notes)
      case .authenticationFailed: return Finding(cause: phrase.cause, notes: loginNotes(target))
      default: return Finding(cause: phrase.cause, notes: phrase.notes)
      }
    }
    guard let code = CassandraErrors.code(of: error), let cause = cause(code: code) else { return nil }
    switch cause {
    case .authenticationFailed: return Finding(cause: cause, notes: loginNotes(target))
    case .serverNotReady: return Finding(cause: cause, notes: notReadyNotes(code))
    case .accessDenied where failure.stage == .query && failure.credentialsRequested:
      return Finding(cause: cause, advice: notPermitted(target))
    default: return Finding(cause: cause)
    }
  }

  /// Whether a query was refused for the lack of a permission, and nothing is said of the login.
  static func deniesOnlyPermission(_ error: ServerError) -> Bool {
    CassandraErrors.code(of: error) == 0x2100 && !phrases.contains { $0.applies(to: error) }
  }

  // MARK: Codes

  /// Section 9 of native_protocol_v4.spec and v5.spec; nil: the code says only that something went wrong.
  static func cause(code: Int) -> Cause? {
    switch code {
    case 0x0100: .authenticationFailed  // Bad credentials
    case 0x1000: .serverNotReady  // Unavailable
    case 0x1001: .serverNotReady  // Overloaded
    case 0x1002: .serverNotReady  // Is_bootstrapping
    case 0x1100: .serverNotReady  // Write_timeout
    case 0x1200: .serverNotReady  // Read_timeout
    case 0x2100: .accessDenied  // Unauthorized
    // Server error, Protocol error, Truncate_error, Read_failure, Function_failure, Write_failure, CDC_WRITE_FAILURE,
    // CAS_WRITE_UNKNOWN, Syntax_error, Invalid, Config_error, Already_exists, Unprepared.
    case 0x0000, 0x000A, 0x1003, 0x1300, 0x1400, 0x1500, 0x1600, 0x1700, 0x2000, 0x2200, 0x2300, 0x2400,
      0x2500:
      nil
    default: nil
    }
  }

  private static func notReadyNotes(_ code: Int) -> [String] {
    switch code {
    case 0x1000: ["The node is up, and not enough of the others that it needs are"]
    case 0x1001: ["The node is overloaded, or limits how much it takes"]
    case 0x1002: ["The node is still joining the cluster"]
    case 0x1100, 0x1200: ["The other nodes of the cluster did not answer this one in time"]
    default: []
    }
  }

  // MARK: Words

  /// A text that says more than its code.
  private struct Phrase {
    /// In lower case; all of them have to occur.
    let parts: [String]
    /// nil: whatever the code.
    let code: Int?
    let cause: Cause
    let notes: [String]

    init(_ parts: String..., code: Int? = nil, means cause: Cause, _ notes: String...) {
      self.parts = parts
      self.code = code
      self.cause = cause
      self.notes = notes
    }

    func applies(to error: ServerError) -> Bool {
      if let code, let own = CassandraErrors.code(of: error), own != code { return false }
      let text = error.text.lowercased()
      return parts.allSatisfy { text.contains($0) }
    }
  }

  private static let phrases = [
    Phrase("keyspace", "does not exist", code: 0x2200, means: .databaseNotFound),
    Phrase("keyspace", "doesn't exist", code: 0x2200, means: .databaseNotFound),
    Phrase("keyspace", "not found", code: 0x2200, means: .databaseNotFound),  // YugabyteDB
    // The tables of accounts are on nodes that do not answer.
    Phrase(
      "cannot achieve consistency level", means: .serverNotReady,
      "The node is up, and not enough of the others that hold what it needs (such as the accounts) are"),
    Phrase(
      "unable to perform authentication", means: .serverNotReady,
      "The node could not read the accounts, so nothing is said of the password"),
    Phrase("unavailableexception", means: .serverNotReady),
    Phrase("operation timed out", means: .serverNotReady),
    Phrase("not permitted to log in", means: .accessDenied),
    Phrase("do not have access to this datacenter", means: .accessDenied),
    Phrase("do not have access from this ip", means: .accessDenied),
    Phrase("have to be logged in", means: .authenticationFailed),
    Phrase("certificate identity", "not authorized", means: .clientCertificateRejected),
    Phrase("invalid or not supported certificate", means: .clientCertificateRejected),
    Phrase("unable to extract client identity", means: .clientCertificateRejected),
    Phrase("too many", "connections", means: .tooManyConnections),
    Phrase("username and/or password are incorrect", means: .authenticationFailed),
    Phrase("password are incorrect", code: 0x0100, means: .authenticationFailed),
    Phrase(
      "unsupported protocol version", code: 0x000A, means: .other,
      "The versions 3, 4 and 5 of the protocol are spoken here, and the server takes none of them"),
  ]
}
