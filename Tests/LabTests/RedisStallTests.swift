import Lab
import Testing

/// A Redis server that stalls, closes, breaks or dribbles at every stage × modes, plain and TLS.
@Suite struct RedisStallTests {
  /// Where a conversation goes wrong; each begins where the one before has ended well.
  enum Point: String, CaseIterable, Sendable {
    case accepted = "after accept"
    case serverHello = "instead of ServerHello"
    case midHandshake = "in the middle of the handshake"
    case pong = "instead of PONG"
    case midPong = "in the middle of PONG"
    case verdict = "instead of the answer to AUTH"
    case proof = "instead of the second PONG"
    case midProof = "in the middle of the second PONG"

    var stage: String {
      switch self {
      case .accepted, .serverHello, .midHandshake: "tls"
      case .pong, .midPong, .verdict: "auth"
      case .proof, .midProof: "query"
      }
    }

    /// What goes well until then.
    func approach(tls: Bool) -> [Step] {
      let ping: [Step] = (tls ? [.secure()] : []) + [.hearRedis()]
      let login = ping + [.send("+PONG\r\n"), .hearRedis()]
      return switch self {
      case .accepted: []
      case .serverHello: [.hearHandshake]
      case .midHandshake: [.secure(limit: 400)]
      case .pong: ping
      case .midPong: ping + [.send("+PO")]
      case .verdict: login
      case .proof: login + [.send("+OK\r\n"), .hearRedis()]
      case .midProof: login + [.send("+OK\r\n"), .hearRedis(), .send("+PO")]
      }
    }

    /// What is said there, a byte a second.
    var dribble: [Step] {
      func slowly(_ text: String) -> [Step] { [.send(Array(text.utf8), pause: 1)] }
      return switch self {
      case .accepted: []
      case .serverHello: [.secure(limit: 0), .rest(pause: 1)]
      case .midHandshake: [.rest(pause: 1)]
      case .pong, .midPong, .proof, .midProof: slowly("+PONG\r\n")
      case .verdict: slowly("+OK\r\n")
      }
    }
  }

  static func row(_ what: String, _ point: Point, _ mode: Mode, _ end: [Step], _ cause: Cause) -> StressRow {
    let tls = mode != .disabled
    let approach = what == "dribbles" && point == .serverHello ? [] : point.approach(tls: tls)
    let later: Set<Point> = [.verdict, .proof, .midProof]
    return StressRow(
      "\(what) \(point.rawValue)", mode, approach + end, cause,
      !tls && point.stage == "tls" ? "auth" : point.stage
    ).with(\.engine, "redis").with(\.proves, later.contains(point))
      .with(\.time, cause == .timedOut ? .atTheTimeout : .atOnce)
      // Time enough to get there on a busy machine.
      .with(\.timeout, point.stage == "tls" ? 0.7 : 1.5)
  }

  static func points(_ mode: Mode) -> [Point] {
    Point.allCases.filter { mode != .disabled || ![.serverHello, .midHandshake].contains($0) }
  }

  static let stalls =
    points(.disabled).map { row("stalls", $0, .disabled, [.stall], .timedOut) }
    + points(.required).map { row("stalls", $0, .required, [.stall], .timedOut) }
    + [Mode.preferred, .verifyIdentity].flatMap { mode in
      [Point.accepted, .serverHello, .midHandshake, .pong].map {
        row("stalls", $0, mode, [.stall], .timedOut)
      }
    }
  static let longer = [
    row("stalls", .accepted, .required, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .midHandshake, .verifyIdentity, [.stall], .timedOut).with(\.timeout, 1.5),
    row("stalls", .accepted, .disabled, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .proof, .required, [.stall], .timedOut).with(\.timeout, 2.5),
  ]
  static let dribbles = [Mode.disabled, .required].flatMap { mode in
    points(mode).dropFirst().map { row("dribbles", $0, mode, $0.dribble + [.stall], .timedOut) }
  }
  static let ends =
    [Mode.disabled, .required].flatMap { mode in
      points(mode).flatMap { [row("closes", $0, mode, [.close], .lost), breaks($0, mode)] }
    }
    + [Point.accepted, .serverHello].flatMap {
      [row("closes", $0, .preferred, [.close], .lost), breaks($0, .preferred)]
    }
    + [Point.serverHello, .midHandshake, .pong].map { row("closes", $0, .verifyIdentity, [.close], .lost) }
    + [Point.pong, .verdict, .proof].map { row("says good-bye", $0, .required, [.goodbye], .lost) }

  /// What is broken at once may be found broken while it is still being made.
  static func breaks(_ point: Point, _ mode: Mode) -> StressRow {
    let row = row("breaks", point, mode, [.reset], .lost)
    return point == .accepted ? row.with(\.stage, "connect|\(row.stage)") : row
  }

  @Test(arguments: stalls + longer) func stall(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: dribbles) func dribble(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: ends) func end(_ row: StressRow) async throws { try await row.judge() }

  /// Who says nothing about itself is not waited for: neither for a second nor for the end of the time.
  @Test(arguments: [Mode.disabled, .required], [0.7, 10]) func unknownProduct(mode: Mode, timeout: Double)
    async throws
  {
    let script =
      Point.proof.approach(tls: mode != .disabled) + [.send("+PONG\r\n"), .hearRedis(3), .stall]
    let row = StressRow("stalls instead of the answer to INFO", mode, script, nil, "query")
      .with(\.engine, "redis").with(\.proves, true).with(\.note, "which product").with(\.timeout, timeout)
    try await row.with(\.time, timeout < 1 ? .beforeTheTimeout : .atOnce).judge()
  }

  static let handshakes = [Point.accepted, .serverHello, .midHandshake].flatMap { point in
    [
      row("stalls", point, .required, [.stall], .timedOut),
      row("closes", point, .verifyIdentity, [.close], .lost),
      breaks(point, .required),
    ].map { $0.with(\.options, ["--until", "tls"]) }
  }

  @Test(arguments: handshakes) func untilTLS(_ row: StressRow) async throws { try await row.judge() }

  /// Nobody is refused, and nobody gets in.
  @Test(arguments: [0.7, 1.5], [Mode.disabled, .required]) func fullBacklog(timeout: Double, mode: Mode)
    async throws
  {
    let row = StressRow("full backlog", mode, [], .timedOut, "connect").with(\.timeout, timeout)
      .with(\.time, .atTheTimeout).with(\.engine, "redis")
    try await SideBySide.run {
      try row.check(sourceLocation: #_sourceLocation) { try MisbehavingServer.full() }
    }
  }
}
