internal import ConnectCore
internal import Transport

/// The login by db-lib over a connection that is ready for it, and the questions after it.
struct SQLServerLogin {
  let lib: DBLib
  let target: ConnectionTarget
  let host: HostPort
  let deadline: Deadline
  let progress: Progress

  /// What came of it.
  struct Ending {
    var outcome: Result<Session, ConnectionFailure>
    var clock: StageClock
    var redirection: HostPort?
    var remarks: [Remark] = []
  }

  /// `reroute` connects to where the server sends the login on to.
  func run(
    over upstream: TDSUpstream, clock: StageClock,
    reroute: @escaping (HostPort) -> Result<TDSUpstream, ConnectionFailure>
  ) -> Ending {
    var clock = clock
    // A plain pass is there since PRELOGIN.
    if clock.current != .auth { clock.begin(.auth) }
    progress.note(.auth)
    func failed(_ event: FailureEvent) -> Ending {
      Ending(outcome: .failure(ConnectionFailure(stage: .auth, event: event)), clock: clock)
    }
    guard let turn = OpeningTurn.take(by: deadline) else { return failed(.timedOut) }
    // Longer than the relay's time, so that what ends a call is the relay.
    let seconds = Int(deadline.remaining.components.seconds) + 3
    guard let door = LoopbackDoor(),
      let configuration = PrivateConfiguration(port: door.port, seconds: seconds)
    else {
      return failed(.other("the system gives no loopback port or no memory file: \(systemErrorText(errno))"))
    }
    let password = target.password?.exposed ?? ""
    let session = DBLibSession(
      lib: lib, user: target.user ?? "", placeholder: Login7.placeholder(for: password),
      database: target.database,
      application: target.parameters["application_name"] ?? "tablepro-connect",
      batches: target.until == .query
        ? [SQLServerIdentity.question, SQLServerIdentity.encryptionQuestion] : [])
    let work = BackgroundWork {
      // db-lib may come when the relay has gone: nobody else shall have the port then.
      withExtendedLifetime(door) { session.run(configuration, turn: turn) }
    }
    guard let work else { return failed(.other("no thread could be had: \(systemErrorText(errno))")) }
    var relay = TDSRelay(
      upstream: upstream, clock: clock, serverName: host.host, password: target.password, door: door,
      work: work, turn: turn,
      stopsWhenAccepted: target.until == .auth, deadline: deadline, progress: progress, reroute: reroute)
    let end = relay.run()
    var ending = Ending(
      outcome: outcome(of: end, relay), clock: relay.clock, redirection: relay.redirection)
    if relay.hasSentLogin, !relay.upstream.isEncrypted, target.password?.exposed.isEmpty == false {
      ending.remarks.append(.passwordObfuscated)
    }
    if case .finished(let result) = end, result.answers.count > 1,
      let says = SQLServerIdentity.isEncrypted(result.answers[1]), says != relay.upstream.isEncrypted
    {
      ending.remarks.append(.encryptionDisputed(serverSaysEncrypted: says))
    }
    return ending
  }

  private func outcome(of end: TDSRelay.End, _ relay: TDSRelay) -> Result<Session, ConnectionFailure> {
    func failed(_ event: FailureEvent, _ error: ServerError? = nil) -> Result<Session, ConnectionFailure> {
      .failure(
        ConnectionFailure(
          stage: relay.stage, event: event, error: error, credentialsRequested: relay.hasSentLogin))
    }
    switch end {
    case .accepted: return .success(Session())
    case .timedOut: return failed(.timedOut)
    case .broken(let failure, let result):
      // A server may close behind its last answer.
      if relay.hasAnswered, let session = result.flatMap(session) { return .success(session) }
      // A server that refuses a login closes the connection too, maybe before db-lib has heard all of it.
      guard let error = result.flatMap({ SQLServerErrors.error($0.fromServer) }) else {
        return .failure(failure)
      }
      return failed(.serverReported, error)
    case .finished(let result):
      if let session = session(result), relay.hasAnswered { return .success(session) }
      if let error = SQLServerErrors.error(result.fromServer) { return failed(.serverReported, error) }
      let words = result.fromLibrary.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        .joined(separator: "\n")
      // db-lib has followed the server somewhere by itself, without our TLS; it has no password to give there.
      guard !result.opened else { return failed(.other("the server led the client library to another one")) }
      guard !words.isEmpty else { return failed(.other("the client library gave no reason")) }
      return failed(.other(words), ServerError(text: words, origin: .library("FreeTDS")))
    }
  }

  /// nil: the first question got no answer.
  private func session(_ result: DBLibResult) -> Session? {
    guard result.opened, let rows = result.answers.first ?? nil else { return nil }
    return Session(server: rows.first.flatMap(SQLServerIdentity.identity))
  }
}
