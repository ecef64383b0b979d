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
  /// What the server gave and no report may show.
  package var secrets: [Secret] = []
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

  /// Puts before this pass what one at the same host has seen.
  package mutating func add(_ earlier: PassResult) {
    attempts = earlier.attempts + attempts
    remarks = earlier.remarks.filter { !remarks.contains($0) } + remarks
    secrets = earlier.secrets + secrets
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
      attempts: attempts, stages: stages, remarks: remarks, secrets: secrets)
  }
}

extension PassResult {
  /// What Preferred's two passes amount to: this one, over TLS, failed for `reason`, which allows plain text.
  ///
  /// - Parameters:
  ///   - answer: what the failure of the plain pass has shown of whether the server takes the login in plain text.
  ///   - leavesTLSOpen: whether that failure would leave open what TLS would have brought, if there were any.
  package func goingOnInPlain(
    after reason: ConnectionFailure, with second: PassResult, host: HostPort,
    answer: (ConnectionFailure) -> ServerAnswer?, leavesTLSOpen: (ConnectionFailure) -> Bool
  ) -> Observation {
    let attempts = attempts + second.attempts
    if let failure = second.failure, reason.event != .tlsNotOffered {
      // The contract: if both passes fail, the first one's failure is the report.
      var report = self
      report.attempts = attempts
      report.remarks += second.remarks + [.plainPassFailed(failure)]
      report.outcome = .failure(
        reason.adding(failure.credentialsRequested ? .takesLoginInPlain : answer(failure)))
      var observation = report.observation(host: host)
      observation.address = address?.description
      return observation
    }
    var second = second
    second.attempts = attempts
    second.stages = stages.filter { $0.stage == .resolve } + second.stages
    // A server without TLS is no failure of Preferred: what became of the login counts.
    if let failure = second.failure, leavesTLSOpen(failure) {
      second.outcome = .failure(failure.adding(.offersNoTLS))
    }
    var observation = second.observation(host: host)
    observation.fallback = Fallback(reason: reason)
    return observation
  }
}

extension ConnectionFailure {
  /// The failure with what the server answered when it was asked; nil: nothing that tells anything.
  package func adding(_ answer: ServerAnswer?) -> ConnectionFailure {
    guard let answer else { return self }
    var failure = self
    failure.answers.append(answer)
    return failure
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
