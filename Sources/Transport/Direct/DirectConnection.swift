package import ConnectCore

/// One connection to a server that speaks TLS from the first byte or not at all: opened, then talked over, then told
/// about.
///
/// What it throws is complete: the stage, what was seen, and what the server answered when it was asked.
package final class DirectConnection {
  package let target: ConnectionTarget
  package let host: HostPort
  /// The end of every wait; an engine may move it when the server has proven worth more time.
  package var deadline: Deadline {
    didSet { patience = deadline.earlier(by: deadline.reserve) }
  }
  /// nil: plain text.
  package let tlsGuard: TLSGuard?
  /// What was seen beside the outcome; the engine adds to it.
  package var remarks: [Remark] = []
  /// Whether the login was asked for, or begun; a connection that is lost before may be lost for reasons that pass.
  package var credentialsRequested = false

  private let engine: any DirectEngine
  private let progress: Progress
  private var clock = StageClock()
  private var stream: (any ByteStream)?
  private var address: SocketAddress?
  private var lost: [ConnectionAttempt] = []
  private var begun = ContinuousClock.now
  /// Whether the server has said anything, of TLS apart.
  private var heard = false
  /// What was read ahead, after a write that failed.
  private var unread: [UInt8] = []
  /// Whether it may still be asked who it is.
  private var mayAsk: Bool
  /// When to ask, while it says nothing.
  private var patience: Deadline

  /// - Parameter policy: loaded unless TLS is disabled; it is not used for a Unix socket.
  package init(
    _ engine: any DirectEngine, target: ConnectionTarget, host: HostPort, policy: TLSPolicy?,
    deadline: Deadline, progress: Progress
  ) {
    self.engine = engine
    self.target = target
    self.host = host
    self.deadline = deadline
    self.progress = progress
    tlsGuard = host.isUnixSocket ? nil : policy.map { TLSGuard($0.forHost(host.host, target.ssl)) }
    mayAsk = target.asksQuestions
    patience = deadline
  }

  /// Whether TLS is up and the certificate is as good as was demanded.
  package var isEncrypted: Bool { tlsGuard?.acceptsCredentials == true }

  /// Ends the stage before, and begins this one.
  package func begin(_ stage: ConnectionStage) {
    clock.begin(stage)
    progress.note(stage)
  }

  /// A failure at the stage that has been begun last.
  package func failure(
    _ event: FailureEvent, _ error: ServerError? = nil, answers: [ServerAnswer] = []
  ) -> ConnectionFailure {
    ConnectionFailure(
      stage: clock.current, event: event, error: error, answers: answers,
      credentialsRequested: credentialsRequested)
  }

  /// What this connection amounts to, as the pass at its host.
  package func result(_ outcome: Result<Session, ConnectionFailure>) -> PassResult {
    var result: PassResult
    if let address {
      result = PassResult(
        outcome: outcome, address: address, addressText: address.description, mode: mode, begun: begun,
        clock: clock, tlsGuard: tlsGuard,
        encrypted: tlsGuard == nil ? (heard ? false : nil) : (isEncrypted ? true : nil))
      result.attempts = lost + result.attempts
    } else {
      var clock = clock
      clock.end(ok: false)
      let failure = if case .failure(let failure) = outcome { failure } else { self.failure(.closed) }
      result = PassResult(failure, stages: clock.stages)
      result.attempts = lost
    }
    // TLS 1.3 lets the client finish before the server has judged its certificate.
    if result.failure?.stage == .tls { result.tls?.handshakeCompleted = false }
    result.remarks = remarks
    return result
  }

  /// The mode that the connection amounts to by itself.
  private var mode: SSLMode {
    if host.isUnixSocket { return .disabled }
    return target.ssl.mode == .preferred ? .required : target.ssl.mode
  }
}

// MARK: Opening

extension DirectConnection {
  /// Resolves, connects and shakes hands, as far as the target's `until` says.
  package func open() throws(ConnectionFailure) {
    progress.note(.resolve, host)
    let addresses = try resolve()
    begin(.connect)
    begun = .now
    let race = ConnectionRace<PlainSocket>.run(addresses, deadline: deadline) { PlainSocket(to: $0) }
    lost = race.lostAttempts(mode: mode)
    guard let winner = race.winner else { throw race.failure }
    address = winner.address
    progress.note(address: winner.address.description)
    stream = winner.connection
    guard target.until >= .tls else { return }
    if let tlsGuard {
      begin(.tls)
      try shakeHands(over: winner.connection, tlsGuard)
    }
    patience = deadline.earlier(by: deadline.reserve)
  }

  private func resolve() throws(ConnectionFailure) -> [SocketAddress] {
    if host.isUnixSocket {
      guard let address = SocketAddress(unixSocket: host.host) else {
        begin(.connect)
        throw failure(.other("the path of the Unix socket is too long"))
      }
      return [address]
    }
    let name = host.address ?? host.host
    if !isNumericAddress(name) { begin(.resolve) }
    switch NameResolver.addresses(
      of: name, port: host.port, family: target.addressFamily, deadline: deadline)
    {
    case .success(let found): return found
    case .failure(let failure): throw ConnectionFailure(stage: .resolve, event: failure.event)
    }
  }

  private func shakeHands(over socket: PlainSocket, _ tlsGuard: TLSGuard) throws(ConnectionFailure) {
    let reserved = deadline.earlier(by: deadline.reserve)
    var answer: ServerAnswer?
    do throws(StreamFailure) {
      stream = try TLSStream(over: socket, guard: tlsGuard, deadline: deadline, patience: reserved) {
        answer = self.answerInPlain()
        return answer != nil
      }
    } catch {
      var failure = failure(error.event, error.error)
      if leavesPlainOpen(failure, tlsGuard) { answer = answer ?? answerInPlain() }
      failure = failure.adding(answer)
      throw failure
    }
    if target.until == .tls { try awaitVerdict(tlsGuard) }
  }

  /// Whether the failure may be what TLS looks like to a server that has none.
  private func leavesPlainOpen(_ failure: ConnectionFailure, _ tlsGuard: TLSGuard) -> Bool {
    guard !tlsGuard.serverSpokeTLS else { return false }
    return switch failure.event {
    case .closed, .reset, .timedOut: true
    case .notTLS(let answer):
      answer.protocolName == nil || answer.protocolName == target.engine.traits.displayName
    default: false
    }
  }

  /// With TLS 1.3 the client's handshake is over before the server has looked at its certificate: only an answer, or
  /// an alert, tells how that went (RFC 8446 section 4.4.2.4). Who tests the login hears it there.
  private func awaitVerdict(_ tlsGuard: TLSGuard) throws(ConnectionFailure) {
    guard tlsGuard.judgesClientLate, let stream else { return }
    do throws(StreamFailure) {
      _ = try engine.greet(over: stream, deadline: deadline.orSooner(in: .seconds(1)))
    } catch {
      // A server that does not answer this message has not refused the certificate by that.
      guard error.event != .timedOut else { return }
      throw failure(error.event, error.error)
    }
  }
}

// MARK: Talking

extension DirectConnection {
  /// Writes all bytes. A server that has spoken and hung up takes none, and what it said is there to be read then.
  package func write(_ bytes: [UInt8]) throws(ConnectionFailure) {
    do throws(StreamFailure) {
      guard let stream else { throw StreamFailure(.closed) }
      try stream.write(bytes, deadline: deadline)
    } catch {
      guard case .reset = error.event, unread.isEmpty, let stream,
        let last = try? stream.read(atMost: 16_384, deadline: Deadline(seconds: 0))
      else { throw complete(error) }
      unread = last
    }
  }

  /// Reads what is there, at least one byte, at most `limit`.
  package func read(atMost limit: Int = 16_384) throws(ConnectionFailure) -> [UInt8] {
    if !unread.isEmpty {
      heard = true
      defer { unread.removeFirst(min(limit, unread.count)) }
      return Array(unread.prefix(limit))
    }
    do throws(StreamFailure) {
      guard let stream else { throw StreamFailure(.closed) }
      let bytes = try readPatiently(from: stream, limit)
      heard = true
      return bytes
    } catch {
      throw complete(error)
    }
  }

  /// Reads exactly `count` bytes.
  package func read(exactly count: Int) throws(ConnectionFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += try read(atMost: count - bytes.count) }
    return bytes
  }

  /// While a plain connection has brought nothing, the last of the time is kept for the question who it is.
  private func readPatiently(from stream: any ByteStream, _ limit: Int) throws(StreamFailure) -> [UInt8] {
    guard tlsGuard == nil, !heard, mayAsk, let address, !host.isUnixSocket else {
      return try stream.read(atMost: limit, deadline: deadline)
    }
    do throws(StreamFailure) {
      return try stream.read(atMost: limit, deadline: patience)
    } catch {
      guard error.event == .timedOut else { throw error }
      mayAsk = false
      if let answer = listener(at: address) { throw StreamFailure(.timedOut, answer: answer) }
      return try stream.read(atMost: limit, deadline: deadline)
    }
  }

  /// The failure with its stage, and with what the server answers to a question about it.
  private func complete(_ failure: StreamFailure) -> ConnectionFailure {
    var complete = self.failure(failure.event, failure.error, answers: failure.answer.map { [$0] } ?? [])
    if case .alert(let alert) = failure.event, alert.received, !heard { complete.stage = .tls }
    guard tlsGuard == nil, !heard, mayAsk, let address, !host.isUnixSocket else { return complete }
    switch failure.event {
    case .closed, .reset:
      mayAsk = false
      return complete.adding(listener(at: address))
    default:
      return complete
    }
  }

  // MARK: Questions

  /// The engine's harmless message in plain text, to a server that did not react to TLS.
  private func answerInPlain() -> ServerAnswer? {
    guard mayAsk, let address else { return nil }
    mayAsk = false
    return DirectQuestion(address: address, deadline: deadline).inPlain(engine)
  }

  private func listener(at address: SocketAddress) -> ServerAnswer? {
    TLSPolicy.unverified(for: target, host: host.host).flatMap {
      DirectQuestion(address: address, deadline: deadline).listener($0)
    }
  }
}
