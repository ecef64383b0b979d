internal import ConnectCore
internal import Transport

/// A question put to a server without credentials: a StartupMessage, over TLS or in plain text, and what the
/// server says to it before anybody has to prove anything; or a ClientHello, for who it is that listens.
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
      let socket = try connect(by: deadline)
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
      let socket = try connect(by: deadline)
      return try introduce(on: socket).map(ServerAnswer.refusesInPlain) ?? .takesLoginInPlain
    } catch {
      return Self.unanswered(error)
    }
  }

  /// Who listens where nobody answers: something that speaks TLS at once, or that waits for a line of text.
  ///
  /// - Returns: nil if that does not bring it to light.
  func listener() -> ServerAnswer? {
    let deadline = deadline.orSooner(in: .seconds(1))
    guard let policy = unverified, let socket = try? connect(by: deadline) else { return nil }
    let tlsGuard = TLSGuard(policy)
    do throws(StreamFailure) {
      _ = try TLSStream(
        over: socket, guard: tlsGuard, deadline: deadline.orSooner(in: deadline.remaining / 2))
      return .speaksTLSDirectly
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

  /// TLS without any check: nothing is confided to it.
  private var unverified: TLSPolicy? {
    let settings = SSLSettings(
      mode: .required, serverName: target.ssl.serverName, minimumVersion: target.ssl.minimumVersion)
    return try? TLSPolicy(settings, host: host.host, credentials: nil, groups: PostgreSQLSSLPolicy.groups)
  }

  private static func unanswered(_ failure: StreamFailure) -> ServerAnswer {
    .unanswered(
      failure.error?.text ?? (failure.event == .timedOut ? "no answer in time" : "the connection was closed"))
  }

  private func connect(by deadline: Deadline) throws(StreamFailure) -> PlainSocket {
    let race = ConnectionRace<PlainSocket>.run([address], deadline: deadline) { PlainSocket(to: $0) }
    guard let winner = race.winner else { throw StreamFailure(race.failure.event, error: race.failure.error) }
    return winner.connection
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
