internal import ConnectCore

/// What there is to say of logins beyond the server's own words.
extension CassandraRules {
  /// A login that was not gone through with, on this side.
  static func withheld(_ words: String, _ target: ConnectionTarget) -> Finding {
    var finding = Finding(cause: .authenticationFailed)
    if words.hasSuffix(CassandraErrors.unverifiedEnd) {
      finding.recommendedMode = .verifyIdentity
      finding.advice = (
        "TablePro did not send the password: it does not know the authenticator that the server names, and the server is not verified.",
        "Have the server's certificate verified, so that the password goes to nobody else."
      )
    } else if words.hasSuffix(CassandraErrors.unspokenEnd) {
      finding.advice = (
        "TablePro did not send the password: the server names an authenticator that takes no password as it is.",
        "Have the server take a user and a password too (PasswordAuthenticator), or use a client that speaks its way of logging in."
      )
    } else {
      finding.notes = loginNotes(target)
    }
    return finding
  }

  /// The login is over and done with when a query is refused.
  static func notPermitted(_ target: ConnectionTarget) -> (message: String, change: String) {
    let user = target.user.map { "User “\($0)”" } ?? "The user"
    let keyspace = target.database.map { "use the keyspace “\($0)”" } ?? "do what was asked for"
    return (
      "\(user) has logged in, but may not \(keyspace).",
      "Have the server's administrator grant it (LIST ALL PERMISSIONS shows what is granted), or choose another keyspace."
    )
  }

  /// DataStax Astra has one user name for all tokens.
  static func loginNotes(_ target: ConnectionTarget) -> [String] {
    let isAstra =
      target.user?.lowercased() == "token"
      || target.hosts.contains { $0.host.lowercased().hasSuffix(".astra.datastax.com") }
    guard isAstra else { return [] }
    return [
      "DataStax Astra takes the user name token, and an application token (AstraCS:…) as the password"
    ]
  }

  /// Cassandra closes a connection that is too many before TLS (ConnectionLimitHandler of its transport package), with
  /// an SO_LINGER of 0 (PipelineConfigurator), which makes it a RST.
  func hints(
    for failure: ConnectionFailure, in observation: Observation, target: ConnectionTarget
  ) -> [String] {
    // Whoever has said anything has taken the connection.
    guard failure.answers.isEmpty, !failure.credentialsRequested, observation.encrypted == nil,
      observation.tls?.serverSpoke != true
    else { return [] }
    return switch (failure.event, failure.stage) {
    // A RST may be there before anybody has looked whether the connection is.
    case (.reset, .connect), (.closed, .tls), (.reset, .tls), (.closed, .auth), (.reset, .auth):
      [Self.tooManyHint]
    default: []
    }
  }

  static let tooManyHint =
    "Cassandra closes a connection without a word when it has as many as native_transport_max_concurrent_connections allows"
}
