internal import ConnectCore
internal import Transport

/// Stands between db-lib, which speaks plain TDS to a port of this process, and the server: passes messages on in
/// both directions, over TLS where there is TLS, within the deadline.
///
/// Until the login is accepted it reads every message, for db-lib would follow a redirection by itself, to a
/// connection of its own that nobody watches.
struct TDSRelay {
  /// How the conversation ended.
  enum End {
    /// db-lib came to its end.
    case finished(DBLibResult)
    /// The login was accepted, and no more was asked for.
    case accepted
    /// The server's side broke; what db-lib had to say by then.
    case broken(ConnectionFailure, DBLibResult?)
    case timedOut
  }

  private enum Phase {
    case login, open, refused
  }

  private(set) var upstream: TDSUpstream
  private(set) var clock: StageClock
  /// Whether a login has gone out.
  private(set) var hasSentLogin = false
  /// Where the server has sent the login on to.
  private(set) var redirection: HostPort?

  let door: LoopbackDoor
  let work: BackgroundWork<DBLibResult>
  let turn: OpeningTurn.Held
  let stopsWhenAccepted: Bool
  let deadline: Deadline
  let progress: Progress
  /// Connects to where the server sends the login on to.
  let reroute: (HostPort) -> Result<TDSUpstream, ConnectionFailure>
  /// The server's name as the client has it, for LOGIN7.
  private var serverName: String
  private let password: Secret?
  /// How much has been passed on since the login was accepted, in each direction.
  private var asked = 0
  private var answered = 0

  private var downstream: PlainSocket?
  private var phase = Phase.login
  private var fromLibrary = TDSMessageCollector()
  private var fromServer = TDSMessageCollector()
  private var login: [UInt8] = []

  init(
    upstream: TDSUpstream, clock: StageClock, serverName: String, password: Secret?, door: LoopbackDoor,
    work: BackgroundWork<DBLibResult>, turn: OpeningTurn.Held, stopsWhenAccepted: Bool, deadline: Deadline,
    progress: Progress, reroute: @escaping (HostPort) -> Result<TDSUpstream, ConnectionFailure>
  ) {
    self.upstream = upstream
    self.clock = clock
    self.serverName = serverName
    self.password = password
    self.door = door
    self.work = work
    self.turn = turn
    self.stopsWhenAccepted = stopsWhenAccepted
    self.deadline = deadline
    self.progress = progress
    self.reroute = reroute
  }

  /// Whether db-lib's questions were asked and answered here, and not on a connection of its own.
  var hasAnswered: Bool { phase == .open && asked > 0 && answered > 0 }

  /// More than our questions are answered with; db-lib would take in all that comes.
  private static let mostAnswered = 4 << 20

  /// The stage that the conversation is in.
  var stage: ConnectionStage { phase == .open ? .query : .auth }

  /// Passes on until one side has ended or the time is over. Afterwards nothing is open any more.
  mutating func run() -> End {
    defer {
      downstream?.abandon()
      upstream.close()
      // db-lib may not have come yet: its call shall not wait for an answer, with the turn in its hands.
      door.shut()
    }
    while !deadline.hasPassed {
      // A negative descriptor is not looked at.
      var entries = [work.descriptor, downstream?.descriptor ?? door.descriptor, upstream.descriptor].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&entries, nfds_t(entries.count), deadline.pollMilliseconds) > 0 else { continue }
      if entries[0].revents != 0, let result = work.result(by: deadline) { return .finished(result) }
      do throws(ConnectionFailure) {
        if entries[2].revents != 0, try takeFromServer() { return .accepted }
        if entries[1].revents != 0 { try takeFromLibrary() }
      } catch {
        return broken(error)
      }
    }
    return .timedOut
  }

  /// Lets db-lib come to its end, and hears what it has to say.
  private mutating func broken(_ failure: ConnectionFailure) -> End {
    downstream?.abandon()
    let result = downstream == nil ? nil : work.result(by: deadline.orSooner(in: .seconds(1)))
    return .broken(failure, result)
  }

  // MARK: From db-lib to the server

  private mutating func takeFromLibrary() throws(ConnectionFailure) {
    guard let downstream else {
      self.downstream = door.letIn()
      // db-lib has read its configuration when it is here: the next one may have its turn.
      if self.downstream != nil { turn.end() }
      return
    }
    let bytes: [UInt8]
    do throws(StreamFailure) {
      bytes = try downstream.read(atMost: TDSPacket.longest, deadline: deadline)
    } catch {
      // db-lib has closed: its result is on its way.
      downstream.abandon()
      return
    }
    guard phase == .login else {
      if phase == .open { asked += bytes.count }
      return try send(bytes)
    }
    fromLibrary.add(bytes)
    while true {
      switch fromLibrary.next() {
      case .incomplete: return
      case .foreign: throw fault("the client library sent something else than TDS")
      case .message(let message): try take(message)
      }
    }
  }

  private mutating func take(_ message: TDSMessageCollector.Message) throws(ConnectionFailure) {
    switch message.kind {
    case TDSPacket.Kind.prelogin:
      tell(TDSPacket.message(TDSPacket.Kind.tabularResult, upstream.prelogin.withoutEncryption.data))
    case TDSPacket.Kind.login7:
      login = message.data
      try sendLogin()
    case TDSPacket.Kind.sspi: try send(message.packets)
    default: throw fault("the client library sent a message of type \(message.kind) before its login")
    }
  }

  private mutating func sendLogin() throws(ConnectionFailure) {
    guard let data = Login7.data(login, namingServer: serverName, password: password?.exposed ?? "") else {
      throw fault("the client library sent a login that cannot be read")
    }
    hasSentLogin = true
    try send(TDSPacket.message(TDSPacket.Kind.login7, data))
  }

  // MARK: From the server to db-lib

  /// Whether the login has been accepted, and that is all that was asked for.
  private mutating func takeFromServer() throws(ConnectionFailure) -> Bool {
    let bytes: [UInt8]
    do throws(StreamFailure) {
      bytes = try upstream.readReady(deadline: deadline)
    } catch {
      throw failure(error.event, error.error)
    }
    guard phase == .login else {
      answered += bytes.count
      guard answered <= Self.mostAnswered else {
        throw failure(.foreignAnswer(ForeignAnswer(recognising: bytes)))
      }
      tell(bytes)
      return false
    }
    fromServer.add(bytes)
    while phase == .login {
      switch fromServer.next() {
      case .incomplete: return false
      case .foreign: throw failure(.foreignAnswer(ForeignAnswer(recognising: fromServer.pending)))
      case .message(let message): if try takeAnswer(message) { return true }
      }
    }
    // Nothing follows the answer until db-lib asks for something.
    guard fromServer.pending.isEmpty else {
      throw failure(.foreignAnswer(ForeignAnswer(recognising: fromServer.pending)))
    }
    return false
  }

  private mutating func takeAnswer(_ message: TDSMessageCollector.Message) throws(ConnectionFailure) -> Bool {
    guard hasSentLogin, message.kind == TDSPacket.Kind.tabularResult, let tokens = TDSTokens(message.data),
      tokens.isComplete || tokens.continuesLogin
    else {
      throw failure(.foreignAnswer(ForeignAnswer(recognising: message.packets)))
    }
    if let place = tokens.routing {
      try follow(place)
      return false
    }
    if tokens.isAccepted {
      phase = .open
      if stopsWhenAccepted { return true }
      clock.begin(.query)
      progress.note(.query)
    } else if !tokens.errors.isEmpty {
      phase = .refused
    }
    tell(message.packets)
    return false
  }

  /// Logs in where the server sends the login on to (MS-TDS section 2.2.7.9, Routing), once.
  private mutating func follow(_ place: HostPort) throws(ConnectionFailure) {
    guard redirection == nil else {
      throw fault("the server to which the login was redirected redirects it again, to \(place)")
    }
    redirection = place
    upstream.close()
    switch reroute(place) {
    case .failure(let failure): throw failure
    case .success(let new): upstream = new
    }
    // What SqlClient names a server that it was sent to.
    serverName = "\(place.host),\(place.port)"
    fromServer = TDSMessageCollector()
    progress.note(.auth)
    try sendLogin()
  }

  // MARK: Small things

  private func send(_ bytes: [UInt8]) throws(ConnectionFailure) {
    do throws(StreamFailure) {
      try upstream.write(bytes, deadline: deadline)
    } catch {
      throw failure(error.event, error.error)
    }
  }

  /// db-lib may have gone; its result tells.
  private func tell(_ bytes: [UInt8]) {
    guard let downstream, downstream.descriptor >= 0, !bytes.isEmpty else { return }
    try? downstream.write(bytes, deadline: deadline)
  }

  private func fault(_ words: String) -> ConnectionFailure { failure(.other(words)) }

  private func failure(_ event: FailureEvent, _ error: ServerError? = nil) -> ConnectionFailure {
    ConnectionFailure(stage: stage, event: event, error: error, credentialsRequested: hasSentLogin)
  }
}
