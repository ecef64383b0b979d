package import ConnectCore

extension NameResolver {
  /// The addresses of one of a target's hosts: those of its name, or of the address that stands for it; none for a Unix
  /// socket. A name begins the stage `resolve` on the clock, which ends badly where there is no address.
  package static func addresses(
    of host: HostPort, _ target: ConnectionTarget, _ deadline: Deadline, _ progress: Progress,
    _ clock: inout StageClock
  ) throws(ConnectionFailure) -> [SocketAddress] {
    guard !host.isUnixSocket else { return [] }
    let name = host.address ?? host.host
    if !isNumericAddress(name) { clock.begin(.resolve) }
    progress.note(.resolve, host)
    switch addresses(of: name, port: host.port, family: target.addressFamily, deadline: deadline) {
    case .success(let found): return found
    case .failure(let failure):
      clock.end(ok: false)
      throw ConnectionFailure(stage: .resolve, event: failure.event)
    }
  }
}
