internal import ConnectCore

/// The questions to a server that either speaks TLS or does not, each over a connection of its own and without
/// credentials.
struct DirectQuestion {
  let address: SocketAddress
  /// Unverified: nothing is confided to it.
  let policy: TLSPolicy
  let deadline: Deadline

  /// Whether it speaks the engine's protocol in plain text; nil: that was not to be learnt.
  func inPlain(_ engine: any DirectEngine) -> ServerAnswer? {
    // Redis hangs up on HTTP, and PostgreSQL's servers on all that is not theirs.
    greeting(of: engine) ?? inPlain()
  }

  private func greeting(of engine: any DirectEngine) -> ServerAnswer? {
    let deadline = deadline.orSooner(in: .seconds(1))
    guard let socket = try? PlainSocket.connected(to: address, deadline: deadline),
      let greeting = try? engine.greet(over: socket, deadline: deadline)
    else { return nil }
    switch greeting {
    case .engine: return .offersNoTLS
    case .foreign(let answer): return answer.protocolName.map { _ in .isAnother(answer) }
    }
  }

  /// Who listens where the engine's own message brought nothing. Inside of TLS it may prove to be another's port.
  func listener(of engine: any DirectEngine) -> ServerAnswer? {
    listenerQuestion.ask(offering: engine.applicationProtocols) { stream, deadline in
      guard case .foreign(let answer)? = try? engine.greet(over: stream, deadline: deadline),
        let name = answer.protocolName, name != engine.carrier
      else { return nil }
      return .isAnother(answer)
    } ?? inPlain()
  }

  private func inPlain() -> ServerAnswer? {
    listenerQuestion.askForALine() ?? listenerQuestion.askForPostgreSQL()
  }

  private var listenerQuestion: ListenerQuestion {
    ListenerQuestion(address: address, policy: policy, deadline: deadline)
  }
}
