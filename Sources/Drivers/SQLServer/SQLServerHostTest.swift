internal import ConnectCore
internal import Transport

/// The test of one host: resolve, ask for the instance's port, then one pass, or two where Preferred may go on in
/// plain text.
struct SQLServerHostTest {
  let target: ConnectionTarget
  let host: HostPort
  let lib: DBLib?
  /// Loaded unless TLS is disabled.
  let tlsPolicy: TLSPolicy?
  let deadline: Deadline
  let progress: Progress

  func run() -> Observation {
    var clock = StageClock()
    var host = host
    let name = host.address ?? host.host
    if !isNumericAddress(name) || host.instance != nil { clock.begin(.resolve) }
    progress.note(.resolve, host)
    func notResolved(_ failure: ConnectionFailure) -> Observation {
      clock.end(ok: false)
      return Observation(outcome: .failed(failure), host: host, stages: clock.stages)
    }
    func addresses(_ port: UInt16) -> Result<[SocketAddress], ConnectionFailure> {
      NameResolver.addresses(of: name, port: port, family: target.addressFamily, deadline: deadline)
        .mapError { ConnectionFailure(stage: .resolve, event: $0.event) }
    }
    do throws(ConnectionFailure) {
      if let instance = host.instance {
        host.port = try SQLBrowser.port(
          of: instance, at: addresses(SQLBrowser.port).get(), host: host.host, deadline: deadline
        ).get()
      }
      let addresses = try addresses(host.port).get()
      return connect(to: host, at: addresses, clock)
    } catch {
      return notResolved(error)
    }
  }

  private func connect(to host: HostPort, at addresses: [SocketAddress], _ clock: StageClock) -> Observation {
    progress.note(.connect, host)
    let first = pass(SQLServerSSLPolicy.firstPass(target.ssl.mode), host, addresses, clock)
    guard target.ssl.mode == .preferred, target.until >= .auth, let reason = first.failure,
      // A server that sent the login on had TLS, and has answered a login.
      first.redirectedFrom == nil, SQLServerSSLPolicy.mayGoOnInPlain(after: reason),
      let address = first.address
    else { return first.observation(host: host) }
    // The server has said that it has no TLS, and by the specification this connection is over: a new one.
    var second = pass(.plain, host, [address], StageClock())
    second.attempts = first.attempts + second.attempts
    var observation = second.observation(host: host)
    observation.stages = first.clock.stages.filter { $0.stage == .resolve } + observation.stages
    observation.fallback = Fallback(reason: reason)
    return observation
  }

  private func pass(
    _ pass: SQLServerSSLPolicy.Pass, _ host: HostPort, _ addresses: [SocketAddress], _ clock: StageClock
  ) -> SQLServerPassResult {
    let policy = pass == .encrypted ? tlsPolicy?.forHost(host.host, target.ssl) : nil
    return SQLServerPass(
      lib: lib, target: target, host: host, pass: pass, tlsPolicy: policy, deadline: deadline,
      progress: progress
    ).run(at: addresses, clock: clock)
  }
}
