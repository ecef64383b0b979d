internal import ConnectCore
internal import Transport

/// The test of one host: resolve, then one pass, or two where Preferred may go on in plain text.
struct PostgreSQLHostTest {
  let target: ConnectionTarget
  let host: HostPort
  let libpq: LibPQ?
  /// Loaded unless TLS is disabled.
  let tlsPolicy: TLSPolicy?
  let deadline: Deadline
  let progress: Progress

  func run() -> Observation {
    var clock = StageClock()
    var addresses: [SocketAddress] = []
    if !host.isUnixSocket {
      let name = host.address ?? host.host
      if !isNumericAddress(name) { clock.begin(.resolve) }
      progress.note(.resolve, host)
      switch NameResolver.addresses(
        of: name, port: host.port, family: target.addressFamily, deadline: deadline)
      {
      case .success(let found): addresses = found
      case .failure(let failure):
        clock.end(ok: false)
        return PassResult(ConnectionFailure(stage: .resolve, event: failure.event), stages: clock.stages)
          .observation(host: host)
      }
    }
    progress.note(.connect, host)
    let first = pass(PostgreSQLSSLPolicy.firstPass(target.ssl.mode, host: host), at: addresses, clock)
    guard target.ssl.mode == .preferred, target.until >= .auth, let failure = first.failure,
      PostgreSQLSSLPolicy.mayGoOnInPlain(after: failure), let address = first.address
    else { return asked(about: first).observation(host: host) }
    return goOnInPlain(after: first, failure, at: address)
  }

  private func pass(
    _ pass: PostgreSQLSSLPolicy.Pass, at addresses: [SocketAddress], _ clock: StageClock
  ) -> PassResult {
    let policy = pass == .encrypted ? tlsPolicy?.forHost(host.host, target.ssl) : nil
    guard let libpq, target.until >= .auth || host.isUnixSocket else {
      return PostgreSQLProbe(target: target, host: host, tlsPolicy: policy, deadline: deadline).run(
        at: addresses, clock: clock)
    }
    return PostgreSQLPass(
      libpq: libpq, target: target, host: host, pass: pass, tlsPolicy: policy, deadline: deadline,
      progress: progress
    ).run(at: addresses, clock: clock)
  }

  /// The second pass of Preferred.
  private func goOnInPlain(
    after first: PassResult, _ reason: ConnectionFailure, at address: SocketAddress
  ) -> Observation {
    var second = pass(.plain, at: [address], StageClock())
    let attempts = first.attempts + second.attempts
    if let failure = second.failure, reason.event != .tlsNotOffered {
      // The contract: if both passes fail, the first one's failure is the report.
      var report = first
      report.attempts = attempts
      report.remarks += second.remarks + [.plainPassFailed(failure)]
      report.outcome = .failure(reason.adding(answer(of: failure)))
      var observation = report.observation(host: host)
      observation.address = address.description
      return observation
    }
    second.attempts = attempts
    second.stages = first.stages.filter { $0.stage == .resolve } + second.stages
    // A server without TLS is no failure of Preferred: what became of the login counts.
    if let failure = second.failure, PostgreSQLRules.leavesTLSOpen(failure) {
      second.outcome = .failure(failure.adding(.offersNoTLS))
    }
    var observation = second.observation(host: host)
    observation.fallback = Fallback(reason: reason)
    return observation
  }

  /// What the plain pass has shown of whether the server takes this login in plain text.
  private func answer(of failure: ConnectionFailure) -> ServerAnswer? {
    if failure.credentialsRequested { return .takesLoginInPlain }
    guard failure.stage >= .auth, let error = failure.error, error.origin == .server else { return nil }
    return PostgreSQLRules.leavesTLSOpen(failure) ? .refusesInPlain(error) : .takesLoginInPlain
  }

  /// Asks the server where the failure leaves open what the other kind of connection would have brought, or who
  /// it is that listens.
  private func asked(about result: PassResult) -> PassResult {
    guard target.asksQuestions, let failure = result.failure, let address = result.address
    else { return result }
    let question = PostgreSQLQuestion(target: target, host: host, address: address, deadline: deadline)
    var result = result
    if PostgreSQLRules.leavesTLSOpen(failure) {
      let answer = result.encrypted == true ? question.inPlain() : question.overTLS()
      result.outcome = .failure(failure.adding(answer))
    } else if result.leavesListenerOpen {
      result.outcome = .failure(failure.adding(question.listener()))
    }
    return result
  }
}

extension ConnectionFailure {
  fileprivate func adding(_ answer: ServerAnswer?) -> ConnectionFailure {
    guard let answer else { return self }
    var failure = self
    failure.answers.append(answer)
    return failure
  }
}
