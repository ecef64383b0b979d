import Lab
import Testing

/// A ClickHouse server that stalls, closes, breaks or dribbles at every stage × modes, plain and TLS.
@Suite struct ClickHouseStallTests {
  /// Where a conversation goes wrong; each begins where the one before has ended well.
  enum Point: String, CaseIterable, Sendable {
    case accepted = "after accept"
    case serverHello = "instead of ServerHello"
    case midHandshake = "in the middle of the handshake"
    case answer = "instead of the answer"
    case midHeaders = "in the middle of the headers"
    case midBody = "in the middle of the body"
    case midChunk = "in the middle of a chunk"
    case second = "instead of the second answer"
    case midSecond = "in the middle of the second answer"

    var stage: String {
      switch self {
      case .accepted, .serverHello, .midHandshake: "tls"
      case .answer, .midHeaders, .midBody, .midChunk: "auth"
      case .second, .midSecond: "query"
      }
    }

    /// What goes well until then.
    func approach(tls: Bool) -> [Step] {
      let asked: [Step] = (tls ? [.secure()] : []) + [.hearHTTP]
      let old = ClickHouseAnswer.text(
        "404 Not Found", [], "Code: 46, e.displayText() = DB::Exception: Unknown function currentUser\n")
      return switch self {
      case .accepted: []
      case .serverHello: [.hearHandshake]
      case .midHandshake: [.secure(limit: 400)]
      case .answer: asked
      case .midHeaders: asked + [.send("HTTP/1.1 200 OK\r\nContent-Le")]
      case .midBody: asked + [.send("HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\nversion\tuser")]
      case .midChunk:
        asked + [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nversion\tuser")]
      case .second: asked + [.send(old), .hearHTTP]
      case .midSecond:
        asked + [.send(old), .hearHTTP, .send("HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\nv")]
      }
    }

    /// What is said there, a byte a second.
    var dribble: [Step] {
      func slowly(_ text: String) -> [Step] { [.send(Array(text.utf8), pause: 1)] }
      return switch self {
      case .accepted: []
      case .serverHello: [.secure(limit: 0), .rest(pause: 1)]
      case .midHandshake: [.rest(pause: 1)]
      case .answer, .second: slowly("HTTP/1.1 200 OK\r\n")
      case .midHeaders: slowly("ngth: 64\r\n")
      case .midBody, .midChunk, .midSecond: slowly("\tdatabase\nString")
      }
    }
  }

  static func row(_ what: String, _ point: Point, _ mode: Mode, _ end: [Step], _ cause: Cause) -> StressRow {
    let tls = mode != .disabled
    let approach = what == "dribbles" && point == .serverHello ? [] : point.approach(tls: tls)
    // A second question whose connection is lost takes another one, whose login is to be proven too.
    let again = point == .second ? Point.answer.approach(tls: tls) + end : nil
    return StressRow(
      "\(what) \(point.rawValue)", mode, approach + end, then: again, cause,
      !tls && point.stage == "tls" || again != nil && cause == .lost ? "auth" : point.stage
    ).with(\.engine, "clickhouse")
      // HTTP has no greeting: the request is the first thing that is said.
      .with(\.proves, !tls || point.stage != "tls")
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
      [Point.accepted, .serverHello, .midHandshake, .answer].map {
        row("stalls", $0, mode, [.stall], .timedOut)
      }
    }
  static let longer = [
    row("stalls", .accepted, .required, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .midHandshake, .verifyIdentity, [.stall], .timedOut).with(\.timeout, 1.5),
    row("stalls", .accepted, .disabled, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .midBody, .required, [.stall], .timedOut).with(\.timeout, 2.5),
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
    + [Point.serverHello, .midHandshake, .answer].map { row("closes", $0, .verifyIdentity, [.close], .lost) }
    + [Point.answer, .midBody, .second].map { row("says good-bye", $0, .required, [.goodbye], .lost) }

  /// What is broken at once may be found broken while it is still being made.
  static func breaks(_ point: Point, _ mode: Mode) -> StressRow {
    let row = row("breaks", point, mode, [.reset], .lost)
    return point == .accepted ? row.with(\.stage, "connect|\(row.stage)") : row
  }

  @Test(arguments: stalls + longer) func stall(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: dribbles) func dribble(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: ends) func end(_ row: StressRow) async throws { try await row.judge() }

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
      .with(\.time, .atTheTimeout).with(\.engine, "clickhouse")
    try await SideBySide.run {
      try row.check(sourceLocation: #_sourceLocation) { try MisbehavingServer.full() }
    }
  }
}
