internal import ConnectCore
internal import Transport

/// OPTIONS, STARTUP, the login, who answers, and the keyspace.
struct CassandraLogin {
  private let dialogue: CassandraDialogue
  private let connection: DirectConnection
  private var target: ConnectionTarget { connection.target }

  init(_ dialogue: CassandraDialogue, _ connection: DirectConnection) {
    self.dialogue = dialogue
    self.connection = connection
  }

  func run() throws(ConnectionFailure) -> Session {
    let version = dialogue.version
    guard case .supported(let options) = try dialogue.ask(CQLRequest.options(version: version)) else {
      throw connection.failure(CassandraErrors.malformed)
    }
    let authenticator = try start()
    guard target.until >= .query else { return Session() }
    connection.begin(.query)
    let server = try identify(options: options, authenticator: authenticator)
    if let keyspace = target.database, !keyspace.isEmpty {
      _ = try dialogue.ask(CQLRequest.query(CQLRequest.use(keyspace), version: version))
    }
    return Session(server: server)
  }

  /// Initializes the connection and logs in.
  ///
  /// - Returns: the class name of the authenticator; nil: no login was asked for.
  private func start() throws(ConnectionFailure) -> String? {
    let answer = try dialogue.ask(CQLRequest.startup(version: dialogue.version))
    dialogue.isInitialized()
    switch answer {
    case .ready:
      if target.password != nil { connection.remarks.append(.passwordNotAsked) }
      return nil
    case .authenticate(let className):
      connection.credentialsRequested = true
      try logIn(className)
      return className
    default: throw connection.failure(CassandraErrors.malformed)
    }
  }

  private func logIn(_ className: String) throws(ConnectionFailure) {
    let authenticator = CassandraAuthenticator(className: className)
    guard authenticator != .refused else { throw connection.failure(CassandraErrors.unspoken(className)) }
    if authenticator == .certificate {
      try expectSuccess(try send([]), className)
      return
    }
    guard let password = target.password else {
      throw connection.failure(CassandraErrors.noLogin(className))
    }
    guard let user = target.user else {
      throw connection.failure(CassandraErrors.noLogin(className, userIsMissing: true))
    }
    guard authenticator != .unknown || isVerified else {
      throw connection.failure(CassandraErrors.unverified(className))
    }
    if authenticator == .announcedPlain {
      guard case .authChallenge(let challenge) = try send(Array("PLAIN".utf8)),
        challenge == Array("PLAIN-START".utf8)
      else { throw connection.failure(CassandraErrors.unexpectedChallenge(className)) }
    }
    if !connection.isEncrypted { connection.remarks.append(.passwordSentInClear) }
    let token = CQLRequest.plainToken(user: user, password: password.exposed)
    try expectSuccess(try send(token), className)
    if authenticator == .transitional { connection.remarks.append(.passwordNotProven(className)) }
  }

  /// Whether it is known who gets the password.
  private var isVerified: Bool { connection.isEncrypted && target.ssl.mode >= .verifyCA }

  private func send(_ token: [UInt8]) throws(ConnectionFailure) -> CQLResponse {
    try dialogue.ask(CQLRequest.authResponse(token, version: dialogue.version))
  }

  private func expectSuccess(_ response: CQLResponse, _ className: String) throws(ConnectionFailure) {
    switch response {
    case .authSuccess: return
    case .authChallenge: throw connection.failure(CassandraErrors.unexpectedChallenge(className))
    default: throw connection.failure(CassandraErrors.malformed)
    }
  }

  private func identify(
    options: [String: [String]], authenticator: String?
  ) throws(ConnectionFailure) -> ServerIdentity {
    let text = "SELECT release_version, cluster_name, data_center FROM system.local"
    var local: [String: String] = [:]
    switch try dialogue.answer(to: CQLRequest.query(text, version: dialogue.version)) {
    case .rows(let row): local = row
    case .error(let code, let text):
      let error = CassandraErrors.error(code: code, text: text)
      // An account that may not read this table may have rights on a keyspace all the same.
      guard connection.credentialsRequested, CassandraRules.deniesOnlyPermission(error) else {
        throw connection.failure(.serverReported, error)
      }
      connection.remarks.append(.identityWithheld(table: "system.local"))
    default: throw connection.failure(CassandraErrors.malformed)
    }
    var identity = CassandraIdentity(options: options, authenticator: authenticator, local: local)
    // An older ScyllaDB has no such table, and who may not read it is connected all the same.
    if let query = identity.versionQuery,
      case .rows(let row) = try dialogue.answer(to: CQLRequest.query(query.text, version: dialogue.version))
    {
      identity.ownVersion = row[query.column]
    }
    return identity.server
  }
}
