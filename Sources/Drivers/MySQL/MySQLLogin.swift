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
    if let failure = firstPacket() { return failure }
    while connection.waitsFor != 0 {
      guard wait(for: connection.events, on: connection.descriptor, until: deadline) != 0
      else { return failure(.timedOut, nil) }
      connection.step()
      if clock.current == .tls, tlsIsUp, let loginBegan = connection.loginBegan {
        begin(.auth, at: loginBegan)
      }
    }
    return connection.isConnected ? nil : loginFailure()
  }

  /// Waits for the first packet: the library gets to see it only if it is a greeting to go on with.
  private mutating func firstPacket() -> ConnectionFailure? {
    while connection.waitsFor != 0 {
      connection.lookAhead()
      if connection.firstPacketFault != nil { return loginFailure() }
      if connection.wire.greeting != nil { return nil }
      if let answer = listenerWhileWaiting() { return failure(.timedOut, nil).adding(answer) }
      guard !connection.waitForMoreAhead(until: deadline) else { continue }
      // The end has come, and the library finds out which.
      return deadline.hasPassed ? failure(.timedOut, nil) : nil
    }
    return nil
  }

  /// Who listens, if the server says nothing for most of the time and the question brings it to light.
  private mutating func listenerWhileWaiting() -> ServerAnswer? {
    guard let listener, connection.wire.heardNothing,
      wait(for: Int16(POLLIN), on: connection.descriptor, until: patience) == 0
    else { return nil }
    self.listener = nil
    return listener.ask()
  }

  // MARK: Failures

  private func failure(_ event: FailureEvent, _ error: ServerError?) -> ConnectionFailure {
    ConnectionFailure(
      stage: clock.current, event: event, error: error, answers: answers(beside: error),
      credentialsRequested: connection.loginWasSent)
  }

  /// What was learnt about the login beside the error.
  private func answers(beside error: ServerError?) -> [ServerAnswer] {
    var answers: [ServerAnswer] = []
    if connection.passwordWasAcknowledged { answers.append(.acknowledgesPassword) }
    if let greeting = connection.wire.greeting, !encrypts, !connection.isUnixSocket, !greeting.offersTLS {
      answers.append(.offersNoTLS)
    }
    if let error, MySQLRules.isLoginRefusal(error), let tls = connection.tlsGuard?.makeReport(),
      tls.clientCertificateRequested, !tls.clientCertificateSent
    {
      answers.append(.asksForClientCertificate)
    }
    return answers
  }

  private func loginFailure() -> ConnectionFailure {
    if let fault = connection.firstPacketFault {
      guard case .error(let error) = connection.wire.packet else { return failure(fault, nil) }
      return failure(.serverReported, error)
    }
    let error = connection.error
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
    guard let tlsGuard = connection.tlsGuard, tlsGuard.attached else {
      return failure(MySQLErrors.event(of: error, cut: nil), error)
    }
    if tlsGuard.refusedCertificate { return failure(.certificateRefused, error) }
    if let early = connection.wire.errorInsteadOfTLS { return failure(.serverReported, early) }
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
