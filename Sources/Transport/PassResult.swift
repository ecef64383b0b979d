package import ConnectCore

/// What one pass at one host brought.
package struct PassResult: Sendable {
  package var outcome: Result<Session, ConnectionFailure>
  /// The address that took the TCP connection.
  package var address: SocketAddress?
  package var tls: TLSReport?
  package var encrypted: Bool?
  package var attempts: [ConnectionAttempt] = []
  package var stages: [StageTiming] = []
  package var remarks: [Remark] = []
  /// Whether the server said nothing at all, and has not been asked about it.
  package var leavesListenerOpen = false

  package var failure: ConnectionFailure? {
    if case .failure(let failure) = outcome { failure } else { nil }
  }

  /// A failure before any connection.
  package init(_ failure: ConnectionFailure, stages: [StageTiming] = []) {
    outcome = .failure(failure)
    self.stages = stages
  }

  package init(
    outcome: Result<Session, ConnectionFailure>, address: SocketAddress?, addressText: String, mode: SSLMode,
    begun: ContinuousClock.Instant, clock: StageClock, tlsGuard: TLSGuard?, encrypted: Bool?
  ) {
    self.outcome = outcome
    self.address = address
    self.encrypted = encrypted
    tls = tlsGuard?.makeReport()
    var clock = clock
    clock.end(ok: failure == nil)
    stages = clock.stages
    attempts = [
      ConnectionAttempt(
        address: addressText, mode: mode, failure: failure,
        milliseconds: begun.duration(to: .now).milliseconds)
    ]
  }

  /// The observation that this pass makes, when it is the one that counts.
  package func observation(host: HostPort) -> Observation {
    let outcome: Outcome =
      switch self.outcome {
      case .success(let session): .connected(session)
      case .failure(let failure): .failed(failure)
      }
    return Observation(
      outcome: outcome, host: host, address: attempts.last?.address, encrypted: encrypted, tls: tls,
      attempts: attempts, stages: stages, remarks: remarks)
  }
}

extension ConnectionRace.Result {
  /// The race's losers, as attempts.
  package func lostAttempts(mode: SSLMode) -> [ConnectionAttempt] {
    entries.compactMap { entry in
      entry.failure.map {
        ConnectionAttempt(
          address: entry.address.description, mode: mode, failure: $0, milliseconds: entry.milliseconds)
      }
    }
  }
}
