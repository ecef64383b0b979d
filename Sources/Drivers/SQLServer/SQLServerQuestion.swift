internal import ConnectCore
internal import Transport

/// A question without credentials about who listens where PRELOGIN was answered by nothing: TLS from the first byte,
/// with ALPN `tds/8.0`, as strict encryption has it (MS-TDS section 3.2.5.1, TDS 8.0).
struct SQLServerQuestion {
  let target: ConnectionTarget
  let host: HostPort
  let address: SocketAddress
  let deadline: Deadline

  private static let strict = "tds/8.0"

  /// nil: the target's servers are not to be asked.
  init?(target: ConnectionTarget, host: HostPort, address: SocketAddress, deadline: Deadline) {
    guard target.asksQuestions else { return nil }
    self.target = target
    self.host = host
    self.address = address
    self.deadline = deadline
  }

  /// - Returns: nil if that does not bring it to light.
  func listener() -> ServerAnswer? {
    let deadline = deadline.orSooner(in: .seconds(1))
    let settings = SSLSettings(
      mode: .required, serverName: target.ssl.serverName, minimumVersion: target.ssl.minimumVersion)
    // TLS without any check: nothing is confided to it.
    guard let policy = try? TLSPolicy(settings, host: host.host, credentials: nil) else { return nil }
    let race = ConnectionRace<PlainSocket>.run([address], deadline: deadline) { PlainSocket(to: $0) }
    guard let socket = race.winner?.connection else { return nil }
    let tlsGuard = TLSGuard(policy)
    do throws(StreamFailure) {
      let tunnel = try TLSTunnel(
        over: socket, guard: tlsGuard, applicationProtocols: [Self.strict],
        deadline: deadline.orSooner(in: deadline.remaining / 2))
      return tunnel.applicationProtocol == Self.strict ? .speaksStrictTDS : .speaksTLSDirectly
    } catch {
      if tlsGuard.serverSpokeTLS { return .speaksTLSDirectly }
      if case .notTLS(let answer) = error.event { return answer.protocolName.map { _ in .isAnother(answer) } }
      guard error.event == .timedOut, (try? socket.write([13, 10, 13, 10], deadline: deadline)) != nil,
        let bytes = try? socket.read(atMost: 64, deadline: deadline)
      else { return nil }
      let answer = ForeignAnswer(recognising: bytes)
      return answer.protocolName.map { _ in .isAnother(answer) }
    }
  }
}
