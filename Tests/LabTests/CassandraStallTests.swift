import Foundation
import Lab
import Testing

/// A Cassandra that stalls, closes, breaks or dribbles at every stage × modes, plain and TLS.
@Suite struct CassandraStallTests {
  /// Where a conversation goes wrong; each begins where the one before has ended well.
  enum Point: String, CaseIterable, Sendable {
    case serverHello = "instead of ServerHello"
    case midHandshake = "in the middle of the handshake"
    case supported = "instead of SUPPORTED"
    case midSupported = "in the middle of SUPPORTED"
    case authenticate = "instead of AUTHENTICATE"
    case midAuthenticate = "in the middle of AUTHENTICATE"
    case success = "instead of AUTH_SUCCESS"
    case rows = "instead of the rows"
    case midRows = "in the middle of the rows"

    var stage: String {
      switch self {
      case .serverHello, .midHandshake: "tls"
      case .supported, .midSupported, .authenticate, .midAuthenticate, .success: "auth"
      case .rows, .midRows: "query"
      }
    }

    /// Whether the password has been sent when it comes to this.
    var isAfterPassword: Bool { [.success, .rows, .midRows].contains(self) }

    /// What goes well until then.
    func approach(tls: Bool) -> [Step] {
      let secured: [Step] = (tls ? [.secure()] : []) + [.hearCQL]
      let told = secured + [.send(CQLMessage.supported), .hearCQL]
      let asked = told + [.send(CQLMessage.authenticate), .hearCQL]
      return switch self {
      case .serverHello: [.hearHandshake]
      case .midHandshake: [.secure(limit: 400)]
      case .supported: secured
      case .midSupported: secured + [Self.half(CQLMessage.supported)]
      case .authenticate: told
      case .midAuthenticate: told + [Self.half(CQLMessage.authenticate)]
      case .success: asked
      case .rows: asked + [.send(CQLMessage.authSuccess), .hearCQL]
      case .midRows: asked + [.send(CQLMessage.authSuccess), .hearCQL, Self.half(CQLMessage.local)]
      }
    }

    private static func half(_ message: [UInt8]) -> Step { .send(Array(message.prefix(message.count / 2))) }

    /// What is said there, a byte a second.
    var dribble: [Step] {
      switch self {
      case .serverHello: [.secure(limit: 0), .rest(pause: 1)]
      case .midHandshake: [.rest(pause: 1)]
      case .supported: [.send(CQLMessage.supported, pause: 1)]
      case .midSupported: [.send(Array(CQLMessage.supported.suffix(20)), pause: 1)]
      case .authenticate: [.send(CQLMessage.authenticate, pause: 1)]
      case .midAuthenticate: [.send(Array(CQLMessage.authenticate.suffix(20)), pause: 1)]
      case .success: [.send(CQLMessage.authSuccess, pause: 1)]
      case .rows: [.send(CQLMessage.local, pause: 1)]
      case .midRows: [.send(Array(CQLMessage.local.suffix(20)), pause: 1)]
      }
    }
  }

  static func row(_ what: String, _ point: Point, _ mode: Mode, _ end: [Step], _ cause: Cause) -> StressRow {
    let tls = mode != .disabled
    let approach = what == "dribbles" && point == .serverHello ? [] : point.approach(tls: tls)
    return StressRow("\(what) \(point.rawValue)", mode, approach + end, cause, point.stage)
      .with(\.engine, "cassandra").with(\.proves, point.isAfterPassword)
      .with(\.time, cause == .timedOut ? .atTheTimeout : .atOnce)
      // What comes before takes a busy machine its time too.
      .with(\.timeout, tls && point.stage != "tls" ? 1.5 : 0.7)
  }

  static func points(_ mode: Mode) -> [Point] {
    Point.allCases.filter { mode != .disabled || $0.stage != "tls" }
  }

  static let stalls =
    [Mode.disabled, .required].flatMap { mode in
      points(mode).map { row("stalls", $0, mode, [.stall], .timedOut) }
    }
    + [Mode.preferred, .verifyIdentity].flatMap { mode in
      [Point.serverHello, .midHandshake, .supported].map { row("stalls", $0, mode, [.stall], .timedOut) }
    }
  static let longer = [
    row("stalls", .serverHello, .required, [.stall], .timedOut).with(\.timeout, 1.5),
    row("stalls", .midHandshake, .verifyIdentity, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .supported, .disabled, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .rows, .required, [.stall], .timedOut).with(\.timeout, 2.5),
  ]
  static let dribbles = [Mode.disabled, .required].flatMap { mode in
    points(mode).map { row("dribbles", $0, mode, $0.dribble + [.stall], .timedOut) }
  }
  static let ends =
    [Mode.disabled, .required].flatMap { mode in
      points(mode).flatMap {
        [row("closes", $0, mode, [.close], .lost), row("breaks", $0, mode, [.reset], .lost)]
      }
    }
    + [Mode.preferred, .verifyIdentity].flatMap { mode in
      [Point.serverHello, .midHandshake, .supported].map { row("closes", $0, mode, [.close], .lost) }
    }
    + [Point.supported, .success, .rows].map { row("says good-bye", $0, .required, [.goodbye], .lost) }

  @Test(arguments: stalls + longer) func stall(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: dribbles) func dribble(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: ends) func end(_ row: StressRow) async throws { try await row.judge() }

  static let handshakes = [Point.serverHello, .midHandshake].flatMap { point in
    [
      row("stalls", point, .required, [.stall], .timedOut),
      row("closes", point, .verifyIdentity, [.close], .lost),
      row("breaks", point, .required, [.reset], .lost),
    ].map { $0.with(\.options, ["--until", "tls"]) }
  }
  @Test(arguments: handshakes) func untilTLS(_ row: StressRow) async throws { try await row.judge() }

  /// TLS 1.2's server has a second say in the handshake.
  @Test(arguments: [Mode.required, .verifyIdentity]) func tls12(mode: Mode) async throws {
    try await StressRow(
      "stalls before TLS 1.2's Finished", mode, [.secure(flights: 1, maximum: "1.2"), .stall], .timedOut,
      "tls"
    ).with(\.time, .atTheTimeout).with(\.engine, "cassandra").judge()
  }

  /// A port that takes connections and says nothing at all.
  @Test(arguments: [Mode.disabled, .required]) func silence(mode: Mode) async throws {
    try await StressRow("silence", mode, [.stall], .timedOut, mode == .disabled ? "auth" : "tls")
      .with(\.time, .atTheTimeout).with(\.engine, "cassandra").judge()
  }

  /// Another version of the protocol is another connection, within the same time.
  @Test(arguments: [Mode.disabled, .required]) func theSecondVersionStalls(mode: Mode) async throws {
    let secured: [Step] = mode == .disabled ? [] : [.secure()]
    let refusal = CQLMessage.error(0x0A, "Invalid or unsupported protocol version: 4", version: 3)
    try await StressRow(
      "refuses version 4, then stalls", mode, secured + [.hearCQL, .send(refusal), .close],
      then: secured + [.hearCQL, .stall], .timedOut, "auth"
    ).with(\.time, .atTheTimeout).with(\.engine, "cassandra").judge()
  }
}
