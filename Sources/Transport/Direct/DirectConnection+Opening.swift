package import ConnectCore

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
      guard isGivenSocket else {
        throw failure(.other("the server was said to be at a Unix socket, \(host.host)"))
      }
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
      let encrypted = try TLSStream(
        over: socket, guard: tlsGuard, applicationProtocols: engine.applicationProtocols, deadline: deadline,
        patience: reserved
      ) {
        answer = self.answerInPlain()
        return answer != nil
      }
      applicationProtocol = encrypted.applicationProtocol
      stream = encrypted
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
