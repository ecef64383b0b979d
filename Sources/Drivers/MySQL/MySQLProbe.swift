internal import ConnectCore
internal import Transport

/// A test that stops before the login: TCP alone, or TLS too. libmariadb cannot stop there, so it is not used.
struct MySQLProbe {
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
      ? target.ssl.mode : MySQLSSLPolicy.Pass.encrypted.mode(of: target.ssl.mode)
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
      .failure(
        ConnectionFailure(stage: .tls, event: event, error: error, answers: answer.map { [$0] } ?? []))
    }
    var listener =
      target.asksQuestions
      ? MySQLListener(target: target, host: host, address: address, deadline: deadline) : nil
    do throws(StreamFailure) {
      let patience = deadline.earlier(by: deadline.reserve)
      if let asked = listener, wait(for: Int16(POLLIN), on: socket.descriptor, until: patience) == 0 {
        listener = nil
        if let answer = asked.ask() { return failed(.timedOut, answer: answer) }
      }
      var bytes: [UInt8] = []
      var packet = MySQLFirstPacket.incomplete
      while packet == .incomplete {
        bytes += try socket.read(atMost: 4_096, deadline: deadline)
        packet = MySQLFirstPacket(bytes)
        listener = nil
      }
      switch packet {
      case .greeting(let greeting):
        guard greeting.offersTLS else { return failed(.tlsNotOffered) }
        guard MySQLFirstPacket.surplus(of: bytes).isEmpty else {
          return failed(MySQLErrors.surplusBeforeTLS)
        }
      case .error(let error): return failed(.serverReported, error)
      case .foreign(let answer): return failed(.foreignAnswer(answer))
      case .incomplete: return failed(.closed)
      }
      try socket.write(MySQLMessages.sslRequest, deadline: deadline)
      _ = try TLSStream(over: socket, guard: tlsGuard, deadline: deadline)
      return .success(Session())
    } catch {
      let failure = ConnectionFailure(stage: .tls, event: error.event)
      return failed(error.event, error.error, answer: failure.isLoss ? listener?.ask() : nil)
    }
  }
}

/// The one message of the protocol that is sent without the library (MySQL internals, "Protocol::SSLRequest").
enum MySQLMessages {
  /// Packet 1 of 32 bytes: CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION and CLIENT_PLUGIN_AUTH, a
  /// largest packet of 16 MiB, utf8mb4, and zeros.
  static let sslRequest: [UInt8] =
    [32, 0, 0, 1] + [0x00, 0x8A, 0x08, 0x00] + [0, 0, 0, 1] + [45] + [UInt8](repeating: 0, count: 23)
}
