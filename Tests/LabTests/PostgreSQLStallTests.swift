import Foundation
import Lab
import Testing

/// A PostgreSQL server that stalls, closes, breaks or dribbles at every stage × modes, plain and TLS.
@Suite struct PostgreSQLStallTests {
  /// Where a conversation goes wrong; each begins where the one before has ended well.
  enum Point: String, CaseIterable, Sendable {
    case accepted = "after accept"
    case tlsAnswer = "instead of the answer to SSLRequest"
    case serverHello = "instead of ServerHello"
    case midHandshake = "in the middle of the handshake"
    case login = "instead of the authentication request"
    case challenge = "instead of SCRAM's challenge"
    case verdict = "instead of SCRAM's verdict"
    case verified = "instead of AuthenticationOk"
    case ready = "instead of ReadyForQuery"
    case answer = "instead of the query's answer"
    case midAnswer = "in the middle of the query's answer"

    var stage: String {
      switch self {
      case .accepted, .tlsAnswer, .serverHello, .midHandshake: "tls"
      case .login, .challenge, .verdict, .verified, .ready: "auth"
      case .answer, .midAnswer: "query"
      }
    }

    /// What goes well until then.
    func approach(tls: Bool) -> [Step] {
      let secured: [Step] = tls ? [.hearPacket, .send("S"), .secure()] : []
      let login: [Step] = secured + [.hearPacket]
      return switch self {
      case .accepted: []
      case .tlsAnswer: [.hearPacket]
      case .serverHello: [.hearPacket, .send("S"), .hearHandshake]
      case .midHandshake: [.hearPacket, .send("S"), .secure(limit: 400)]
      case .login: login
      case .challenge: login + [.scram(.request)]
      case .verdict: login + [.scram(.request), .scram(.challenge)]
      case .verified: login + [.scram(.request), .scram(.challenge), .scram(.verdict)]
      case .ready: login + [.send(PostgresMessage.authentication(0))]
      case .answer: login + [.send(PostgresMessage.welcome), .hearMessage]
      case .midAnswer:
        login + [
          .send(PostgresMessage.welcome), .hearMessage, .send(Array(PostgresMessage.answer("x").prefix(20))),
        ]
      }
    }

    /// What is said there, a byte a second.
    var dribble: [Step] {
      func slowly(_ bytes: [UInt8]) -> [Step] { [.send(bytes, pause: 1)] }
      return switch self {
      case .accepted: []
      case .tlsAnswer: slowly(PostgresMessage.error("57P03", "the database system is starting up"))
      case .serverHello: [.hearPacket, .send("S"), .secure(limit: 0), .rest(pause: 1)]
      case .midHandshake: [.rest(pause: 1)]
      case .login: slowly(PostgresMessage.authentication(10, Array("SCRAM-SHA-256\0\0".utf8)))
      case .challenge, .verdict: slowly(PostgresMessage.authentication(11, Array("r=".utf8)))
      case .verified: slowly(PostgresMessage.authentication(0))
      case .ready: slowly(PostgresMessage.ready)
      case .answer, .midAnswer: slowly(PostgresMessage.answer("PostgreSQL 15"))
      }
    }
  }

  static let timeouts = [0.7, 1.5, 2.5]

  static func row(_ what: String, _ point: Point, _ mode: Mode, _ end: [Step], _ cause: Cause) -> StressRow {
    let tls = mode != .disabled
    let approach = what == "dribbles" && point == .serverHello ? [] : point.approach(tls: tls)
    let row = StressRow(
      "\(what) \(point.rawValue)", mode, approach + end, cause,
      !tls && point.stage == "tls" ? "auth" : point.stage)
    let later: Set<Point> = [.verdict, .verified]
    return row.with(\.proves, later.contains(point)).with(
      \.time, cause == .timedOut ? .atTheTimeout : .atOnce)
  }

  static func points(_ mode: Mode) -> [Point] {
    let negotiation: Set<Point> = [.tlsAnswer, .serverHello, .midHandshake]
    return Point.allCases.filter { mode != .disabled || !negotiation.contains($0) }
  }

  /// The points that tell the other modes apart from these two.
  static let some: [Point] = [.accepted, .tlsAnswer, .serverHello, .login, .verdict]

  static let stalls =
    points(.disabled).map { row("stalls", $0, .disabled, [.stall], .timedOut) }
    + points(.required).map { row("stalls", $0, .required, [.stall], .timedOut) }
    + [Mode.preferred, .verifyIdentity].flatMap { mode in
      some.map { row("stalls", $0, mode, [.stall], .timedOut) }
    }
  static let longer = [
    row("stalls", .accepted, .required, [.stall], .timedOut).with(\.timeout, 1.5),
    row("stalls", .accepted, .required, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .midHandshake, .verifyIdentity, [.stall], .timedOut).with(\.timeout, 1.5),
    row("stalls", .login, .disabled, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .answer, .required, [.stall], .timedOut).with(\.timeout, 2.5),
  ]
  static let dribbles = [Mode.disabled, .required].flatMap { mode in
    points(mode).dropFirst().map { row("dribbles", $0, mode, $0.dribble + [.stall], .timedOut) }
  }
  static let ends =
    [Mode.disabled, .required].flatMap { mode in
      points(mode).flatMap { [row("closes", $0, mode, [.close], .lost), breaks($0, mode)] }
    }
    + [Point.accepted, .tlsAnswer, .serverHello].flatMap {
      [row("closes", $0, .preferred, [.close], .lost), breaks($0, .preferred)]
    }
    + [Point.serverHello, .login, .verdict].map { row("closes", $0, .verifyIdentity, [.close], .lost) }
    + [Point.login, .verdict, .answer].map { row("says good-bye", $0, .required, [.goodbye], .lost) }

  /// What is broken at once may be found broken while it is still being made.
  static func breaks(_ point: Point, _ mode: Mode) -> StressRow {
    let row = row("breaks", point, mode, [.reset], .lost)
    return point == .accepted ? row.with(\.stage, "connect|\(row.stage)") : row
  }

  @Test(arguments: stalls + longer) func stall(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: dribbles) func dribble(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: ends) func end(_ row: StressRow) async throws { try await row.judge() }

  /// A test that ends with the handshake is none of libpq's.
  static let handshakes = [Point.accepted, .tlsAnswer, .serverHello, .midHandshake].flatMap { point in
    [
      row("stalls", point, .required, [.stall], .timedOut),
      row("closes", point, .verifyIdentity, [.close], .lost),
      breaks(point, .required),
    ].map { $0.with(\.options, ["--until", "tls"]) }
  }

  @Test(arguments: handshakes) func untilTLS(_ row: StressRow) async throws { try await row.judge() }

  /// TLS 1.2's server has a second say in the handshake.
  @Test(arguments: [Mode.required, .verifyIdentity]) func tls12(mode: Mode) async throws {
    let flight = StressRow(
      "stalls before TLS 1.2's Finished", mode,
      [.hearPacket, .send("S"), .secure(flights: 1, maximum: "1.2"), .stall], .timedOut, "tls")
    try await flight.with(\.time, .atTheTimeout).judge()
  }

  /// Nobody is refused, and nobody gets in.
  @Test(arguments: timeouts, [Mode.disabled, .required]) func fullBacklog(timeout: Double, mode: Mode)
    async throws
  {
    let row = StressRow("full backlog", mode, [], .timedOut, "connect").with(\.timeout, timeout)
      .with(\.time, .atTheTimeout)
    try await SideBySide.run {
      try row.check(sourceLocation: #_sourceLocation) { try MisbehavingServer.full() }
    }
  }
}
