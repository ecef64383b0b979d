import CLibPQ
internal import ConnectCore
internal import Transport

/// Drives a connection of libpq's from TCP to a session.
struct PostgreSQLLogin {
  private let connection: LibPQConnection
  private let deadline: Deadline
  private let progress: Progress
  private(set) var clock: StageClock
  private(set) var lookAhead = PostgreSQLLookAhead()
  /// What to ask once when the server says nothing at all; nil: it has been asked, or there is nobody to ask.
  private var question: PostgreSQLQuestion?
  /// When to ask.
  private let patience: Deadline
  /// Whether it came to a StartupMessage, over TLS or in plain text.
  private var introduced = false
  /// Whether SSLRequest was sent.
  private var negotiates = false

  init(
    _ connection: LibPQConnection, clock: StageClock, deadline: Deadline, progress: Progress,
    question: PostgreSQLQuestion?
  ) {
    self.connection = connection
    self.clock = clock
    self.deadline = deadline
    self.progress = progress
    self.question = question
    patience = deadline.earlier(by: deadline.reserve)
  }

  private var encrypts: Bool { connection.pass == .encrypted }

  /// Whether what was said after the negotiation was encrypted; nil: nothing was said.
  var encrypted: Bool? { introduced ? encrypts : nil }

  mutating func run(until last: ConnectionStage) -> Result<Session, ConnectionFailure> {
    if connection.status == CONNECTION_BAD, case .failed(let event, let error) = connection.advance() {
      return failed(event, error)
    }
    // Only a Unix socket comes here without a login, and it has no TLS.
    guard last >= .auth else { return last == .connect ? .success(Session()) : failed(.tlsNotOffered, nil) }
    begin(encrypts ? .tls : .auth)
    if let failure = login() { return .failure(failure) }
    guard last == .query else { return .success(Session()) }
    begin(.query)
    return connection.text(of: "SELECT version()", deadline: deadline)
      .map { Session(server: ServerIdentity(versionText: $0)) }
  }

  private mutating func begin(_ stage: ConnectionStage) {
    clock.begin(stage)
    progress.note(stage)
  }

  private mutating func login() -> ConnectionFailure? {
    var wanted = PGRES_POLLING_WRITING
    introduced = !encrypts
    while true {
      let events = Int16(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT)
      if let answer = listenerWhileWaiting(for: events) {
        var failure = failure(.timedOut, nil)
        failure.answers = [answer]
        return failure
      }
      guard wait(for: events, on: connection.descriptor, until: deadline) != 0
      else { return failure(.timedOut, nil) }
      lookAhead.look(at: connection)
      if let stranger = lookAhead.stranger { return failure(.foreignAnswer(stranger), nil) }
      if lookAhead.reportsError { return refusal() }
      wanted = connection.step()
      if encrypts, !introduced, wanted != PGRES_POLLING_FAILED, negotiationIsOver() {
        // The handshake is done and the StartupMessage not yet sent: the last moment to be sure.
        guard connection.tlsGuard?.acceptsCredentials == true else { return failure(.unguardedTLS, nil) }
        introduced = true
        begin(.auth)
      }
      switch wanted {
      case PGRES_POLLING_OK: return nil
      case PGRES_POLLING_FAILED: return loginFailure()
      default: continue
      }
    }
  }

  /// Whether libpq is past TLS, whatever it thinks of how that went.
  private mutating func negotiationIsOver() -> Bool {
    switch connection.status {
    case CONNECTION_SSL_STARTUP:
      negotiates = true
      return false
    case CONNECTION_MADE: return negotiates
    default: return true
    }
  }

  /// Who listens, if the server says nothing for most of the time and the question brings it to light.
  private mutating func listenerWhileWaiting(for events: Int16) -> ServerAnswer? {
    guard let question, lookAhead.heardNothing,
      wait(for: events, on: connection.descriptor, until: patience) == 0
    else { return nil }
    self.question = nil
    return question.listener()
  }

  /// How the password travelled over a plain connection.
  var passwordRemarks: [Remark] {
    !encrypts && connection.exposesPassword && connection.passwordWasRequested
      ? lookAhead.passwordRemarks : []
  }

  // MARK: Failures

  private func failure(_ event: FailureEvent, _ error: ServerError?) -> ConnectionFailure {
    ConnectionFailure(
      stage: clock.current, event: event, error: error, credentialsRequested: connection.passwordWasRequested)
  }

  private func failed(_ event: FailureEvent, _ error: ServerError?) -> Result<Session, ConnectionFailure> {
    .failure(failure(event, error))
  }

  private func loginFailure() -> ConnectionFailure {
    var error = connection.error
    if encrypts, !introduced { return negotiationFailure(error) }
    if error.text.isEmpty {
      // libpq takes no error of more than 30,000 bytes before the login (fe-connect.c), and says nothing then.
      error =
        lookAhead.loginError
        ?? ServerError(
          text: "no reason given; the server's error was longer than libpq takes", origin: .library("libpq"))
      return failure(.serverReported, error)
    }
    if error.origin == .server { return failure(.serverReported, error) }
    if let tlsFailure = afterHandshake(error) { return tlsFailure }
    if let stranger = lookAhead.insteadOfLogin { return failure(.foreignAnswer(stranger), error) }
    return failure(LibPQConnection.lossEvent(error), error)
  }

  /// SSLRequest or the handshake failed.
  private func negotiationFailure(_ error: ServerError) -> ConnectionFailure {
    if let fault = PostgreSQLErrors.keyFault(in: error.text, path: connection.keyFile) {
      return failure(.fileUnusable(fault), error)
    }
    if connection.tlsGuard?.attached == true {
      let reason = PostgreSQLErrors.openSSLReason(in: error.text)
      let event = connection.tlsGuard?.failureEvent(reason: reason)
      if case .notTLS(let answer) = event { return failure(.notTLS(lookAhead.whole(of: answer)), error) }
      return failure(event ?? LibPQConnection.lossEvent(error), error)
    }
    return failure(lookAhead.refusesTLS ? .tlsNotOffered : LibPQConnection.lossEvent(error), error)
  }

  /// An error answers SSLRequest: it is read here, to its end.
  private func refusal() -> ConnectionFailure {
    do throws(StreamFailure) {
      switch try TLSAnswer(from: connection.descriptor, deadline: deadline) {
      case .error(let error): return failure(.serverReported, error)
      case .foreign(let answer): return failure(.foreignAnswer(answer), nil)
      case .yes, .no, .incomplete: return failure(.serverReported, nil)
      }
    } catch {
      return failure(error.event, error.error)
    }
  }

  /// With TLS 1.3 the server judges the client's certificate after the client's handshake has ended.
  private func afterHandshake(_ error: ServerError) -> ConnectionFailure? {
    guard encrypts, let alert = connection.tlsGuard?.alerts.last(where: { $0.received }) else { return nil }
    var result = failure(.alert(alert), error)
    result.stage = .tls
    return result
  }
}
