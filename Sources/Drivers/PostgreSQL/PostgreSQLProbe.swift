internal import ConnectCore
internal import Transport

/// A test that stops before the login: TCP alone, or TLS too. libpq cannot stop there, so it is not used.
struct PostgreSQLProbe {
  let target: ConnectionTarget
  let host: HostPort
  /// Loaded when TLS is wanted.
  let tlsPolicy: TLSPolicy?
  let deadline: Deadline

  func run(at addresses: [SocketAddress], clock: StageClock) -> PassResult {
    var clock = clock
    clock.begin(.connect)
    let begun = ContinuousClock.now
    let mode =
      target.until == .connect
      ? target.ssl.mode : PostgreSQLSSLPolicy.Pass.encrypted.mode(of: target.ssl.mode)
    let race = ConnectionRace<PlainSocket>.run(addresses, deadline: deadline) { PlainSocket(to: $0) }
    guard let winner = race.winner else {
      clock.end(ok: false)
      var result = PassResult(race.failure, stages: clock.stages)
      result.attempts = race.lostAttempts(mode: mode)
      return result
    }
    let tlsGuard = target.until == .tls ? tlsPolicy.map { TLSGuard($0) } : nil
    var outcome: Result<Session, ConnectionFailure> = .success(Session())
    if let tlsGuard {
      clock.begin(.tls)
      outcome = handshake(over: winner.connection, tlsGuard, at: winner.address)
    }
    var result = PassResult(
      outcome: outcome, address: winner.address, addressText: winner.address.description, mode: mode,
      begun: begun, clock: clock, tlsGuard: tlsGuard,
      encrypted: tlsGuard?.acceptsCredentials == true ? true : nil)
    result.attempts = race.lostAttempts(mode: mode) + result.attempts
    return result
  }

  private func handshake(
    over socket: PlainSocket, _ tlsGuard: TLSGuard, at address: SocketAddress
  ) -> Result<Session, ConnectionFailure> {
    func failed(
      _ event: FailureEvent, _ error: ServerError? = nil, answer: ServerAnswer? = nil
    ) -> Result<Session, ConnectionFailure> {
      let answers = answer.map { [$0] } ?? []
      return .failure(ConnectionFailure(stage: .tls, event: event, error: error, answers: answers))
    }
    var question = PostgreSQLQuestion(
      target: target, host: host, address: address, deadline: deadline)
    do throws(StreamFailure) {
      try socket.write(PostgreSQLMessages.sslRequest, deadline: deadline)
      let patience = deadline.earlier(by: deadline.reserve)
      if wait(for: Int16(POLLIN), on: socket.descriptor, until: patience) == 0 {
        let listener = question?.listener()
        question = nil
        if let listener { return failed(.timedOut, answer: listener) }
      }
      let offer = try TLSAnswer(from: socket.descriptor, deadline: deadline)
      question = nil
      switch offer {
      // One byte only: what follows it belongs to TLS.
      case .yes: _ = try socket.read(exactly: 1, deadline: deadline)
      case .no: return failed(.tlsNotOffered)
      case .error(let error): return failed(.serverReported, error)
      case .foreign(let answer): return failed(.foreignAnswer(answer))
      case .incomplete: return failed(.closed)
      }
      _ = try TLSStream(over: socket, guard: tlsGuard, deadline: deadline)
      return .success(Session())
    } catch {
      let failure = ConnectionFailure(stage: .tls, event: error.event)
      let listener = PostgreSQLRules.leavesListenerOpen(failure) ? question?.listener() : nil
      return failed(error.event, error.error, answer: listener)
    }
  }
}
