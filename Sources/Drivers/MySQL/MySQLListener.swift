internal import ConnectCore
internal import Transport

/// The question who it is that listens and says nothing, where a MySQL server would have spoken first.
struct MySQLListener {
  let target: ConnectionTarget
  let host: HostPort
  let address: SocketAddress
  let deadline: Deadline

  func ask() -> ServerAnswer? {
    guard let policy = TLSPolicy.unverified(for: target, host: host.host) else { return nil }
    let question = ListenerQuestion(address: address, policy: policy, deadline: deadline)
    // PostgreSQL's servers hang up on the first question, so that the second needs a connection of its own.
    return question.ask() ?? question.askForPostgreSQL()
  }
}
