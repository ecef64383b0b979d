import Lab
import Testing

/// An etcd server that stalls, closes, breaks or dribbles at every stage × modes, plain and TLS.
@Suite struct EtcdStallTests {
  /// Where a conversation goes wrong; each begins where the one before has ended well.
  enum Point: String, CaseIterable, Sendable {
    case accepted = "after accept"
    case serverHello = "instead of ServerHello"
    case midHandshake = "in the middle of the handshake"
    case status = "instead of the member's status"
    case settings = "after the settings"
    case midStatus = "in the middle of the member's status"
    case token = "instead of the token"
    case proof = "instead of the answer to a read with the token"
    case midProof = "before the status of the read with the token"

    var stage: String {
      switch self {
      case .accepted, .serverHello, .midHandshake: "tls"
      case .status, .settings, .midStatus, .token: "auth"
      case .proof, .midProof: "query"
      }
    }

    /// What goes well until then.
    func approach(tls: Bool) -> [Step] {
      let call: [Step] = (tls ? [.secure()] : []) + [.hearHTTP2]
      let status = call + [.send(EtcdMessage.greeting), .hearHTTP2]
      let token = status + [.send(HTTP2Message.answer(EtcdMessage.token("a.1"), stream: 3)), .hearHTTP2]
      return switch self {
      case .accepted: []
      case .serverHello: [.hearHandshake]
      case .midHandshake: [.secure(limit: 400)]
      case .status: call
      case .settings: call + [.send(HTTP2Message.settings)]
      case .midStatus: call + [.send(Array(EtcdMessage.greeting.dropLast(30)))]
      case .token: status
      case .proof: token
      case .midProof:
        token + [
          .send(HTTP2Message.head(stream: 5)), .send(HTTP2Message.frame(0, 0, stream: 5, [0, 0, 0, 0, 0])),
        ]
      }
    }

    /// What is said there, a byte a second.
    var dribble: [Step] {
      func slowly(_ bytes: [UInt8]) -> [Step] { [.send(bytes, pause: 1)] }
      return switch self {
      case .accepted: []
      case .serverHello: [.secure(limit: 0), .rest(pause: 1)]
      case .midHandshake: [.rest(pause: 1)]
      case .status: slowly(EtcdMessage.greeting)
      case .settings: slowly(Array(EtcdMessage.greeting.dropFirst(9)))
      case .midStatus: slowly(Array(EtcdMessage.greeting.suffix(30)))
      case .token: slowly(HTTP2Message.answer(EtcdMessage.token("a.1"), stream: 3))
      case .proof: slowly(HTTP2Message.answer(EtcdMessage.header, stream: 5))
      case .midProof: slowly(HTTP2Message.frame(1, 5, stream: 5, HTTP2Message.header("grpc-status", "0")))
      }
    }
  }

  static func row(_ what: String, _ point: Point, _ mode: Mode, _ end: [Step], _ cause: Cause) -> StressRow {
    let tls = mode != .disabled
    let approach = what == "dribbles" && point == .serverHello ? [] : point.approach(tls: tls)
    let later: Set<Point> = [.token, .proof, .midProof]
    return StressRow(
      "\(what) \(point.rawValue)", mode, approach + end, cause,
      !tls && point.stage == "tls" ? "auth" : point.stage
    ).with(\.engine, "etcd").with(\.proves, later.contains(point))
      .with(\.time, cause == .timedOut ? .atTheTimeout : .atOnce)
      // Time enough to get there on a busy machine.
      .with(\.timeout, point.stage == "tls" ? 0.7 : 1.5)
  }

  static func points(_ mode: Mode) -> [Point] {
    Point.allCases.filter { mode != .disabled || ![.serverHello, .midHandshake].contains($0) }
  }

  static func stalls(_ mode: Mode, _ points: [Point]) -> [StressRow] {
    points.map { row("stalls", $0, mode, [.stall], .timedOut) }
  }
  static let early: [Point] = [.accepted, .serverHello, .midHandshake, .status]
  static let stalls: [StressRow] = [
    stalls(.disabled, points(.disabled)), stalls(.required, points(.required)), stalls(.preferred, early),
    stalls(.verifyIdentity, early),
  ].flatMap { $0 }
  static let longer = [
    row("stalls", .accepted, .required, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .midHandshake, .verifyIdentity, [.stall], .timedOut).with(\.timeout, 1.5),
    row("stalls", .accepted, .disabled, [.stall], .timedOut).with(\.timeout, 2.5),
    row("stalls", .proof, .required, [.stall], .timedOut).with(\.timeout, 2.5)
      .with(\.note, "needs the rest of its cluster"),
  ]
  static let dribbles = [Mode.disabled, .required].flatMap { mode in
    points(mode).dropFirst().map { row("dribbles", $0, mode, $0.dribble + [.stall], .timedOut) }
  }
  static func closes(_ mode: Mode, _ points: [Point]) -> [StressRow] {
    points.map { row("closes", $0, mode, [.close], .lost) }
  }
  static let ends: [StressRow] = [
    closes(.disabled, points(.disabled)), points(.disabled).map { breaks($0, .disabled) },
    closes(.required, points(.required)), points(.required).map { breaks($0, .required) },
    closes(.preferred, [.accepted, .serverHello]), [.accepted, .serverHello].map { breaks($0, .preferred) },
    closes(.verifyIdentity, [.serverHello, .midHandshake, .status]),
    [.status, .token, .proof].map { row("says good-bye", $0, .required, [.goodbye], .lost) },
  ].flatMap { $0 }

  /// What is broken at once may be found broken while it is still being made.
  static func breaks(_ point: Point, _ mode: Mode) -> StressRow {
    let row = row("breaks", point, mode, [.reset], .lost)
    return point == .accepted ? row.with(\.stage, "connect|\(row.stage)") : row
  }

  @Test(arguments: stalls + longer) func stall(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: dribbles) func dribble(_ row: StressRow) async throws { try await row.judge() }
  @Test(arguments: ends) func end(_ row: StressRow) async throws { try await row.judge() }

  /// The list of the members is not waited for: neither for a second nor for the end of the time.
  @Test(arguments: [Mode.disabled, .required], [0.7, 10]) func members(mode: Mode, timeout: Double)
    async throws
  {
    let script =
      Point.proof.approach(tls: mode != .disabled) + [
        .send(HTTP2Message.answer(EtcdMessage.header, stream: 5)), .hearHTTP2, .stall,
      ]
    let row = StressRow("stalls instead of the list of members", mode, script, nil, "query")
      .with(\.engine, "etcd").with(\.proves, true).with(\.timeout, timeout)
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
      .with(\.time, .atTheTimeout).with(\.engine, "etcd")
    try await SideBySide.run {
      try row.check(sourceLocation: #_sourceLocation) { try MisbehavingServer.full() }
    }
  }

  /// HTTP/2's own ways to end a call or a connection (RFC 9113 sections 6.4 and 6.8).
  static let refusals: [StressRow] = [Mode.disabled, .required].flatMap { mode in
    [
      ("RST_STREAM", HTTP2Message.settings + HTTP2Message.frame(3, stream: 1, [0, 0, 0, 2])),
      ("GOAWAY", HTTP2Message.settings + HTTP2Message.frame(7, 0, [0, 0, 0, 0, 0, 0, 0, 11])),
    ].map { title, bytes in
      StressRow(
        title, mode, (mode == .disabled ? [] : [.secure()]) + [.hearHTTP2, .send(bytes), .close], .lost,
        "auth"
      ).with(\.engine, "etcd")
    }
  }
  @Test(arguments: refusals) func refusal(_ row: StressRow) async throws { try await row.judge() }
}
