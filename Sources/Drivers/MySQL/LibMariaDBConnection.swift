import CMariaDB
internal import ConnectCore
internal import Transport

/// One connection of libmariadb's, driven without blocking.
final class LibMariaDBConnection: PendingConnection, @unchecked Sendable {
  // Driven by one thread; the library's callbacks run there, inside a call of ours.
  /// The connection whose call runs on this thread, for the library's callbacks.
  @TaskLocal static var current: LibMariaDBConnection?

  let libmariadb: LibMariaDB
  let pass: MySQLSSLPolicy.Pass
  let tlsGuard: TLSGuard?
  let password: Secret?
  let isUnixSocket: Bool
  /// Whether the password itself may be sent, once TLS is up where it is wanted.
  private let mayTellPassword: Bool
  private(set) var wire = MySQLWire()
  /// Whether caching_sha2_password's server has found the password right.
  var passwordWasAcknowledged = false
  /// Whether a server wanted the password itself where it may not be sent.
  var refusedFullAuthentication = false
  /// Why the connection was cut; nil: it was not.
  private(set) var cut: FailureEvent?
  private let deadline: Deadline
  private let strings: CStrings
  private(set) var handle: UnsafeMutablePointer<MYSQL>?
  /// How the call in progress goes on.
  private var resume: ((UnsafeMutablePointer<MYSQL>, Int32) -> Int32)?
  /// MYSQL_WAIT_* that the call in progress waits for; 0: there is none.
  private(set) var waitsFor: Int32 = 0
  private(set) var isConnected = false
  /// When the login was sent; nil: it was not.
  private(set) var loginBegan: ContinuousClock.Instant?

  /// Begins to connect to an address, or to a Unix socket.
  init(
    _ libmariadb: LibMariaDB, to host: HostPort, address: String?, target: ConnectionTarget,
    pass: MySQLSSLPolicy.Pass, guard tlsGuard: TLSGuard?, deadline: Deadline
  ) {
    self.libmariadb = libmariadb
    self.pass = pass
    self.tlsGuard = tlsGuard
    self.deadline = deadline
    password = target.password
    isUnixSocket = address == nil
    mayTellPassword = MySQLSSLPolicy.allowsPassword(pass, host: host)
    strings = CStrings(
      host: address ?? "localhost", socket: address == nil ? host.host : nil, user: target.user ?? "",
      password: target.password?.exposed ?? "", database: target.database)
    handle = libmariadb.functions.mysql_init(nil)
    tlsGuard?.onFirstHeader = { [unowned self] header in
      wire.tlsAnswer = MySQLTLSAnswer.read(after: header, from: descriptor, deadline: deadline)
    }
    // The library sends the login right behind the handshake. Where there was no certificate, nobody has refused it.
    tlsGuard?.onHandshakeDone = { [unowned self] in
      if self.tlsGuard?.acceptsCredentials != true { cut(.unguardedTLS) }
    }
    setOptions(isSocket: address == nil, verification: tlsGuard?.policy.demanded ?? .none)
    begin { [strings] handle in
      var result: UnsafeMutablePointer<MYSQL>?
      let status = libmariadb.functions.mysql_real_connect_start(
        &result, handle, strings.host, strings.user, strings.password, strings.database, UInt32(host.port),
        strings.socket, 0)
      self.isConnected = result != nil
      return status
    } thenBy: { [unowned self] handle, status in
      var result: UnsafeMutablePointer<MYSQL>?
      let status = libmariadb.functions.mysql_real_connect_cont(&result, handle, status)
      isConnected = result != nil
      return status
    }
  }

  deinit { assert(handle == nil, "a connection is abandoned before it is let go of") }

  private func setOptions(isSocket: Bool, verification: VerificationLevel) {
    let options = LibMariaDBOptions(libmariadb, handle)
    options.set(MYSQL_OPT_PROTOCOL, UInt32((isSocket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP).rawValue))
    // Certificates are verified in Swift code of ours, on the stack of the library's coroutine.
    options.set(MYSQL_OPT_NONBLOCK, Int(1 << 20))
    options.set(MYSQL_OPT_LOCAL_INFILE, UInt32(0))
    options.set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
    options.set(MYSQL_OPT_MAX_ALLOWED_PACKET, Int(1 << 20))
    let plugins = MySQLSSLPolicy.authentication(pass, verification: verification)
    options.set(MARIADB_OPT_RESTRICTED_AUTH, plugins.joined(separator: ","))
    let wait: libmariadb_wait = { _, isRead, _ in
      LibMariaDBConnection.current?.waitInside(for: Int16(isRead != 0 ? POLLIN : POLLOUT)) ?? -1
    }
    options.set(MARIADB_OPT_IO_WAIT, function: unsafeBitCast(wait, to: UnsafeRawPointer.self))
    options.set(MYSQL_OPT_CAN_HANDLE_EXPIRED_PASSWORDS, Int8(1))
    // From 3.4 on both are on unless they are turned off.
    options.set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, Int8(0))
    options.set(MYSQL_OPT_SSL_ENFORCE, Int8(pass.encrypts ? 1 : 0))
    guard pass.encrypts else { return }
    options.set(MYSQL_OPT_SSL_CAPATH, MySQLSSLPolicy.nowhere)
    if libmariadb.enforcesTLSByFingerprint { options.set(MARIADB_OPT_TLS_PEER_FP, "") }
  }

  var descriptor: Int32 { handle.map { libmariadb.functions.mysql_get_socket($0) } ?? -1 }

  /// The library's words for what went wrong.
  var error: ServerError {
    guard let handle else { return ServerError(text: "out of memory", origin: .library("libmariadb")) }
    let functions = libmariadb.functions
    return MySQLErrors.error(
      functions.mysql_errno(handle), functions.mysql_error(handle).map { String(cString: $0) } ?? "",
      sqlState: functions.mysql_sqlstate(handle).map { String(cString: $0) })
  }

  /// Whether the password itself may be sent now.
  var allowsPassword: Bool { mayTellPassword && (!pass.encrypts || tlsGuard?.acceptsCredentials == true) }

  /// Whether the login has been sent, over TLS or in plain text.
  var loginWasSent: Bool { wire.writes > (pass.encrypts ? 1 : 0) }

  /// What to poll for while a call is in progress.
  var events: Int16 {
    Int16((waitsFor & MYSQL_WAIT_READ != 0 ? POLLIN : 0) | (waitsFor & MYSQL_WAIT_WRITE != 0 ? POLLOUT : 0))
  }

  /// The TCP connection's progress, for the race of addresses.
  func advance() -> PendingState {
    if waitsFor & MYSQL_WAIT_WRITE != 0 {
      guard wait(for: Int16(POLLOUT), on: descriptor, until: Deadline(seconds: 0)) != 0
      else { return .pending(events: Int16(POLLOUT)) }
      // The library would go on with all that the server has sent by now, while other addresses wait.
      // A Unix socket whose server has too many waiting is not being connected at all, and no error stands there.
      let code = socketError(of: descriptor, whereNotConnected: EAGAIN)
      guard code != 0 else { return .connected }
      let event: FailureEvent = code == EAGAIN ? .refused(errno: code) : .socket(code)
      return .failed(event, ServerError(text: systemErrorText(code), origin: .library("system")))
    }
    guard waitsFor == 0, !isConnected, wire.heardNothing else { return .connected }
    let error = error
    let event = MySQLErrors.systemError(in: error.text).map(FailureEvent.socket)
    // CR_SOCKET_CREATE_ERROR (also a path that is too long), CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR.
    guard ["2001", "2002", "2003"].contains(error.nativeCode) else { return .connected }
    return .failed(event ?? .other(error.text), error)
  }

  /// Starts a call of the library's that may have to wait, and says how it goes on.
  func begin(
    _ start: (UnsafeMutablePointer<MYSQL>) -> Int32,
    thenBy resume: @escaping (UnsafeMutablePointer<MYSQL>, Int32) -> Int32
  ) {
    self.resume = resume
    guard let handle else { return }
    call { waitsFor = start(handle) }
  }

  /// Goes on with the call in progress, when what it waits for has come.
  func step() {
    guard let handle, let resume, waitsFor != 0 else { return }
    call { waitsFor = resume(handle, waitsFor) }
  }

  /// Goes on until the call in progress is through; false: the time was over before.
  func finish() -> Bool {
    while waitsFor != 0 {
      guard wait(for: events, on: descriptor, until: deadline) != 0 else { return false }
      step()
    }
    return true
  }

  func abandon() {
    guard let handle else { return }
    // A call in progress has to come to its end, or what it holds is lost; without a socket it soon does.
    if waitsFor != 0 {
      cut = cut ?? .timedOut
      shutDown()
      for _ in 0..<8 where waitsFor != 0 { step() }
    }
    call { libmariadb.functions.mysql_close(handle) }
    self.handle = nil
  }

  /// Runs a call of the library's; an SSL that it makes is the guard's.
  private func call(_ body: () -> Void) {
    Self.$current.withValue(self) {
      guard let tlsGuard else { return body() }
      tlsGuard.withGuard(body)
    }
  }

  // MARK: Called by the library, inside one of our calls

  /// Sees what has been read or written.
  func transferred(_ bytes: UnsafeRawBufferPointer, isRead: Bool, failed: Bool) {
    guard isRead else {
      if !failed { wire.wrote() }
      wire.lastRead = []
      if loginWasSent, loginBegan == nil { loginBegan = .now }
      if failed { tlsGuard?.readPendingAlert() }
      return
    }
    wire.lastRead = failed ? [] : Array(bytes.prefix(ForeignAnswer.mostBytes))
    guard !failed else { return }
    guard !wire.greetingWasRead else {
      wire.read(bytes)
      if wire.isFlood { cut(.foreignAnswer(ForeignAnswer(recognising: wire.lastRead))) }
      return
    }
    wire.read(bytes)
    // The library leaves the socket blocking, and OpenSSL would wait in it without a deadline.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    guard let event = firstPacketFault else { return }
    cut(event)
    // What has been read will be looked at: as a version of the protocol that the library refuses.
    if bytes.count > 4 {
      UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.storeBytes(of: 0, toByteOffset: 4, as: UInt8.self)
    }
  }

  /// Looks at the first packet while it still lies on the socket. The library takes more for a greeting than we do,
  /// and some of what is none makes it crash, so it gets to see good ones only.
  func lookAhead() {
    guard !wire.greetingWasRead else { return }
    wire.sawAhead(peek(at: descriptor))
  }

  /// Waits for more of the first packet than `lookAhead` has seen; false: there is no more, or the time is over.
  func waitForMoreAhead(until deadline: Deadline) -> Bool {
    let count = wire.ahead.count
    waitForMore(than: count, on: descriptor, until: deadline)
    lookAhead()
    return wire.ahead.count > count
  }

  /// What keeps the library from reading the first packet, or what was read with it; nil: it may, or has to go on.
  var firstPacketFault: FailureEvent? {
    switch wire.packet {
    case .incomplete: return nil
    case .error: return .serverReported
    case .foreign(let answer): return .foreignAnswer(answer)
    case .greeting(let greeting):
      guard pass.encrypts else { return nil }
      if !greeting.offersTLS { return .tlsNotOffered }
      // It would be taken for a part of what TLS protects.
      return wire.surplus.isEmpty ? nil : MySQLErrors.surplusBeforeTLS
    }
  }

  private func cut(_ event: FailureEvent) {
    cut = cut ?? event
    shutDown()
  }

  /// Ends the connection both ways; what the library wants of it fails from now on.
  func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Waits in the middle of a call: during the TLS handshake, and when the connection is closed.
  ///
  /// - Returns: more than 0 when the socket is ready, 0 when the time is over, less when the call has to fail.
  private func waitInside(for events: Int16) -> Int32 {
    // Without its guard a handshake has to fail: nothing that follows it may be sent.
    if let tlsGuard, !tlsGuard.attached { return -1 }
    guard cut == nil, wait(for: events, on: descriptor, until: deadline) != 0 else {
      cut = cut ?? .timedOut
      errno = ETIMEDOUT
      return 0
    }
    return 1
  }
}
