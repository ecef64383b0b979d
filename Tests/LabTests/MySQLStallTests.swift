import Foundation
import Lab
import Testing

/// A MySQL server that stalls, closes, breaks or dribbles at every stage × modes, plain and TLS.
@Suite struct MySQLStallTests {
  /// Where a conversation goes wrong; each begins where the one before has ended well.
  enum Point: String, CaseIterable, Sendable {
    case accepted = "instead of the greeting"
    case greeting = "in the middle of the greeting"
    case serverHello = "instead of ServerHello"
    case midHandshake = "in the middle of the handshake"
    case login = "instead of the answer to the login"
    case verdict = "instead of OK"
    case answer = "instead of the query's answer"
    case midAnswer = "in the middle of the query's answer"

    var stage: String {
      switch self {
      case .accepted, .greeting, .serverHello, .midHandshake: "tls"
      case .login, .verdict: "auth"
      case .answer, .midAnswer: "query"
      }
    }

    /// What goes well until then.
    func approach(tls: Bool) -> [Step] {
      let greeting: [Step] = [.mysql(MySQLMessage.greeting(tls: tls))]
      let secured: [Step] = greeting + (tls ? [.hearMySQL, .secure()] : [])
      let login: [Step] = secured + [.hearMySQL]
      return switch self {
      case .accepted: []
      case .greeting: [.mysql(MySQLMessage.greeting(tls: tls), limit: 20)]
      case .serverHello: greeting + [.hearMySQL, .hearHandshake]
      case .midHandshake: greeting + [.hearMySQL, .secure(limit: 400)]
      case .login: login
      case .verdict: login + [.mysql(MySQLMessage.fastPath)]
      case .answer: login + [.mysql([MySQLMessage.fastPath, MySQLMessage.ok]), .hearMySQL]
      case .midAnswer:
        login + [
          .mysql([MySQLMessage.fastPath, MySQLMessage.ok]), .hearMySQL, .mysql(Self.rows, limit: 20),
        ]
      }
    }

    static let rows = MySQLMessage.answer(["Variable_name", "Value"], [["version", "8.0.36"]])

    /// What is said there, a byte a second.
    func dribble(tls: Bool) -> [Step] {
      switch self {
      case .accepted, .greeting: [.mysql(MySQLMessage.greeting(tls: tls), pause: 1)]
      case .serverHello:
        [.mysql(MySQLMessage.greeting(tls: true)), .hearMySQL, .secure(limit: 0), .rest(pause: 1)]
      case .midHandshake: [.rest(pause: 1)]
      case .login: [.mysql(MySQLMessage.fastPath, pause: 1)]
      case .verdict: [.mysql(MySQLMessage.ok, pause: 1)]
      case .answer, .midAnswer: [.mysql(Self.rows, pause: 1)]
      }
    }
  }

  static func row(_ what: String, _ point: Point, _ mode: Mode, _ end: [Step], _ cause: Cause) -> StressRow {
    let tls = mode != .disabled
    let begins: Set<Point> = [.greeting, .serverHello]
    let approach = what == "dribbles" && begins.contains(point) ? [] : point.approach(tls: tls)
    let sent: Set<Point> = [.login, .verdict, .answer, .midAnswer]
    return StressRow(
      "\(what) \(point.rawValue)", mode, approach + end, cause,
      !tls && point.stage == "tls" ? "auth" : point.stage
    ).with(\.engine, "mysql").with(\.proves, sent.contains(point))
      .with(\.time, cause == .timedOut ? .atTheTimeout : .atOnce)
  }

  static func points(_ mode: Mode) -> [Point] {
    let negotiation: Set<Point> = [.serverHello, .midHandshake]
    return Point.allCases.filter { mode != .disabled || !negotiation.contains($0) }
  }

  static let stalls =
    points(.disabled).map { row("stalls", $0, .disabled, [.stall], .timedOut) }
    + points(.required).map { row("stalls", $0, .required, [.stall], .timedOut) }
    + [Mode.preferred, .verifyIdentity].flatMap { mode in
      [Point.accepted, .greeting, .serverHello, .login].map { row("stalls", $0, mode, [.stall], .timedOut) }
    }
  static let longer = [
    row("stalls", .accepted, .required, [.stall], .timedOut).with(\.timeout, 1.5),
    row("stalls", .midHandshake, .verifyIdentity, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .greeting, .disabled, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .answer, .required, [.stall], .timedOut).with(\.timeout, 2.5),
  ]
  static let dribbles = [Mode.disabled, .required].flatMap { mode in
    points(mode).dropFirst().map {
      row("dribbles", $0, mode, $0.dribble(tls: mode != .disabled) + [.stall], .timedOut)
    }
  }
  static let ends =
    [Mode.disabled, .required].flatMap { mode in
      points(mode).flatMap { [row("closes", $0, mode, [.close], .lost), breaks($0, mode)] }
    }
    + [Point.accepted, .greeting, .serverHello].flatMap {
      [row("closes", $0, .preferred, [.close], .lost), breaks($0, .preferred)]
    }
    + [Point.serverHello, .midHandshake, .login].map { row("closes", $0, .verifyIdentity, [.close], .lost) }
    + [Point.login, .answer].map { row("says good-bye", $0, .required, [.goodbye], .lost) }

  /// What is broken at once may be found broken while it is still being made.
  static func breaks(_ point: Point, _ mode: Mode) -> StressRow {
    let row = row("breaks", point, mode, [.reset], .lost)
    return [.accepted, .greeting].contains(point) ? row.with(\.stage, "connect|\(row.stage)") : row
  }

  @Test(arguments: stalls + longer) func stall(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: dribbles) func dribble(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: ends) func end(_ row: StressRow) async throws { try await row.judge() }

  /// A test that ends with the handshake is none of libmariadb's.
  static let handshakes = [Point.accepted, .greeting, .serverHello, .midHandshake].flatMap { point in
    [
      row("stalls", point, .required, [.stall], .timedOut),
      row("closes", point, .verifyIdentity, [.close], .lost),
      breaks(point, .required),
    ].map { $0.with(\.options, ["--until", "tls"]) }
  }

  @Test(arguments: handshakes) func untilTLS(_ row: StressRow) async throws { try await row.judge() }

  /// TLS 1.2's server has a second say in the handshake.
  @Test(arguments: [Mode.required, .verifyIdentity]) func tls12(mode: Mode) async throws {
    let greeting = MySQLMessage.greeting(tls: true)
    let flight = StressRow(
      "stalls before TLS 1.2's Finished", mode,
      [.mysql(greeting), .hearMySQL, .secure(flights: 1, maximum: "1.2"), .stall], .timedOut, "tls")
    try await flight.with(\.time, .atTheTimeout).with(\.engine, "mysql").judge()
  }

  /// The question about a login that was refused in plain text keeps the deadline too, and proves nothing then. (With a
  /// shorter timeout a busy machine would not leave the time that is kept back to tell it.)
  @Test func theQuestionOverTLSStalls() async throws {
    let refused = MySQLMessage.error(
      1045, "28000", "Access denied for user 'tester'@'h' (using password: YES)")
    for question in [Point.accepted, .greeting, .serverHello, .midHandshake, .login] {
      try await StressRow(
        "the question stalls \(question.rawValue)", .disabled,
        [.mysql(MySQLMessage.greeting(tls: true)), .hearMySQL, .mysql(refused), .close],
        then: question.approach(tls: true) + [.stall], .authentication, "auth"
      ).with(\.engine, "mysql").with(\.proves, true).with(\.time, .beforeTheTimeout).with(\.timeout, 2.5)
        .with(
          \.note, "without an answer"
        )
        .judge()
    }
  }
}
