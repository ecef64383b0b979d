import Foundation
import Lab
import Testing

/// Nobody there, for MariaDB's port × five modes.
@Suite struct MySQLTransportTests {
  func run(_ mode: Mode, host: String = "127.0.0.1", port: Int, timeout: String = "5") throws -> ProgramResult
  {
    try Program.run(
      [
        "--engine", "mysql", "-h", host, "-p", String(port), "-U", MySQLAccount.user, "--password",
        "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--timeout", timeout, "--format", "json",
      ], environment: ["LAB_PASSWORD": MySQLAccount.password])
  }

  /// The cause is that one, and nothing is recommended.
  func expect(_ cause: Cause, _ stage: String, _ result: ProgramResult, _ mode: Mode) throws {
    #expect(result.exitCode == cause.exitCode, "\(mode): \(result)")
    let report = try #require(Report(result.output), "\(mode): \(result)")
    #expect(
      report.diagnosis?.cause == cause.rawValue && report.diagnosis?.stage == stage, "\(mode): \(result)")
    #expect(report.diagnosis?.recommendedMode == nil, "\(mode): \(result)")
    #expect(!report.ssl.fallback && report.ssl.encrypted == nil, "\(mode): \(result)")
    #expect(report.ssl.verified == "none" && report.attempts.count <= 1, "\(mode): \(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [], "\(mode): \(result)")
  }

  @Test(arguments: Mode.allCases) func nobodyListens(mode: Mode) throws {
    try expect(.refused, "connect", run(mode, port: Lab.unusedPort()), mode)
  }

  @Test(arguments: Mode.allCases) func unknownName(mode: Mode) async throws {
    try await SideBySide.run {
      let result = try run(mode, host: "no-such-host.invalid", port: 3306)
      try expect(.nameResolutionFailed, "resolve", result, mode)
    }
  }

  @Test(arguments: Mode.allCases) func blackhole(mode: Mode) async throws {
    try await SideBySide.run {
      try StressRow("blackhole", mode, [], .timedOut, "connect").with(\.time, .atTheTimeout)
        .with(\.engine, "mysql").check(sourceLocation: #_sourceLocation) { try MisbehavingServer.full() }
    }
  }
}
