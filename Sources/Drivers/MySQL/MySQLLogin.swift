internal import ConnectCore
internal import Transport

/// Drives a connection of libmariadb's from TCP to a session.
struct MySQLLogin {
  private let connection: LibMariaDBConnection
  private let deadline: Deadline
  private let progress: Progress
  private(set) var clock: StageClock
  private(set) var remarks: [Remark] = []
  /// What to ask once when the server says nothing at all; nil: it has been asked, or there is nobody to ask.
  var listener: MySQLListener?
  /// When to ask.
  private let patience: Deadline

  init(_ connection: LibMariaDBConnection, clock: StageClock, deadline: Deadline, progress: Progress) {
    self.connection = connection
    self.clock = clock
    self.deadline = deadline
    self.progress = progress
    patience = deadline.earlier(by: deadline.reserve)
  }

  private var encrypts: Bool { connection.pass.encrypts }
  private var tlsIsUp: Bool { connection.tlsGuard?.acceptsCredentials == true }

  /// Whether what was said after the greeting was encrypted; nil: nothing was said.
  var encrypted: Bool? {
    if encrypts { return tlsIsUp ? true : nil }
    return connection.wire.heardNothing ? nil : false
  }

  mutating func run(until last: ConnectionStage) -> Result<Session, ConnectionFailure> {
    if case .failed(let event, let error) = connection.advance() { return .failure(failure(event, error)) }
    // Only a Unix socket comes here without a login, and it has no TLS.
    guard last >= .auth else {
      return last == .connect ? .success(Session()) : .failure(failure(.tlsNotOffered, nil))
    }
    begin(encrypts ? .tls : .auth)
    if let failure = login() { return .failure(failure) }
    let greeting = connection.wire.greeting
    guard last == .query else {
      return .success(Session(server: greeting.map { ServerIdentity(greeting: $0) }))
    }
    begin(.query)
    return MySQLSessionQueries(connection, greeting: greeting).run().map { found in
      remarks += found.remarks
      return Session(server: found.server)
    }
  }

  private mutating func begin(_ stage: ConnectionStage, at instant: ContinuousClock.Instant = .now) {
    clock.begin(stage, at: instant)
    progress.note(stage)
  }

  private mutating func login() -> ConnectionFailure? {
    while connection.waitsFor != 0 {
      if let answer = listenerWhileWaiting() {
        var failure = failure(.timedOut, nil)
        failure.answers = [answer]
        return failure
      }
      guard wait(for: connection.events, on: connection.descriptor, until: deadline) != 0
      else { return failure(.timedOut, nil) }
      connection.step()
      if let stranger = connection.wire.stranger { return failure(.foreignAnswer(stranger), nil) }
      if clock.current == .tls, tlsIsUp, let loginBegan = connection.loginBegan {
        begin(.auth, at: loginBegan)
      }
    }
    return connection.isConnected ? nil : loginFailure()
  }

  /// Who listens, if the server says nothing for most of the time and the question brings it to light.
  private mutating func listenerWhileWaiting() -> ServerAnswer? {
    guard let listener, connection.wire.heardNothing,
      wait(for: connection.events, on: connection.descriptor, until: patience) == 0
    else { return nil }
    self.listener = nil
    return listener.ask()
  }

  // MARK: Failures

  private func failure(_ event: FailureEvent, _ error: ServerError?) -> ConnectionFailure {
    ConnectionFailure(
      stage: clock.current, event: event, error: error, answers: answers,
      credentialsRequested: connection.loginWasSent)
  }

  /// What was learnt about the login beside the error.
  private var answers: [ServerAnswer] {
    var answers: [ServerAnswer] = []
    if connection.passwordWasAcknowledged { answers.append(.acknowledgesPassword) }
    if connection.loginWasSent, let tls = connection.tlsGuard?.makeReport(), tls.clientCertificateRequested,
      !tls.clientCertificateSent
    {
      answers.append(.asksForClientCertificate)
    }
    return answers
  }

  private func loginFailure() -> ConnectionFailure {
    let error = connection.error
    if connection.cut == .tlsNotOffered { return failure(.tlsNotOffered, nil) }
    if let stranger = connection.wire.stranger { return failure(.foreignAnswer(stranger), error) }
    if case .error(let early) = connection.wire.packet { return failure(.serverReported, early) }
    if connection.refusedFullAuthentication {
      return failure(.serverReported, MySQLErrors.fullAuthentication)
    }
    if error.nativeCode == "5010" {
      return failure(.serverReported, MySQLErrors.refusedPlugin(connection.wire.requestedPlugin))
    }
    if let cut = connection.cut { return failure(cut, nil) }
    if encrypts, !tlsIsUp { return negotiationFailure(error) }
    if error.origin != .server, let alert = connection.tlsGuard?.alerts.last(where: { $0.received }) {
      // With TLS 1.3 the server judges the client's certificate after the client's handshake has ended.
      var result = failure(.alert(alert), error)
      result.stage = .tls
      return result
    }
    return failure(MySQLErrors.event(of: error, cut: nil, lastRead: connection.wire.lastRead), error)
  }

  /// SSLRequest or the handshake failed.
  private func negotiationFailure(_ error: ServerError) -> ConnectionFailure {
    if let early = connection.wire.errorInsteadOfTLS { return failure(.serverReported, early) }
    guard let tlsGuard = connection.tlsGuard, tlsGuard.attached else {
      return failure(MySQLErrors.event(of: error, cut: nil), error)
    }
    if tlsGuard.refusedCertificate { return failure(.certificateRefused, error) }
    // errno stands where OpenSSL had no reason: the connection was lost.
    let lost = MySQLErrors.systemError(in: error.text) != nil || error.nativeCode == "2013"
    let event = tlsGuard.failureEvent(reason: lost ? nil : MySQLErrors.openSSLReason(in: error.text))
    return failure(event ?? MySQLErrors.event(of: error, cut: nil), error)
  }
}

extension ConnectionFailure {
  /// Whether the connection was lost after it was made.
  var isLoss: Bool {
    guard stage > .connect else { return false }
    switch event {
    case .closed, .reset: return true
    default: return false
    }
  }
}
