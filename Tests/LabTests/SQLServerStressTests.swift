import Foundation
import Lab
import Testing

/// One way in which a SQL Server misbehaves, in one mode, and how the test of the connection has to end.
struct TDSStressRow: Sendable, CustomTestStringConvertible {
  var title: String
  var server: FakeTDS
  var mode: Mode
  /// nil: it connects.
  var cause: Cause?
  /// The stage at which it ends; several where chance decides, with a bar between them.
  var stage: String
  /// Whether it ends at the timeout, or as soon as it is known.
  var waits = false
  var timeout = 0.8

  var testDescription: String { "\(title), \(mode.rawValue)" }

  func judge(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await SideBySide.run { [self] in
      var (faults, result) = try run()
      // What misses its time once may have waited for a processor; what misses it thrice is late by itself.
      for _ in 1...2 where faults.contains(where: { $0.hasPrefix("it took") }) {
        (faults, result) = try run()
      }
      #expect(
        faults.isEmpty,
        """
        \(testDescription)
        \(faults.map { "- \($0)" }.joined(separator: "\n"))
        exit code \(result.exitCode) after \(result.seconds) s
        \(result.output.prefix(4000))\(result.errors)
        """, sourceLocation: sourceLocation)
    }
  }

  private func run() throws -> ([String], ProgramResult) {
    let server = try server.own(UUID().uuidString).start()
    var arguments = [
      "--engine", "sqlserver", "-h", "127.0.0.1", "-p", String(server.port), "-U", Account.user,
    ]
    arguments += [
      "--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--format", "json", "-d", "appdb",
    ]
    arguments += ["--timeout", waits ? String(timeout) : "10"]
    if mode == .verifyCA || mode == .verifyIdentity { arguments += try ["--ssl-ca", Lab.pki + "/ca.pem"] }
    let result = try SideBySide.runInTime(arguments, environment: ["LAB_PASSWORD": Account.password])
    return try (faults(of: result, seen: server.received()), result)
  }

  private func faults(of result: ProgramResult, seen: [TDSConnection]) throws -> [String] {
    var faults: [String] = []
    let inTime = waits ? SideBySide.isInTime(result, timeout: timeout) : result.seconds < 5
    if !inTime || result.timedOut { faults.append("it took \(result.seconds) s") }
    if result.exitCode != cause?.exitCode ?? 0 { faults.append("exit code is \(result.exitCode)") }
    if !result.errors.isEmpty { faults.append("standard error") }
    guard let report = Report(result.output) else { return faults + ["the output is no report"] }
    if report.diagnosis?.cause != cause?.rawValue {
      faults.append("cause is \(report.diagnosis?.cause ?? "none")")
    }
    let ended = report.diagnosis?.stage ?? report.stages.last?.name ?? "none"
    if !stage.split(separator: "|").contains(Substring(ended)) {
      faults.append("stage is \(ended), not \(stage)")
    }
    if report.ssl.fallback { faults.append("it fell back") }
    for connection in seen where mode != .disabled {
      if connection.showed(Account.password) { faults.append("the password is on the line") }
      if connection.plainPackets.contains(where: { $0 == 16 || $0 == 2 }) {
        faults.append("a login outside TLS")
      }
    }
    faults += try SchemaValidator.faults(in: result.output).map { "schema: \($0)" }
    return faults
  }
}

/// Stalls, ends, resets and dribbling at every stage of the conversation.
@Suite struct SQLServerStressTests {
  static let modes: [Mode] = [.disabled, .preferred, .required, .verifyIdentity]
  static let insideTLS: Set<TDSStage> = [.serverHello, .midHandshake, .finished]

  /// The stage of the report where the conversation ends at that stage of the server's.
  static func stage(_ stage: TDSStage, _ mode: Mode) -> String {
    switch stage {
    case .accepted, .prelogin, .midPrelogin: mode == .disabled ? "auth" : "tls"
    case .serverHello, .midHandshake, .finished: "tls"
    case .secured, .login, .midLogin: "auth"
    case .query, .midQuery: "query"
    }
  }

  static func rows(
    _ title: String, _ cause: Cause, waits: Bool = false, modes: [Mode] = modes,
    _ misbehaviour: (TDSStage) -> TDSMisbehaviour
  ) -> [TDSStressRow] {
    TDSStage.allCases.flatMap { stage in
      modes.filter { $0 != .disabled || !insideTLS.contains(stage) && stage != .secured }.map { mode in
        var row = TDSStressRow(
          title: "\(title) at \(stage)", server: .misbehaving(misbehaviour(stage)), mode: mode, cause: cause,
          stage: Self.stage(stage, mode), waits: waits)
        // What is closed or broken before the login is read may break while the login is being written.
        if stage == .secured || stage == .finished { row.stage += "|auth|tls" }
        // A reset may be quicker than the look at whether the connection has come about.
        if stage == .accepted { row.stage += "|connect" }
        return row
      }
    }
  }

  static let stalls = rows("stalls", .timedOut, waits: true) { .stalls($0) }
  static let ends = rows("closes", .lost) { .closes($0) }
  static let resets = rows("breaks", .lost) { .breaks($0) }
  static let goodbyes = rows("says goodbye", .lost, modes: [.required]) { .saysGoodbye($0) }
    .filter { ["secured", "login", "midLogin", "query", "midQuery"].contains(where: $0.title.hasSuffix) }
  /// A byte at a time is no fault, as long as there is time.
  static let dribbles = TDSStage.allCases.flatMap { stage in
    [Mode.disabled, .required].filter { $0 != .disabled || !insideTLS.contains(stage) }.map {
      TDSStressRow(
        title: "dribbles at \(stage)", server: .misbehaving(.dribbles(stage, pause: 0)), mode: $0, cause: nil,
        stage: "query")
    }
  }
  static let slowDribbles = rows("dribbles slowly", .timedOut, waits: true, modes: [.disabled, .required]) {
    .dribbles($0, pause: 0.3)
  }.filter { row in !row.title.hasSuffix("accepted") && !row.title.hasSuffix("secured") }

  @Test(arguments: stalls) func stall(_ row: TDSStressRow) async throws { try await row.judge() }
  @Test(arguments: ends) func end(_ row: TDSStressRow) async throws { try await row.judge() }
  @Test(arguments: resets) func reset(_ row: TDSStressRow) async throws { try await row.judge() }
  @Test(arguments: goodbyes) func goodbye(_ row: TDSStressRow) async throws { try await row.judge() }
  @Test(arguments: dribbles) func dribble(_ row: TDSStressRow) async throws { try await row.judge() }
  @Test(arguments: slowDribbles) func slowDribble(_ row: TDSStressRow) async throws { try await row.judge() }

  static let http = Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8)
  static let ssh = Array("SSH-2.0-OpenSSH_9.2p1 Debian\r\n".utf8)

  static func says(
    _ title: String, _ bytes: [UInt8], _ stage: TDSStage, _ mode: Mode, _ cause: Cause, _ ended: String
  ) -> TDSStressRow {
    TDSStressRow(
      title: title, server: .misbehaving(.says(bytes, stage, then: .close)), mode: mode, cause: cause,
      stage: ended)
  }

  /// Something else than SQL Server.
  static let strangers =
    modes.flatMap { mode in
      [
        says("a web server", http, .prelogin, mode, .wrongProtocol, stage(.prelogin, mode)),
        says("SSH's greeting", ssh, .accepted, mode, .wrongProtocol, stage(.accepted, mode)),
        says(
          "a TLS alert", [21, 3, 1, 0, 2, 2, 70], .prelogin, mode, .wrongProtocol, stage(.prelogin, mode)),
        says(
          "a packet whose options lead out of it", [4, 1, 0, 14, 0, 0, 1, 0, 0, 0, 99, 0, 6, 255], .prelogin,
          mode,
          .wrongProtocol, stage(.prelogin, mode)),
        says("something else inside the session", http, .login, mode, .wrongProtocol, "auth"),
      ]
    } + [
      says("no TLS after ON", http, .serverHello, .required, .wrongProtocol, "tls"),
      says(
        "an alert instead of ServerHello", [21, 3, 3, 0, 2, 2, 40], .serverHello, .required, .versionMismatch,
        "tls"),
    ]

  @Test(arguments: strangers) func stranger(_ row: TDSStressRow) async throws { try await row.judge() }
}
