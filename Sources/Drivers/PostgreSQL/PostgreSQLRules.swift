internal import ConnectCore

/// From what a PostgreSQL server or libpq reported to its cause. Pure; `explain` uses it too.
struct PostgreSQLRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    guard let error = failure.error else { return nil }
    if let finding = tlsPolicyFinding(error, failure, target) { return finding }
    if let cause = error.sqlState.flatMap(Self.cause(sqlState:)) { return Finding(cause: cause) }
    return Self.phrases.first { error.text.contains($0.text) }.map { Finding(cause: $0.cause) }
  }

  // MARK: What the server's rules of access say

  /// A refusal by pg_hba.conf. PostgreSQL translates its messages, but never the file's name.
  static func isHostBasedRefusal(_ error: ServerError?) -> Bool {
    guard let error, error.origin == .server else { return false }
    return error.text.contains("pg_hba.conf")
      && (error.sqlState == nil || error.sqlState == "28000")
  }

  /// The spellings of "you have to come over TLS" of the servers that speak this protocol.
  static func saysTLSRequired(_ error: ServerError?) -> Bool {
    guard let error, error.origin == .server else { return false }
    let text = error.text.lowercased()
    return plainRefusals.contains { text.contains($0) }
  }

  private static let plainRefusals = [
    "no encryption",  // PostgreSQL 12 and later: no pg_hba.conf entry …, no encryption
    "ssl off",  // PostgreSQL before 12, Redshift
    "ssl connection required",  // CockroachDB: node is running secure mode, SSL connection required
    "ssl required",  // PgBouncer: SSL required
    "connection is insecure",  // Neon: connection is insecure (try using `sslmode=require`)
    "requires ssl", "ssl/tls required", "ssl connection is required",  // Azure, Supabase's Supavisor
  ]

  /// CockroachDB's refusals by its own table of hosts (pkg/sql/pgwire/auth.go).
  private static func isCockroachRefusal(_ error: ServerError?) -> Bool {
    guard let error, error.origin == .server else { return false }
    return error.text.contains("host_based_authentication.configuration entry")
      || error.text.contains("unusable over this connection type")
      || error.text.contains("authentication rejected by configuration")
  }

  /// Whether a failed pass leaves open what the other kind of connection would have brought.
  static func leavesTLSOpen(_ failure: ConnectionFailure) -> Bool {
    failure.event == .serverReported && !failure.credentialsRequested && refusesConnection(failure.error)
  }

  /// Whether a failure of a connection on which nothing at all was heard leaves open who listens. (Where nothing
  /// came in time, that was asked while there was time.)
  static func leavesListenerOpen(_ failure: ConnectionFailure) -> Bool {
    guard failure.stage > .connect else { return false }
    switch failure.event {
    case .closed, .reset: return true
    default: return false
    }
  }

  /// Whether an error refuses this kind of connection, or this user or host whatever the kind.
  private static func refusesConnection(_ error: ServerError?) -> Bool {
    isHostBasedRefusal(error) || saysTLSRequired(error) || isCockroachRefusal(error)
  }

  private func tlsPolicyFinding(
    _ error: ServerError, _ failure: ConnectionFailure, _ target: ConnectionTarget
  ) -> Finding? {
    guard Self.leavesTLSOpen(failure) else { return nil }
    for answer in failure.answers {
      switch answer {
      case .takesLoginOverTLS: return Finding(cause: .serverRequiresTLS)
      case .takesLoginInPlain:
        // Where Preferred went there by itself, what stopped it there is another matter.
        let hasBeenThere =
          target.ssl.mode == .preferred && PostgreSQLSSLPolicy.mayGoOnInPlain(after: failure)
        return Finding(cause: .accessDenied, recommendedMode: hasBeenThere ? nil : .disabled)
      case .refusesOverTLS(let other):
        return Finding(cause: Self.refusesConnection(other) ? .accessDenied : .serverRequiresTLS)
      case .offersNoTLS, .refusesInPlain: return Finding(cause: .accessDenied)
      case .acknowledgesPassword, .asksForClientCertificate, .speaksTLSDirectly, .speaksStrictTDS, .isAnother,
        .isMember,
        .unanswered:
        break
      }
    }
    // Nobody could be asked: the server's own word for the kind of connection is the best that is known.
    return Finding(cause: Self.saysTLSRequired(error) ? .serverRequiresTLS : .accessDenied)
  }

  // MARK: Codes

  /// SQLSTATE (PostgreSQL documentation, appendix A) to cause.
  static func cause(sqlState: String) -> Cause? {
    switch sqlState {
    case "28P01": .authenticationFailed
    case "28000": nil  // many things: pg_hba.conf, unknown role, client certificate; its words decide
    case "3D000": .databaseNotFound
    case "53300": .tooManyConnections
    case "57P03", "57P01", "57P02", "57P05", "25006": .serverNotReady
    case "42501": .accessDenied
    case "53400": nil
    default: sqlState.hasPrefix("28") ? .authenticationFailed : nil
    }
  }

  /// Words that decide where codes do not: 28000, errors without a code, and libpq's own.
  static let phrases: [(text: String, cause: Cause)] = [
    ("connection requires a valid client certificate", .clientCertificateRequired),
    ("must authenticate using a client certificate", .clientCertificateRequired),  // CockroachDB
    ("must use certificate authentication", .clientCertificateRequired),  // CockroachDB
    ("no TLS peer certificates", .clientCertificateRequired),  // CockroachDB
    ("no client certificates in request", .clientCertificateRequired),  // CockroachDB
    ("host_based_authentication.configuration entry", .accessDenied),  // CockroachDB
    ("unusable over this connection type", .accessDenied),  // CockroachDB
    ("rejected by configuration", .accessDenied),  // CockroachDB
    ("does not have login privilege", .accessDenied),  // CockroachDB
    ("no pg_hba.conf entry", .accessDenied),
    ("pg_hba.conf rejects", .accessDenied),
    ("certificate authentication failed", .clientCertificateRejected),
    ("is not permitted to log in", .accessDenied),
    ("permission denied for database", .accessDenied),
    ("does not have CONNECT privilege", .accessDenied),
    ("is not currently accepting connections", .accessDenied),
    ("role \"", .authenticationFailed),
    ("password authentication failed", .authenticationFailed),
    ("authentication failed", .authenticationFailed),
    ("no password supplied", .authenticationFailed),
    ("empty password returned", .authenticationFailed),
    ("too many connections", .tooManyConnections),
    ("remaining connection slots are reserved", .tooManyConnections),
    ("sorry, too many clients", .tooManyConnections),
    ("could not fork new process", .tooManyConnections),
    ("the database system is", .serverNotReady),
    ("server is not accepting clients", .serverNotReady),
    ("has group or world access", .clientKeyInvalid),
    ("private key file", .clientKeyInvalid),
    ("could not load private key", .clientKeyInvalid),
    ("certificate present, but not private key", .clientKeyInvalid),
    ("does not exist", .databaseNotFound),
    ("expected authentication request", .wrongProtocol),
    ("received unencrypted data after SSL response", .wrongProtocol),
    ("channel binding required", .authenticationFailed),
    ("authentication method", .authenticationFailed),
  ]
}
