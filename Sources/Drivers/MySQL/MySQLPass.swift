internal import ConnectCore
internal import Transport

/// One pass of libmariadb at one host: from the TCP connection to the queries.
struct MySQLPass {
  let libmariadb: LibMariaDB
  let target: ConnectionTarget
  let host: HostPort
  let pass: MySQLSSLPolicy.Pass
  /// Loaded for an encrypted pass.
  let tlsPolicy: TLSPolicy?
  let deadline: Deadline
  let progress: Progress

  /// Connects to the first of the addresses that answers; none means a Unix socket.
  func run(at addresses: [SocketAddress], clock: StageClock) -> PassResult {
    var clock = clock
    clock.begin(.connect)
    let begun = ContinuousClock.now
    guard !addresses.isEmpty else {
      return drive(begin(at: nil), address: nil, addressText: host.host, begun: begun, clock: clock)
    }
    let race = ConnectionRace<LibMariaDBConnection>.run(addresses, deadline: deadline) { begin(at: $0) }
    let mode = pass.mode(of: target.ssl.mode)
    guard let winner = race.winner else {
      clock.end(ok: false)
      var result = PassResult(race.failure, stages: clock.stages)
      result.attempts = race.lostAttempts(mode: mode)
      return result
    }
    var result = drive(
      winner.connection, address: winner.address, addressText: winner.address.description, begun: begun,
      clock: clock)
    result.attempts = race.lostAttempts(mode: mode) + result.attempts
    return result
  }

  private func begin(at address: SocketAddress?) -> LibMariaDBConnection {
    LibMariaDBConnection(
      libmariadb, to: host, address: address?.numericHost, target: target, pass: pass,
      guard: tlsPolicy.map { TLSGuard($0, presentsCredentials: true) }, deadline: deadline)
  }

  private func drive(
    _ connection: LibMariaDBConnection, address: SocketAddress?, addressText: String,
    begun: ContinuousClock.Instant, clock: StageClock
  ) -> PassResult {
    progress.note(address: addressText)
    var login = MySQLLogin(connection, clock: clock, deadline: deadline, progress: progress)
    if let address, target.asksQuestions, pass != .question {
      login.listener = MySQLListener(target: target, host: host, address: address, deadline: deadline)
    }
    let outcome = login.run(until: pass == .question ? .auth : target.until)
    var result = PassResult(
      outcome: outcome, address: address, addressText: addressText, mode: pass.mode(of: target.ssl.mode),
      begun: begun, clock: login.clock, tlsGuard: connection.tlsGuard, encrypted: login.encrypted)
    // TLS 1.3 lets the client finish before the server has judged its certificate.
    if result.failure?.stage == .tls { result.tls?.handshakeCompleted = false }
    result.remarks = login.remarks
    result.leavesListenerOpen = connection.wire.heardNothing && result.failure?.isLoss == true
    connection.abandon()
    return result
  }
}
