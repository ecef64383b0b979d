import CLibPQ
internal import ConnectCore
internal import Transport

/// One pass of libpq at one host: from the TCP connection to the version query.
struct PostgreSQLPass {
  let libpq: LibPQ
  let target: ConnectionTarget
  let host: HostPort
  let pass: PostgreSQLSSLPolicy.Pass
  /// Loaded for an encrypted pass.
  let tlsPolicy: TLSPolicy?
  let deadline: Deadline
  let progress: Progress

  /// Connects to the first of the addresses that answers; none means a Unix socket.
  func run(at addresses: [SocketAddress], clock: StageClock) -> PassResult {
    var clock = clock
    clock.begin(.connect)
    let mode = pass.mode(of: target.ssl.mode)
    let begun = ContinuousClock.now
    guard !addresses.isEmpty else {
      let connection = begin(at: nil)
      let path = "\(host.host)/.s.PGSQL.\(host.port)"
      return drive(connection, address: nil, addressText: path, begun: begun, clock: clock)
    }
    let race = ConnectionRace<LibPQConnection>.run(addresses, deadline: deadline) { begin(at: $0) }
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

  private func begin(at address: SocketAddress?) -> LibPQConnection {
    LibPQConnection(
      libpq, to: host, address: address?.numericHost, target: target, pass: pass,
      guard: tlsPolicy.map { TLSGuard($0) })
  }

  private func drive(
    _ connection: LibPQConnection, address: SocketAddress?, addressText: String,
    begun: ContinuousClock.Instant, clock: StageClock
  ) -> PassResult {
    let question = address.flatMap {
      PostgreSQLQuestion(target: target, host: host, address: $0, deadline: deadline)
    }
    var login = PostgreSQLLogin(
      connection, clock: clock, deadline: deadline, progress: progress, question: question)
    progress.note(address: addressText)
    let outcome = login.run(until: target.until)
    var result = PassResult(
      outcome: outcome, address: address, addressText: addressText, mode: pass.mode(of: target.ssl.mode),
      begun: begun, clock: login.clock, tlsGuard: connection.tlsGuard, encrypted: login.encrypted)
    // TLS 1.3 lets the client finish before the server has judged its certificate: a handshake that the
    // server then refuses did not end well.
    if result.failure?.stage == .tls { result.tls?.handshakeCompleted = false }
    result.remarks = login.passwordRemarks + connection.serverNotices.map(Remark.serverNotice)
    result.leavesListenerOpen =
      login.lookAhead.heardNothing && result.failure.map(PostgreSQLRules.leavesListenerOpen) == true
    connection.abandon()
    return result
  }
}
