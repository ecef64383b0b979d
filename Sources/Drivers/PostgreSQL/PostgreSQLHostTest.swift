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
    let addresses: [SocketAddress]
    do throws(ConnectionFailure) {
      addresses = try NameResolver.addresses(of: host, target, deadline, progress, &clock)
    } catch {
      return PassResult(error, stages: clock.stages).observation(host: host)
    }
    progress.note(.connect, host)
    let first = pass(PostgreSQLSSLPolicy.firstPass(target.ssl.mode, host: host), at: addresses, clock)
    guard target.ssl.mode == .preferred, target.until >= .auth, let failure = first.failure,
      PostgreSQLSSLPolicy.mayGoOnInPlain(after: failure), let address = first.address
    else { return asked(about: first).observation(host: host) }
    return first.goingOnInPlain(
      after: failure, with: pass(.plain, at: [address], StageClock()), host: host, answer: answer,
      leavesTLSOpen: PostgreSQLRules.leavesTLSOpen)
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

  /// What the plain pass has shown of whether the server takes this login in plain text.
  private func answer(of failure: ConnectionFailure) -> ServerAnswer? {
    guard failure.stage >= .auth, let error = failure.error, error.origin == .server else { return nil }
    return PostgreSQLRules.leavesTLSOpen(failure) ? .refusesInPlain(error) : .takesLoginInPlain
  }

  /// Asks the server where the failure leaves open what the other kind of connection would have brought, or who
  /// it is that listens.
  private func asked(about result: PassResult) -> PassResult {
    guard let failure = result.failure, let address = result.address,
      let question = PostgreSQLQuestion(target: target, host: host, address: address, deadline: deadline)
    else { return result }
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
