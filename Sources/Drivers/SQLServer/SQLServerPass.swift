internal import ConnectCore
internal import Transport

/// One pass at one host: TCP, PRELOGIN, TLS if the pass is encrypted, and the login through the relay.
struct SQLServerPass {
  /// nil: the test stops before the login.
  let lib: DBLib?
  let target: ConnectionTarget
  let host: HostPort
  let pass: SQLServerSSLPolicy.Pass
  /// Loaded for an encrypted pass.
  let tlsPolicy: TLSPolicy?
  let deadline: Deadline
  let progress: Progress

  /// Connects to the first of the addresses that answers.
  func run(at addresses: [SocketAddress], clock: StageClock) -> SQLServerPassResult {
    var result = SQLServerPassResult(mode: pass.mode(of: target.ssl.mode), clock: clock)
    result.clock.begin(.connect)
    guard let connected = connect(addresses, &result) else { return result }
    guard target.until > .connect else {
      result.outcome = .success(Session())
      result.end(connected)
      return result
    }
    let tlsGuard = tlsPolicy.map { TLSGuard($0) }
    let stage: ConnectionStage = pass == .encrypted ? .tls : .auth
    result.clock.begin(stage)
    progress.note(stage)
    switch negotiate(over: connected, host: host, pass, tlsGuard) {
    case .failure(let failure):
      result.outcome = .failure(failure)
      result.take(tlsGuard)
    case .success(let upstream):
      result.encrypted = upstream.isEncrypted
      result.take(tlsGuard)
      if target.until >= .auth, let lib {
        logIn(lib, over: upstream, &result)
      } else {
        upstream.close()
        result.outcome = .success(Session())
      }
    }
    result.end(connected)
    return result
  }

  /// A connection that has been made.
  struct Connected {
    let socket: PlainSocket
    let address: SocketAddress
    let begun: ContinuousClock.Instant
  }

  private func connect(_ addresses: [SocketAddress], _ result: inout SQLServerPassResult) -> Connected? {
    let begun = ContinuousClock.now
    let race = ConnectionRace<PlainSocket>.run(addresses, deadline: deadline) { PlainSocket(to: $0) }
    result.attempts += race.lostAttempts(mode: result.mode)
    guard let winner = race.winner else {
      result.outcome = .failure(race.failure)
      result.clock.end(ok: false)
      return nil
    }
    result.address = winner.address
    progress.note(address: winner.address.description)
    return Connected(socket: winner.connection, address: winner.address, begun: begun)
  }

  private func negotiate(
    over connected: Connected, host: HostPort, _ pass: SQLServerSSLPolicy.Pass, _ tlsGuard: TLSGuard?
  ) -> Result<TDSUpstream, ConnectionFailure> {
    let question = SQLServerQuestion(
      target: target, host: host, address: connected.address, deadline: deadline)
    do throws(ConnectionFailure) {
      return try .success(
        TDSUpstream(
          over: connected.socket, to: connected.address, pass, guard: tlsGuard, question: question,
          deadline: deadline))
    } catch {
      return .failure(error)
    }
  }

  private func logIn(_ lib: DBLib, over upstream: TDSUpstream, _ result: inout SQLServerPassResult) {
    let second = Redirected()
    let login = SQLServerLogin(lib: lib, target: target, host: host, deadline: deadline, progress: progress)
    let ending = login.run(over: upstream, clock: result.clock) { follow($0, second) }
    result.outcome = ending.outcome
    result.clock = ending.clock
    result.remarks += ending.remarks
    guard let place = ending.redirection else { return }
    result.remarks.append(.redirected(to: place.description))
    result.attempts += second.attempts
    if let address = second.address {
      result.redirectedFrom = result.address
      result.address = address
    }
    result.encrypted = second.encrypted
    result.tls = nil
    result.take(second.tlsGuard)
  }

  /// What is known of the connection to where the login was sent on.
  private final class Redirected {
    var address: SocketAddress?
    var encrypted: Bool?
    var tlsGuard: TLSGuard?
    var attempts: [ConnectionAttempt] = []
  }

  /// Connects to where the login is sent on, by the same rules as to the first server; a name that was given for
  /// the first one's certificate is not this one's.
  private func follow(_ place: HostPort, _ second: Redirected) -> Result<TDSUpstream, ConnectionFailure> {
    var result = SQLServerPassResult(mode: pass.mode(of: target.ssl.mode), clock: StageClock())
    let found = NameResolver.addresses(
      of: place.host, port: place.port, family: target.addressFamily, deadline: deadline)
    guard case .success(let addresses) = found else {
      if case .failure(let failure) = found {
        return .failure(ConnectionFailure(stage: .resolve, event: failure.event))
      }
      return .failure(ConnectionFailure(stage: .resolve, event: .timedOut))
    }
    // In Preferred it is this server's own word that counts, whatever the first one has or has not.
    let isPreferred = target.ssl.mode == .preferred
    let upstream = attempt(isPreferred ? .encrypted : pass, at: place, addresses, &result, second)
    guard case .failure(let failure) = upstream, isPreferred, pass == .plain,
      SQLServerSSLPolicy.mayGoOnInPlain(after: failure)
    else { return upstream }
    return attempt(.plain, at: place, addresses, &result, second)
  }

  /// One connection to where the login is sent on.
  private func attempt(
    _ pass: SQLServerSSLPolicy.Pass, at place: HostPort, _ addresses: [SocketAddress],
    _ result: inout SQLServerPassResult, _ second: Redirected
  ) -> Result<TDSUpstream, ConnectionFailure> {
    let connected = connect(addresses, &result)
    second.attempts = result.attempts
    guard let connected else {
      return .failure(result.failure ?? ConnectionFailure(stage: .connect, event: .timedOut))
    }
    second.address = connected.address
    var settings = target.ssl
    settings.serverName = nil
    let policy = tlsPolicy?.forHost(place.host, settings) ?? .unverified(for: target, host: place.host)
    second.tlsGuard = pass == .encrypted ? policy.map { TLSGuard($0) } : nil
    let upstream = negotiate(over: connected, host: place, pass, second.tlsGuard)
    if case .success(let upstream) = upstream { second.encrypted = upstream.isEncrypted }
    return upstream
  }
}
