internal import ConnectCore
internal import Transport

/// A question without credentials about who listens where PRELOGIN was answered by nothing: TLS from the first byte,
/// with ALPN `tds/8.0`, as strict encryption has it (MS-TDS section 3.2.5.1, TDS 8.0).
struct SQLServerQuestion {
  private let question: ListenerQuestion

  /// nil: the target's servers are not to be asked.
  init?(target: ConnectionTarget, host: HostPort, address: SocketAddress, deadline: Deadline) {
    guard target.asksQuestions, let policy = TLSPolicy.unverified(for: target, host: host.host) else {
      return nil
    }
    question = ListenerQuestion(address: address, policy: policy, deadline: deadline)
  }

  /// - Returns: nil if that does not bring it to light.
  func listener() -> ServerAnswer? { question.ask(offering: [ListenerQuestion.strictTDS]) }
}
