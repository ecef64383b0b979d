import Foundation
import Lab
import Testing

/// A MongoDB server that stalls, closes, breaks, dribbles or talks nonsense at every stage, in clear and over TLS.
@Suite struct MongoDBStallTests {
  /// One fault in one mode, and how the test of the connection has to end.
  struct Fault: Sendable, CustomTestStringConvertible {
    var fault: MongoServer.Fault
    var place: String
    var mode: Mode
    /// nil: it connects.
    var cause: Cause?
    /// Several where chance decides, with a bar between them.
    var stage: String
    /// Whether it ends at the timeout.
    var waits = false
    var timeout = 1.3

    var testDescription: String { "\(fault.rawValue) at \(place), \(mode.rawValue)" }

    /// A server without TLS where none is wanted, so that nobody takes its silence for a port that speaks TLS.
    var server: MongoServer { (mode == .disabled ? MongoServer.plain : .optional).with(fault, at: place) }

    func faults(of result: ProgramResult) throws -> [String] {
      var faults: [String] = []
      if result.exitCode != cause?.exitCode ?? 0 {
        faults.append("the exit code is not \(cause?.exitCode ?? 0)")
      }
      let report = try #require(Report(result.output), "\(result)")
      let ended = report.diagnosis?.stage ?? ""
      if cause != nil, !stage.split(separator: "|").contains(Substring(ended)) {
        faults.append("the stage is \(ended), not \(stage)")
      }
      let inTime = waits ? SideBySide.isInTime(result, timeout: timeout) : result.seconds < 5
      if !inTime { faults.append("it took \(result.seconds) s") }
      return try faults + SchemaValidator.faults(in: result.output)
    }

    func judge() async throws {
      try await SideBySide.run { [self] in
        let port = try Lab.start(mongodb: server).port
        let arguments = try [
          "--engine", "mongodb", "-h", "127.0.0.1", "-p", String(port), "-U", Account.user, "--password",
          "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--ssl-ca", Lab.pki + "/ca.pem", "--format", "json",
          "--timeout", waits ? String(timeout) : "10",
        ]
        var result = try SideBySide.runInTime(arguments, environment: ["LAB_PASSWORD": Account.password])
        // What misses its time once may have waited for a processor; what misses it thrice is late by itself.
        for _ in 1...2 where try !faults(of: result).isEmpty && waits {
          result = try SideBySide.runInTime(arguments, environment: ["LAB_PASSWORD": Account.password])
        }
        let faults = try faults(of: result)
        #expect(faults.isEmpty, "\(testDescription): \(faults)\n\(result)")
      }
    }
  }

  static let commands = [
    ("hello", "auth"), ("saslContinue", "auth"), ("connectionStatus", "auth"), ("listDatabases", "query"),
    ("buildInfo", "query"),
  ]

  static let modes = [Mode.disabled, .required, .verifyIdentity]

  static func silences(_ mode: Mode, _ place: String, _ stage: String) -> [Fault] {
    var kinds = [MongoServer.Fault.stall, .half]
    // The other answers are through before a dribble has taken a second.
    if place == "hello" || place == "connectionStatus" { kinds.append(.dribble) }
    return kinds.map { kind in
      Fault(fault: kind, place: place, mode: mode, cause: .timedOut, stage: stage, waits: true)
    }
  }

  static func endings(_ mode: Mode, _ place: String, _ stage: String) -> [Fault] {
    [MongoServer.Fault.close, .reset].map { kind in
      Fault(fault: kind, place: place, mode: mode, cause: .lost, stage: stage)
    }
  }

  static func each(_ make: (Mode, String, String) -> [Fault]) -> [Fault] {
    modes.flatMap { mode in commands.flatMap { make(mode, $0.0, $0.1) } }
  }

  static let handshakes: [Fault] = [Mode.preferred, .required, .verifyCA].map { mode in
    Fault(fault: .half, place: "tls", mode: mode, cause: .timedOut, stage: "tls", waits: true)
  }

  /// Nothing is said at all. A reset may come before the connection was looked at.
  static let early: [Fault] = modes.flatMap {
    endings($0, "connect", $0 == .disabled ? "connect|auth" : "connect|tls")
  }

  static let nonsense: [Fault] = [Mode.disabled, .required].flatMap { mode in
    [
      Fault(fault: .garbage, place: "hello", mode: mode, cause: .wrongProtocol, stage: "auth"),
      Fault(fault: .web, place: "hello", mode: mode, cause: .wrongProtocol, stage: "auth"),
      Fault(fault: .huge, place: "hello", mode: mode, cause: .wrongProtocol, stage: "auth"),
      Fault(fault: .garbage, place: "connectionStatus", mode: mode, cause: .other, stage: "auth"),
      Fault(fault: .huge, place: "buildInfo", mode: mode, cause: .other, stage: "query"),
      Fault(fault: .slow, place: "hello", mode: mode, cause: nil, stage: ""),
      Fault(fault: .slow, place: "saslContinue", mode: mode, cause: nil, stage: ""),
    ]
  }

  @Test(arguments: each(silences)) func silence(_ fault: Fault) async throws { try await fault.judge() }
  @Test(arguments: handshakes) func handshake(_ fault: Fault) async throws { try await fault.judge() }
  @Test(arguments: each(endings) + early) func ending(_ fault: Fault) async throws { try await fault.judge() }
  @Test(arguments: nonsense) func garbled(_ fault: Fault) async throws { try await fault.judge() }
}
