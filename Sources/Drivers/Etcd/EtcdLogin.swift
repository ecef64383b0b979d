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
    connection.remarks.append(.toldVersion)
    if connection.isEncrypted, connection.applicationProtocol != "h2" {
      connection.remarks.append(.protocolNotAgreed("h2", client: "gRPC's newer clients"))
    }
    let login = try logIn()
    guard target.until >= .query else { return Session() }
    connection.begin(.query)
    if login == .toBeProven { try proveLogin() }
    connection.remarks += status.errors.map { .serverNotice($0) }
    let identity = EtcdIdentity(status, members(), port: connection.host.port)
    if let urls = identity.urlsBesidePeerPort { connection.remarks.append(.peerPort(clientURLs: urls)) }
    return Session(server: identity.server)
  }

  private enum Login {
    case proven
    /// Nothing has been read yet.
    case toBeProven
  }

  /// Logs in: with user and password at once, as etcdctl does, and else by what a read without a token says. That one
  /// works where authentication is off, for whom the client certificate names, and for everybody where something in
  /// front of etcd shows it a certificate.
  private func logIn() throws(ConnectionFailure) -> Login {
    if let user = target.user, !user.isEmpty, let password = target.password {
      try authenticate(user, password)
      return .toBeProven
    }
    guard let refusal = try refusalOfRead() else {
      tellLogin(isOff: hasHalfALogin || presentsCertificate ? authenticationIsOff() : true)
      return .proven
    }
    if EtcdErrors.says(EtcdErrors.loginNeeded, refusal) {
      connection.credentialsRequested = true
      throw target.password == nil
        ? connection.failure(.serverReported, refusal) : connection.failure(EtcdErrors.noUser, refusal)
    }
    guard EtcdErrors.says(EtcdErrors.permissionDenied, refusal), presentsCertificate else {
      throw connection.failure(.serverReported, refusal)
    }
    guard let certificateUser else { throw connection.failure(EtcdErrors.namelessCertificate, refusal) }
    try prove(certificateUser, refusal)
    tellLogin(isOff: false)
    return .proven
  }

  /// Of a user and a password only one is there, which etcd has no use for.
  private var hasHalfALogin: Bool { target.user?.isEmpty == false || target.password != nil }

  private var presentsCertificate: Bool { connection.tlsGuard?.presentsCertificate == true }

  /// Whom the client certificate names, if the server got one; whether etcd heeds it is told by a read.
  private var certificateUser: String? {
    connection.tlsGuard?.presentedCommonName.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Says whose login it was, where that is not the user who was given.
  private func tellLogin(isOff: Bool?) {
    if isOff == true {
      if hasHalfALogin { connection.remarks.append(.authenticationDisabled) }
      return
    }
    if hasHalfALogin { connection.remarks.append(.userNotNamed) }
    if isOff == false, let certificateUser { connection.remarks.append(.userOfCertificate(certificateUser)) }
  }

  /// Whether etcd says that its authentication is off; nil: it says neither. Nobody's login with no password tells, in
  /// all versions; the method AuthStatus is for the administrator alone, and there from 3.5 on.
  /// The read has worked: nothing that goes wrong here ends the test.
  private func authenticationIsOff() -> Bool? {
    let whole = connection.deadline
    connection.deadline = whole.orSooner(in: min(.seconds(1), whole.remaining / 4))
    defer { connection.deadline = whole }
    guard case .failure(let error)? = try? dialogue.call(.authenticate(user: "", password: "")) else {
      return nil
    }
    let refusal = EtcdErrors.error(error)
    if EtcdErrors.says(EtcdErrors.authenticationOff, refusal) { return true }
    return EtcdErrors.says(EtcdErrors.wrongLogin, refusal) ? false : nil
  }

  private func authenticate(_ user: String, _ password: Secret) throws(ConnectionFailure) {
    connection.credentialsRequested = true
    if !connection.isEncrypted { connection.remarks.append(.passwordGivenInClear) }
    switch try dialogue.call(.authenticate(user: user, password: password.exposed)) {
    case .success(let message):
      let token = try dialogue.read { () throws(ProtobufReader.Malformed) in
        try EtcdLoginAnswer.token(message)
      }
      connection.secrets.append(Secret(token))
      dialogue.token = token
    case .failure(let error):
      let refusal = EtcdErrors.error(error)
      guard EtcdErrors.says(EtcdErrors.authenticationOff, refusal) else {
        throw connection.failure(.serverReported, refusal)
      }
      connection.remarks.append(.authenticationDisabled)
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
