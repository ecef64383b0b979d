import CLibPQ
internal import ConnectCore
internal import Transport

/// One connection of libpq's, driven without blocking.
final class LibPQConnection: PendingConnection {
  let libpq: LibPQ
  let pass: PostgreSQLSSLPolicy.Pass
  let tlsGuard: TLSGuard?
  /// Whether a password that the server asks for goes over a network: there is one, and no Unix socket.
  let exposesPassword: Bool
  /// The file with the client's key, if one was given.
  let keyFile: String?
  private let notices = Notices()
  private var connection: OpaquePointer?

  /// Begins to connect. `address` is nil for a Unix socket.
  init(
    _ libpq: LibPQ, to host: HostPort, address: String?, target: ConnectionTarget,
    pass: PostgreSQLSSLPolicy.Pass, guard tlsGuard: TLSGuard?
  ) {
    self.libpq = libpq
    self.pass = pass
    self.tlsGuard = tlsGuard
    exposesPassword = !host.isUnixSocket && target.password?.exposed.isEmpty == false
    keyFile = target.ssl.keyFile ?? target.ssl.certificateFile
    let options = PostgreSQLSSLPolicy.options(
      for: target, host: host, address: address, pass: pass, known: libpq.knownOptions)
    let keywords = options.map { strdup($0.keyword) }
    let values = options.map { strdup($0.value) }
    defer {
      for keyword in keywords { free(keyword) }
      for value in values {
        // Passwords are among them.
        if let value { memset(value, 0, strlen(value)) }
        free(value)
      }
    }
    connection = libpq.functions.PQconnectStartParams(
      keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 0)
    _ = libpq.functions.PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    _ = libpq.functions.PQsetNoticeProcessor(
      connection,
      { context, text in
        guard let context, let text else { return }
        Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().add(text)
      }, Unmanaged.passUnretained(notices).toOpaque())
  }

  deinit { abandon() }

  /// What libpq would have printed to standard error.
  final class Notices {
    /// More would bury the report.
    private static let most = 20
    private static let longest = 4_096
    private var first: [String] = []
    private var count = 0

    func add(_ text: UnsafePointer<CChar>) {
      count += 1
      guard first.count < Self.most else { return }
      let bytes = UnsafeRawBufferPointer(start: text, count: strnlen(text, Self.longest))
      first.append(String(decoding: bytes, as: UTF8.self))
    }

    var texts: [String] { first + (count > first.count ? ["… and \(count - first.count) more notices"] : []) }
  }

  var serverNotices: [String] { notices.texts }

  var descriptor: Int32 { connection.map { libpq.functions.PQsocket($0) } ?? -1 }

  var status: ConnStatusType { libpq.functions.PQstatus(connection) }

  /// libpq's words for what went wrong.
  var error: ServerError {
    PostgreSQLErrors.error(
      message: libpq.functions.PQerrorMessage(connection).map { String(cString: $0) } ?? "")
  }

  /// Whether the server asked for a password, whatever the method.
  var passwordWasRequested: Bool { libpq.functions.PQconnectionUsedPassword(connection) != 0 }

  func abandon() {
    libpq.functions.PQfinish(connection)
    connection = nil
  }

  /// The TCP connection's progress, for the race of addresses.
  func advance() -> PendingState {
    if status != CONNECTION_BAD, status != CONNECTION_MADE {
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&entry, 1, 0) > 0 else { return .pending(events: Int16(POLLOUT)) }
      _ = step()
    }
    switch status {
    case CONNECTION_BAD: return .failed(Self.connectEvent(error), error)
    case CONNECTION_STARTED, CONNECTION_NEEDED: return .pending(events: Int16(POLLOUT))
    default: return .connected
    }
  }

  /// libpq tells a failed connect(2) by the system's words only.
  private static func connectEvent(_ error: ServerError) -> FailureEvent {
    let known = [
      ECONNREFUSED, ENOENT, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, EACCES, EPERM, ENETDOWN, EHOSTDOWN,
      EAFNOSUPPORT, EINVAL, ETIMEDOUT, ECONNRESET, ECONNABORTED,
    ]
    let code = known.first { error.text.hasPrefix(systemErrorText($0)) }
    return code.map(FailureEvent.socket) ?? .other(error.text)
  }

  /// One step of PQconnectPoll; an SSL that it makes is the guard's.
  func step() -> PostgresPollingStatusType {
    guard let tlsGuard else { return libpq.functions.PQconnectPoll(connection) }
    return tlsGuard.withGuard { libpq.functions.PQconnectPoll(connection) }
  }

  /// What has arrived and not been read by libpq; nothing is taken away.
  func peek(atMost limit: Int = 16_384) -> [UInt8] { Transport.peek(at: descriptor, atMost: limit) }

  /// Runs a query that answers one text, within the deadline.
  func text(of query: String, deadline: Deadline) -> Result<String, ConnectionFailure> {
    let functions = libpq.functions
    func failed(_ event: FailureEvent, _ error: ServerError?) -> Result<String, ConnectionFailure> {
      .failure(ConnectionFailure(stage: .query, event: event, error: error, credentialsRequested: true))
    }
    guard functions.PQsetnonblocking(connection, 1) == 0, functions.PQsendQuery(connection, query) == 1
    else { return failed(LibPQConnection.lossEvent(error), error) }
    while true {
      let flushed = functions.PQflush(connection)
      if flushed == 0, functions.PQisBusy(connection) == 0 { break }
      let events = flushed == 1 ? POLLIN | POLLOUT : POLLIN
      guard flushed >= 0 else { return failed(LibPQConnection.lossEvent(error), error) }
      guard Transport.wait(for: Int16(events), on: descriptor, until: deadline) != 0
      else { return failed(.timedOut, nil) }
      guard functions.PQconsumeInput(connection) == 1
      else { return failed(LibPQConnection.lossEvent(error), error) }
    }
    guard let result = functions.PQgetResult(connection) else { return failed(.serverReported, error) }
    defer { functions.PQclear(result) }
    guard functions.PQresultStatus(result) == PGRES_TUPLES_OK, functions.PQntuples(result) > 0,
      let value = functions.PQgetvalue(result, 0, 0)
    else {
      let message = functions.PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
      return failed(.serverReported, PostgreSQLErrors.error(message: message))
    }
    return .success(String(cString: value))
  }

  /// How a connection that libpq calls lost was lost.
  static func lossEvent(_ error: ServerError) -> FailureEvent {
    if error.origin == .server { return .serverReported }
    if let code = [ECONNRESET, EPIPE].first(where: { error.text.contains(systemErrorText($0)) }) {
      return .reset(errno: code)
    }
    if error.text.contains(systemErrorText(ETIMEDOUT)) { return .timedOut }
    let closings = ["closed the connection unexpectedly", "has been closed unexpectedly", "EOF detected"]
    if closings.contains(where: { error.text.contains($0) }) { return .closed }
    return .serverReported
  }
}
