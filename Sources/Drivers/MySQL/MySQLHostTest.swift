internal import ConnectCore
internal import Transport

/// The test of one host: resolve, then one pass, or two where Preferred may go on in plain text.
struct MySQLHostTest {
  let target: ConnectionTarget
  let host: HostPort
  let libmariadb: LibMariaDB?
  /// Loaded unless TLS is disabled.
  let tlsPolicy: TLSPolicy?
  let deadline: Deadline
  let progress: Progress

  func run() -> Observation {
    var clock = StageClock()
    var addresses: [SocketAddress]
    do throws(ConnectionFailure) {
      addresses = try NameResolver.addresses(of: host, target, deadline, progress, &clock)
    } catch {
      return PassResult(error, stages: clock.stages).observation(host: host)
    }
    progress.note(.connect, host)
    if host.isUnixSocket, target.until < .auth {
      // libmariadb cannot stop there: it would log in.
      guard let address = SocketAddress(unixSocket: host.host) else {
        let failure = ConnectionFailure(stage: .connect, event: .unreachable(errno: ENAMETOOLONG))
        return PassResult(failure).observation(host: host)
      }
      addresses = [address]
    }
    let first = pass(MySQLSSLPolicy.firstPass(target.ssl.mode, host: host), at: addresses, clock)
    guard target.ssl.mode == .preferred, target.until >= .auth, let failure = first.failure,
      MySQLSSLPolicy.mayGoOnInPlain(after: failure), let address = first.address
    else { return asked(about: first).observation(host: host) }
    return first.goingOnInPlain(
      after: failure, with: pass(.plain, at: [address], StageClock()), host: host, answer: answer,
      leavesTLSOpen: { _ in false })
  }

  private func pass(
    _ pass: MySQLSSLPolicy.Pass, at addresses: [SocketAddress], _ clock: StageClock
  ) -> PassResult {
    let policy: TLSPolicy? =
      switch pass {
      case .plain: nil
      case .encrypted: tlsPolicy?.forHost(host.host, target.ssl)
      case .question: .unverified(for: target, host: host.host)
      }
    guard let libmariadb, target.until >= .auth else {
      return MySQLProbe(target: target, host: host, tlsPolicy: policy, deadline: deadline)
        .run(at: addresses, clock: clock)
    }
    return MySQLPass(
      libmariadb: libmariadb, target: target, host: host, pass: pass, tlsPolicy: policy, deadline: deadline,
      progress: progress
    ).run(at: addresses, clock: clock)
  }

  /// What the plain pass has shown of whether the server takes this login in plain text.
  private func answer(of failure: ConnectionFailure) -> ServerAnswer? {
    guard failure.stage >= .auth, let error = failure.error, error.origin == .server else { return nil }
    return MySQLRules.saysTLSRequired(error) ? .refusesInPlain(error) : .takesLoginInPlain
  }

  /// Asks the server where the failure leaves open what a login over TLS would have brought, or who it is that
  /// listens.
  private func asked(about result: PassResult) -> PassResult {
    guard let failure = result.failure, let address = result.address, target.asksQuestions else {
      return result
    }
    var result = result
    if result.leavesListenerOpen {
      let question = MySQLListener(target: target, host: host, address: address, deadline: deadline)
      result.outcome = .failure(failure.adding(question.ask()))
    } else if target.ssl.mode == .disabled, MySQLRules.leavesTLSOpen(failure) {
      result.outcome = .failure(failure.adding(answerOverTLS(at: address)))
    }
    return result
  }

  /// MariaDB refuses a login that has to come over TLS, or with a client certificate, with the words for a wrong
  /// password: only the same login over TLS tells them apart.
  ///
  /// Nothing but proofs of the password goes out: who listens is not verified.
  private func answerOverTLS(at address: SocketAddress) -> ServerAnswer? {
    // What was seen before is still to be told when the question meets silence.
    let question = MySQLHostTest(
      target: target, host: host, libmariadb: libmariadb, tlsPolicy: tlsPolicy,
      deadline: deadline.earlier(by: deadline.reserve), progress: progress)
    let result = question.pass(.question, at: [address], StageClock())
    guard let failure = result.failure else { return .takesLoginOverTLS }
    let asksForCertificate = failure.answers.contains(.asksForClientCertificate)
    switch failure.event {
    case .tlsNotOffered: return .offersNoTLS
    case .alert where asksForCertificate: return .asksForClientCertificate
    case .serverReported:
      guard let error = failure.error, error.origin == .server else { break }
      if MySQLRules.isLoginRefusal(error) {
        return asksForCertificate ? .asksForClientCertificate : .refusesOverTLS(error)
      }
      if MySQLRules.followsLogin(error) { return .takesLoginOverTLS }
    default: break
    }
    return .unanswered(failure.error?.text ?? "the connection ended")
  }
}
