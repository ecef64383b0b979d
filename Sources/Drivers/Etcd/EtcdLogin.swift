internal import ConnectCore
internal import Transport

/// The member's state, the login, and a read that proves it.
struct EtcdLogin {
  private let dialogue: EtcdDialogue<DirectConnection>
  private let connection: DirectConnection
  private var target: ConnectionTarget { connection.target }

  init(_ dialogue: EtcdDialogue<DirectConnection>, _ connection: DirectConnection) {
    self.dialogue = dialogue
    self.connection = connection
  }

  func run() throws(ConnectionFailure) -> Session {
    let status = try dialogue.status()
    let needsRead = try logIn()
    guard target.until >= .query else { return Session() }
    connection.begin(.query)
    if needsRead { try proveLogin() }
    connection.remarks += status.errors.map { .serverNotice($0) }
    let identity = EtcdIdentity(status, members(), port: connection.host.port)
    if let urls = identity.urlsBesidePeerPort { connection.remarks.append(.peerPort(clientURLs: urls)) }
    return Session(server: identity.server)
  }

  /// Logs in, where that is needed.
  ///
  /// A read without a token tells: it works where authentication is off, and for whom the client certificate names. So
  /// a password goes only to a server that has use for it.
  /// - Returns: whether the login is yet to be proven by a read.
  private func logIn() throws(ConnectionFailure) -> Bool {
    let refusal = try refusalOfRead()
    guard let refusal else {
      // A user who is named comes before the one of the certificate; without one, authentication is off.
      if certificateUser != nil, target.user != nil, target.password != nil { return try authenticate() }
      if target.user != nil || target.password != nil { connection.remarks.append(remarkOnLogin) }
      return false
    }
    let needsLogin = EtcdErrors.says(EtcdErrors.loginNeeded, refusal)
    let isDenied = EtcdErrors.says(EtcdErrors.permissionDenied, refusal)
    guard needsLogin || isDenied else { throw connection.failure(.serverReported, refusal) }
    connection.credentialsRequested = true
    if target.password != nil { return try authenticate() }
    guard isDenied, let certificateUser else { throw connection.failure(.serverReported, refusal) }
    try prove(certificateUser, refusal)
    return false
  }

  /// Whom the client certificate names, if the server got one; whether etcd heeds it is told by a read.
  private var certificateUser: String? {
    connection.tlsGuard?.presentedCommonName.flatMap { $0.isEmpty ? nil : $0 }
  }

  private var remarkOnLogin: Remark {
    certificateUser != nil ? .userNotNamed : .authenticationDisabled
  }

  private func authenticate() throws(ConnectionFailure) -> Bool {
    guard let user = target.user, !user.isEmpty else { throw connection.failure(EtcdErrors.noUser) }
    connection.credentialsRequested = true
    if !connection.isEncrypted { connection.remarks.append(.passwordSentInClear) }
    let login = EtcdRequest.authenticate(user: user, password: target.password?.exposed ?? "")
    switch try dialogue.call(login) {
    case .success(let message):
      let token = try dialogue.read { () throws(ProtobufReader.Malformed) in
        try EtcdLoginAnswer.token(message)
      }
      guard let token, !token.isEmpty else { throw connection.failure(EtcdErrors.malformed) }
      dialogue.token = token
      return true
    case .failure(let error):
      let refusal = EtcdErrors.error(error)
      guard EtcdErrors.says(EtcdErrors.authenticationOff, refusal) else {
        throw connection.failure(.serverReported, refusal)
      }
      connection.remarks.append(.authenticationDisabled)
      return false
    }
  }

  /// What a user may read is the administrator's business: to be refused as this user is to be logged in.
  private func proveLogin() throws(ConnectionFailure) {
    guard let refusal = try refusalOfRead() else { return }
    guard EtcdErrors.says(EtcdErrors.permissionDenied, refusal) else {
      throw connection.failure(.serverReported, refusal)
    }
    connection.remarks.append(.keyNotReadable(EtcdRequest.key, words: refusal.text))
  }

  /// A certificate that names nobody whom etcd knows is refused like one that names a user without rights. Only who is
  /// somebody may ask for his own roles.
  private func prove(_ name: String, _ refusal: ServerError) throws(ConnectionFailure) {
    if case .failure(let error) = try dialogue.call(.roles(ofUser: name)) {
      throw connection.failure(.serverReported, EtcdErrors.error(error))
    }
    connection.remarks.append(.keyNotReadable(EtcdRequest.key, words: refusal.text))
  }

  private func refusalOfRead() throws(ConnectionFailure) -> ServerError? {
    if case .failure(let error) = try dialogue.call(.read) { EtcdErrors.error(error) } else { nil }
  }

  /// nil: it is not told to everybody, or not now. The session has been proven: nothing that goes wrong here ends the
  /// test.
  private func members() -> EtcdMembers? {
    let whole = connection.deadline
    let end = whole.earlier(by: min(.milliseconds(100), whole.remaining / 4))
    connection.deadline = end.orSooner(in: .seconds(1))
    guard let answer = try? dialogue.call(.memberList), case .success(let message) = answer else {
      return nil
    }
    return try? EtcdMembers(message)
  }
}
