internal import ConnectCore
internal import Transport

/// A question put to a server without credentials: a StartupMessage, over TLS or in plain text, and what the
/// server says to it before anybody has to prove anything.
struct PostgreSQLQuestion {
  let target: ConnectionTarget
  let address: SocketAddress
  let deadline: Deadline

  /// Whether the server would take this login over TLS.
  func overTLS() -> ServerAnswer {
    do throws(StreamFailure) {
      let socket = try connect()
      switch try Self.askForTLS(on: socket, deadline: deadline) {
      case .no: return .offersNoTLS
      case .yes: break
      case .error(let error): return .refusesOverTLS(error)
      case .foreign: return .unanswered("something else than PostgreSQL answered")
      }
      var settings = target.ssl
      settings.mode = .required
      guard
        let policy = try? TLSPolicy(
          settings, host: target.hosts[0].host, credentials: nil, groups: PostgreSQLSSLPolicy.groups)
      else { return .unanswered("no TLS could be set up") }
      let stream = try TLSStream(over: socket, guard: TLSGuard(policy), deadline: deadline)
      return try introduce(on: stream).map(ServerAnswer.refusesOverTLS) ?? .takesLoginOverTLS
    } catch {
      return Self.unanswered(error)
    }
  }

  /// Whether the server would take this login in plain text.
  func inPlain() -> ServerAnswer {
    do throws(StreamFailure) {
      let socket = try connect()
      return try introduce(on: socket).map(ServerAnswer.refusesInPlain) ?? .takesLoginInPlain
    } catch {
      return Self.unanswered(error)
    }
  }

  private static func unanswered(_ failure: StreamFailure) -> ServerAnswer {
    .unanswered(
      failure.error?.text ?? (failure.event == .timedOut ? "no answer in time" : "the connection was closed"))
  }

  private func connect() throws(StreamFailure) -> PlainSocket {
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

  /// What a server says to SSLRequest (chapter 55.2.10 "SSL Session Encryption").
  enum TLSOffer: Equatable {
    case yes, no
    case error(ServerError)
    case foreign([UInt8])
  }

  static func askForTLS(on socket: PlainSocket, deadline: Deadline) throws(StreamFailure) -> TLSOffer {
    try socket.write(PostgreSQLMessages.sslRequest, deadline: deadline)
    // One byte only: what follows an S belongs to TLS.
    let first = try socket.read(exactly: 1, deadline: deadline)
    switch first[0] {
    case UInt8(ascii: "S"): return .yes
    case UInt8(ascii: "N"): return .no
    case UInt8(ascii: "E"):
      var bytes = first
      while case .incomplete = PostgreSQLMessages.answer(bytes) {
        bytes += try socket.read(atMost: 4_096, deadline: deadline)
      }
      if case .error(let error) = PostgreSQLMessages.answer(bytes) { return .error(error) }
      return .foreign(bytes)
    default:
      let rest = (try? socket.read(atMost: 63, deadline: deadline.orSooner(in: .milliseconds(100)))) ?? []
      return .foreign(first + rest)
    }
  }
}
