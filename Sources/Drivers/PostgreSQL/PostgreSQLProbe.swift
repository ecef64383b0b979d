internal import ConnectCore
internal import Transport

/// A test that stops before the login: TCP alone, or TLS too. libpq cannot stop there, so it is not used.
struct PostgreSQLProbe {
  let target: ConnectionTarget
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
    let tlsGuard = target.until == .tls ? tlsPolicy.map(TLSGuard.init) : nil
    var outcome: Result<Session, ConnectionFailure> = .success(Session())
    if let tlsGuard {
      clock.begin(.tls)
      outcome = handshake(over: winner.connection, tlsGuard)
    }
    var result = PassResult(
      outcome: outcome, address: winner.address, addressText: winner.address.description, mode: mode,
      begun: begun, clock: clock, tlsGuard: tlsGuard,
      encrypted: tlsGuard?.acceptsCredentials == true ? true : nil)
    result.attempts = race.lostAttempts(mode: mode) + result.attempts
    return result
  }

  private func handshake(over socket: PlainSocket, _ tlsGuard: TLSGuard) -> Result<Session, ConnectionFailure>
  {
    func failed(_ event: FailureEvent, _ error: ServerError? = nil) -> Result<Session, ConnectionFailure> {
      .failure(ConnectionFailure(stage: .tls, event: event, error: error))
    }
    do throws(StreamFailure) {
      switch try PostgreSQLQuestion.askForTLS(on: socket, deadline: deadline) {
      case .yes: break
      case .no: return failed(.tlsNotOffered)
      case .error(let error): return failed(.serverReported, error)
      case .foreign(let bytes): return failed(.foreignAnswer(ForeignAnswer(recognising: bytes)))
      }
      _ = try TLSStream(over: socket, guard: tlsGuard, deadline: deadline)
      return .success(Session())
    } catch {
      return failed(error.event, error.error)
    }
  }
}
