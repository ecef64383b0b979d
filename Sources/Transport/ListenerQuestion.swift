package import ConnectCore

/// The question who it is that listens where nobody answers: something that speaks TLS at once, or that waits for
/// a line of text, or for a message of PostgreSQL's.
package struct ListenerQuestion: Sendable {
  private let address: SocketAddress
  /// Unverified: nothing is confided to it.
  private let policy: TLSPolicy
  private let deadline: Deadline

  package init(address: SocketAddress, policy: TLSPolicy, deadline: Deadline) {
    self.address = address
    self.policy = policy
    self.deadline = deadline.orSooner(in: .seconds(1))
  }

  /// What TDS 8.0 calls itself in ALPN (MS-TDS section 3.2.5.1).
  package static let strictTDS = "tds/8.0"

  /// Sends a ClientHello, which offers these protocols by ALPN, and to what does not react to it two empty lines.
  ///
  /// - Parameter inside: asks on inside of TLS who it is; nil: that was not to be learnt.
  /// - Returns: nil if that does not bring it to light.
  package func ask(
    offering applicationProtocols: [String] = [],
    inside: (any ByteStream, Deadline) -> ServerAnswer? = { _, _ in nil }
  ) -> ServerAnswer? {
    guard let socket = try? PlainSocket.connected(to: address, deadline: deadline) else { return nil }
    let tlsGuard = TLSGuard(policy)
    do throws(StreamFailure) {
      let tunnel = try TLSTunnel(
        over: socket, guard: tlsGuard, applicationProtocols: applicationProtocols,
        deadline: deadline.orSooner(in: deadline.remaining / 2))
      if tunnel.applicationProtocol == Self.strictTDS { return .speaksStrictTDS }
      return inside(tunnel, deadline) ?? .speaksTLSDirectly
    } catch {
      if tlsGuard.serverSpokeTLS { return .speaksTLSDirectly }
      if case .notTLS(let answer) = error.event { return answer.protocolName.map { _ in .isAnother(answer) } }
      guard error.event == .timedOut else { return nil }
      return answer(of: socket, to: [13, 10, 13, 10], until: deadline)
    }
  }

  /// Sends PostgreSQL's SSLRequest (PostgreSQL documentation, chapter 55.2.10), which a server of its own answers
  /// with one letter. For engines whose servers speak first: PostgreSQL's hangs up on everything else in silence.
  package func askForPostgreSQL() -> ServerAnswer? {
    guard let socket = try? PlainSocket.connected(to: address, deadline: deadline) else { return nil }
    guard (try? socket.write([0, 0, 0, 8, 4, 210, 22, 47], deadline: deadline)) != nil,
      let bytes = try? socket.read(atMost: 64, deadline: deadline), bytes == [0x53] || bytes == [0x4E]
    else { return nil }
    return .isAnother(ForeignAnswer(protocolName: "PostgreSQL", bytes: bytes))
  }

  /// Sends a line of text. For Redis, which hangs up on HTTP in silence, and finds the end of no line behind a NUL,
  /// such as a ClientHello holds.
  package func askForALine() -> ServerAnswer? {
    let deadline = deadline.orSooner(in: deadline.remaining / 2)
    guard let socket = try? PlainSocket.connected(to: address, deadline: deadline) else { return nil }
    return answer(of: socket, to: Array("PING\r\n\r\n".utf8), until: deadline)
  }

  private func answer(of socket: PlainSocket, to bytes: [UInt8], until deadline: Deadline) -> ServerAnswer? {
    guard (try? socket.write(bytes, deadline: deadline)) != nil,
      let bytes = try? socket.read(atMost: ForeignAnswer.mostBytes, deadline: deadline)
    else { return nil }
    let answer = ForeignAnswer(recognising: bytes)
    return answer.protocolName.map { _ in .isAnother(answer) }
  }
}
