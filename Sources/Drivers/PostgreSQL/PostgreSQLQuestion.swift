internal import ConnectCore
internal import Transport

/// A question put to a server without credentials: a StartupMessage, over TLS or in plain text, and what the
/// server says to it before anybody has to prove anything; or what brings to light who it is that listens.
struct PostgreSQLQuestion {
  let target: ConnectionTarget
  let host: HostPort
  let address: SocketAddress
  let deadline: Deadline

  /// nil: the target's servers are not to be asked.
  init?(target: ConnectionTarget, host: HostPort, address: SocketAddress, deadline: Deadline) {
    guard target.asksQuestions else { return nil }
    self.target = target
    self.host = host
    self.address = address
    self.deadline = deadline
  }

  /// Whether the server would take this login over TLS.
  func overTLS() -> ServerAnswer {
    do throws(StreamFailure) {
      let socket = try PlainSocket.connected(to: address, deadline: deadline)
      try socket.write(PostgreSQLMessages.sslRequest, deadline: deadline)
      switch try TLSAnswer(from: socket.descriptor, deadline: deadline) {
      case .no: return .offersNoTLS
      // One byte only: what follows it belongs to TLS.
      case .yes: _ = try socket.read(exactly: 1, deadline: deadline)
      case .error(let error): return .refusesOverTLS(error)
      case .foreign, .incomplete: return .unanswered("something else than PostgreSQL answered")
      }
      guard let policy = unverified else { return .unanswered("no TLS could be set up") }
      let stream = try TLSStream(over: socket, guard: TLSGuard(policy), deadline: deadline)
      return try introduce(on: stream).map(ServerAnswer.refusesOverTLS) ?? .takesLoginOverTLS
    } catch {
      return Self.unanswered(error)
    }
  }

  /// Whether the server would take this login in plain text.
  func inPlain() -> ServerAnswer {
    do throws(StreamFailure) {
      let socket = try PlainSocket.connected(to: address, deadline: deadline)
      return try introduce(on: socket).map(ServerAnswer.refusesInPlain) ?? .takesLoginInPlain
    } catch {
      return Self.unanswered(error)
    }
  }

  /// Who listens where nobody answers.
  func listener() -> ServerAnswer? {
    unverified.flatMap { ListenerQuestion(address: address, policy: $0, deadline: deadline).ask() }
  }

  private var unverified: TLSPolicy? {
    .unverified(for: target, host: host.host, groups: PostgreSQLSSLPolicy.groups)
  }

  private static func unanswered(_ failure: StreamFailure) -> ServerAnswer {
    .unanswered(
      failure.error?.text ?? (failure.event == .timedOut ? "no answer in time" : "the connection was closed"))
  }

  /// Says who we are; nil: the server went on to a login, otherwise its refusal.
  private func introduce(on stream: some ByteStream) throws(StreamFailure) -> ServerError? {
    let user = target.user ?? ""
    try stream.write(
      PostgreSQLMessages.startup(user: user, database: target.database ?? user), deadline: deadline)
    var bytes: [UInt8] = []
    while true {
      switch PostgreSQLMessages.answer(bytes) {
      case .authentication:
        try? stream.write(PostgreSQLMessages.terminate, deadline: deadline)
        return nil
      case .error(let error): return error
      case .goesOn(let length): bytes.removeFirst(length)
      case .foreign: throw StreamFailure(.foreignAnswer(ForeignAnswer(recognising: bytes)))
      case .incomplete: bytes += try stream.read(atMost: 4_096, deadline: deadline)
      }
    }
  }
}
