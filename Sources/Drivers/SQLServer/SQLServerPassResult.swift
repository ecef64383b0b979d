internal import ConnectCore
internal import Transport

/// What one pass at one host brought.
struct SQLServerPassResult {
  let mode: SSLMode
  var outcome: Result<Session, ConnectionFailure> = .failure(
    ConnectionFailure(stage: .connect, event: .timedOut))
  /// The address of the server that the outcome is about.
  var address: SocketAddress?
  /// The address that took the first connection, where the server sent the login on to another.
  var redirectedFrom: SocketAddress?
  var tls: TLSReport?
  var encrypted: Bool?
  var attempts: [ConnectionAttempt] = []
  var clock: StageClock
  var remarks: [Remark] = []

  init(mode: SSLMode, clock: StageClock) {
    self.mode = mode
    self.clock = clock
  }

  var failure: ConnectionFailure? {
    if case .failure(let failure) = outcome { failure } else { nil }
  }

  /// Keeps what the guard has seen.
  mutating func take(_ tlsGuard: TLSGuard?) {
    tls = tlsGuard?.makeReport()
    // TLS 1.3 lets the client finish before the server has judged its certificate: a handshake that the server then
    // refuses did not end well.
    if failure?.stage == .tls { tls?.handshakeCompleted = false }
  }

  /// Ends the clock, and notes the attempts at the servers that took a connection.
  mutating func end(_ connected: SQLServerPass.Connected) {
    clock.end(ok: failure == nil)
    let milliseconds = connected.begun.duration(to: .now).milliseconds
    func attempt(_ address: SocketAddress, _ failure: ConnectionFailure?) -> ConnectionAttempt {
      ConnectionAttempt(
        address: address.description, mode: mode, failure: failure, milliseconds: milliseconds)
    }
    if let redirectedFrom { attempts.append(attempt(redirectedFrom, nil)) }
    attempts.append(attempt(address ?? connected.address, failure))
  }

  /// The observation that this pass makes, when it is the one that counts.
  func observation(host: HostPort) -> Observation {
    let outcome: Outcome =
      switch self.outcome {
      case .success(let session): .connected(session)
      case .failure(let failure): .failed(failure)
      }
    return Observation(
      outcome: outcome, host: host, address: address?.description ?? attempts.last?.address,
      encrypted: encrypted,
      tls: tls, attempts: attempts, stages: clock.stages, remarks: remarks)
  }
}
