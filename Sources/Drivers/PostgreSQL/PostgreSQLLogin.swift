import CLibPQ
internal import ConnectCore
internal import Transport

/// Drives a connection of libpq's from TCP to a session, and looks at what the server sends in clear before
/// libpq reads it, since libpq's messages hide half of it.
struct PostgreSQLLogin {
  private let connection: LibPQConnection
  private let deadline: Deadline
  private(set) var clock: StageClock
  /// The server's answer to SSLRequest.
  private var tlsAnswer: [UInt8] = []
  /// What came in clear after a plain StartupMessage.
  private var plainAnswer: [UInt8] = []
  /// Whether it came to a StartupMessage, over TLS or in plain text.
  private var introduced = false

  init(_ connection: LibPQConnection, clock: StageClock, deadline: Deadline) {
    self.connection = connection
    self.clock = clock
    self.deadline = deadline
  }

  private var encrypts: Bool { connection.pass == .encrypted }

  /// Whether what was said after the negotiation was encrypted; nil: nothing was said.
  var encrypted: Bool? { introduced ? encrypts : nil }

  mutating func run(until last: ConnectionStage) -> Result<Session, ConnectionFailure> {
    if connection.status == CONNECTION_BAD, case .failed(let event, let error) = connection.advance() {
      return failed(event, error)
    }
    clock.begin(encrypts ? .tls : .auth)
    if let failure = login() { return .failure(failure) }
    guard last == .query else { return .success(Session()) }
    clock.begin(.query)
    return connection.text(of: "SELECT version()", deadline: deadline)
      .map { Session(server: ServerIdentity(versionText: $0)) }
  }

  private mutating func login() -> ConnectionFailure? {
    var wanted = PGRES_POLLING_WRITING
    introduced = !encrypts
    while true {
      let events = Int16(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT)
      guard wait(for: events, on: connection.descriptor, until: deadline) != 0
      else { return failure(.timedOut, nil) }
      lookAhead()
      if let foreign = foreignAnswer { return failure(.foreignAnswer(foreign), connection.error) }
      wanted = connection.step()
      if encrypts, !introduced, connection.status == CONNECTION_MADE, connection.tlsGuard?.attached == true {
        // The handshake is done and the StartupMessage not yet sent: the last moment to be sure.
        guard connection.tlsGuard?.acceptsCredentials == true
        else { return failure(.other("TLS was set up without the certificate having been accepted"), nil) }
        introduced = true
        clock.begin(.auth)
      }
      switch wanted {
      case PGRES_POLLING_OK: return nil
      case PGRES_POLLING_FAILED: return loginFailure()
      default: continue
      }
    }
  }

  // MARK: Looking ahead

  private mutating func lookAhead() {
    if encrypts {
      // Until the handshake has begun, what arrives is the answer to SSLRequest.
      if connection.tlsGuard?.attached == false, connection.status == CONNECTION_SSL_STARTUP {
        tlsAnswer = connection.peek()
      }
    } else if connection.status == CONNECTION_AWAITING_RESPONSE, plainAnswer.count < 64 {
      plainAnswer += connection.peek()
    }
  }

  /// What answered, if it cannot be PostgreSQL.
  private var foreignAnswer: ForeignAnswer? {
    guard let first = tlsAnswer.first, !introduced else { return nil }
    // SSH's banner begins with the letter that means yes.
    let looksLikeSSH = tlsAnswer.starts(with: Array("SSH-".utf8))
    guard looksLikeSSH || !"SNE".utf8.contains(first) else { return nil }
    return ForeignAnswer(recognising: tlsAnswer)
  }

  /// How the password travelled over a plain connection.
  var passwordRemarks: [Remark] {
    guard !encrypts, connection.passwordWasRequested, !plainAnswer.isEmpty else { return [] }
    var bytes = plainAnswer
    while true {
      switch PostgreSQLMessages.answer(bytes) {
      case .authentication(let code):
        // 3 is AuthenticationCleartextPassword; 5 and 10 are hashed (chapter 55.7).
        return code == 3 ? [.passwordSentInClear] : code == 5 || code == 10 ? [] : [.passwordMaybeSentInClear]
      case .goesOn(let length): bytes.removeFirst(length)
      case .error, .foreign, .incomplete: return [.passwordMaybeSentInClear]
      }
    }
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
    let error = connection.error
    if encrypts, !introduced { return negotiationFailure(error) }
    if error.origin == .server { return failure(.serverReported, error) }
    if let tlsFailure = afterHandshake(error) { return tlsFailure }
    if !encrypts, case .foreign = PostgreSQLMessages.answer(plainAnswer) {
      return failure(.foreignAnswer(ForeignAnswer(recognising: plainAnswer)), error)
    }
    return failure(LibPQConnection.lossEvent(error), error)
  }

  /// SSLRequest or the handshake failed.
  private func negotiationFailure(_ error: ServerError) -> ConnectionFailure {
    if connection.tlsGuard?.attached == true {
      let reason = PostgreSQLErrors.openSSLReason(in: error.text)
      let event = connection.tlsGuard?.failureEvent(reason: reason)
      return failure(event ?? LibPQConnection.lossEvent(error), error)
    }
    switch tlsAnswer.first {
    case UInt8(ascii: "N"): return failure(.tlsNotOffered, error)
    case UInt8(ascii: "E"):
      guard case .error(let reported) = PostgreSQLMessages.answer(tlsAnswer)
      else { return failure(.serverReported, error) }
      return failure(.serverReported, reported)
    default: return failure(LibPQConnection.lossEvent(error), error)
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
