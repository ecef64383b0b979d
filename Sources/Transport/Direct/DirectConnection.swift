package import ConnectCore

/// One connection to a server that speaks TLS from the first byte or not at all: opened, then talked over, then told
/// about.
///
/// What it throws is complete: the stage, what was seen, and what the server answered when it was asked.
package final class DirectConnection {
  package let target: ConnectionTarget
  package let host: HostPort
  /// The end of every wait; an engine may move it when the server has proven worth more time.
  package var deadline: Deadline {
    didSet { patience = deadline.earlier(by: deadline.reserve) }
  }
  /// nil: plain text.
  package let tlsGuard: TLSGuard?
  /// Whether it is a Unix socket that the user named. One that a server or a name server names is never connected to,
  /// since it would have no TLS.
  let isGivenSocket: Bool
  /// What was seen beside the outcome; the engine adds to it.
  package var remarks: [Remark] = []
  /// What stands for the login and no report may show; the engine adds to it.
  package var secrets: [Secret] = []
  /// Whether the login was asked for, or begun; a connection that is lost before may be lost for reasons that pass.
  package var credentialsRequested = false

  /// What the server chose by ALPN of the engine's application protocols; nil: none, or there is no TLS.
  package internal(set) var applicationProtocol: String?

  let engine: any DirectEngine
  let progress: Progress
  var clock = StageClock()
  var stream: (any ByteStream)?
  var address: SocketAddress?
  var lost: [ConnectionAttempt] = []
  var begun = ContinuousClock.now
  /// Whether the server has said anything, of TLS apart.
  var heard = false
  /// What was read ahead, after a write that failed.
  var unread: [UInt8] = []
  /// Whether it may still be asked who it is.
  var mayAsk: Bool
  /// When to ask, while it says nothing.
  var patience: Deadline

  /// - Parameter policy: loaded unless TLS is disabled; it is not used for a Unix socket.
  package init(
    _ engine: any DirectEngine, target: ConnectionTarget, host: HostPort, policy: TLSPolicy?,
    deadline: Deadline, progress: Progress
  ) {
    self.engine = engine
    self.target = target
    self.host = host
    self.deadline = deadline
    self.progress = progress
    isGivenSocket = host.isUnixSocket && target.hosts.contains(host)
    tlsGuard = isGivenSocket ? nil : policy.map { TLSGuard($0.forHost(host.host, target.ssl)) }
    mayAsk = target.asksQuestions
    patience = deadline
  }

  /// Whether anything may be said: over TLS that has been accepted, or where none was asked for.
  var maySpeak: Bool { isEncrypted || isGivenSocket || target.ssl.mode == .disabled }

  /// Whether TLS is up and the certificate is as good as was demanded.
  package var isEncrypted: Bool { tlsGuard?.acceptsCredentials == true }

  /// The stage that has been begun last.
  package var stage: ConnectionStage { clock.current }

  /// Ends the stage before, and begins this one.
  package func begin(_ stage: ConnectionStage) {
    clock.begin(stage)
    progress.note(stage)
  }

  /// A failure at the stage that has been begun last.
  package func failure(
    _ event: FailureEvent, _ error: ServerError? = nil, answers: [ServerAnswer] = []
  ) -> ConnectionFailure {
    ConnectionFailure(
      stage: clock.current, event: event, error: error, answers: answers,
      credentialsRequested: credentialsRequested)
  }

  /// What this connection amounts to, as the pass at its host.
  package func result(_ outcome: Result<Session, ConnectionFailure>) -> PassResult {
    var result: PassResult
    if let address {
      result = PassResult(
        outcome: outcome, address: address, addressText: address.description, mode: mode, begun: begun,
        clock: clock, tlsGuard: tlsGuard,
        encrypted: tlsGuard == nil ? (heard ? false : nil) : (isEncrypted ? true : nil))
      result.attempts = lost + result.attempts
    } else {
      var clock = clock
      clock.end(ok: false)
      let failure = if case .failure(let failure) = outcome { failure } else { self.failure(.closed) }
      result = PassResult(failure, stages: clock.stages)
      result.attempts = lost
    }
    // TLS 1.3 lets the client finish before the server has judged its certificate.
    if result.failure?.stage == .tls {
      result.tls?.handshakeCompleted = false
      result.encrypted = nil
      result.stages = result.stages.endingBadly(at: .tls)
    }
    result.remarks = remarks
    result.secrets = secrets
    return result
  }

  /// The mode that the connection amounts to by itself.
  var mode: SSLMode {
    if isGivenSocket { return .disabled }
    return target.ssl.mode == .preferred ? .required : target.ssl.mode
  }
}
