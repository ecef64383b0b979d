internal import ConnectCore

/// The questions to a server that either speaks TLS or does not, each over a connection of its own and without
/// credentials.
struct DirectQuestion {
  let address: SocketAddress
  let deadline: Deadline

  /// Whether it speaks the engine's protocol in plain text; nil: that was not to be learnt.
  func inPlain(_ engine: any DirectEngine) -> ServerAnswer? {
    let deadline = deadline.orSooner(in: .seconds(1))
    guard let socket = try? PlainSocket.connected(to: address, deadline: deadline),
      let greeting = try? engine.greet(over: socket, deadline: deadline)
    else { return nil }
    switch greeting {
    case .engine: return .offersNoTLS
    case .foreign(let answer): return answer.protocolName.map { _ in .isAnother(answer) }
    }
  }

  /// Who listens where the engine's own message brought nothing.
  func listener(_ policy: TLSPolicy) -> ServerAnswer? {
    let question = ListenerQuestion(address: address, policy: policy, deadline: deadline)
    // PostgreSQL's servers hang up on the first question, so that the second needs a connection of its own.
    return question.ask() ?? question.askForPostgreSQL()
  }
}
