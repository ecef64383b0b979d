import Foundation
import Lab
import Testing

/// Files that another process holds, and file systems that do not answer.
@Suite struct FileLockTests {
  static let held: [FileRow] = [
    FileRow("sqlite", "good", .notReady).with(\.held, "exclusive").with(\.mentions, "is locked"),
    FileRow("sqlite", "good").with(\.held, "reserved").with(\.mentions, "1 table"),
    FileRow("sqlite", "good").with(\.held, "wal").with(\.mentions, "journal mode wal"),
    FileRow("sqlite", "good", .notReady).with(\.held, "wal-exclusive").with(\.mentions, "is locked"),
    FileRow("sqlite", "good", .notReady).with(\.held, "wal-exclusive-silent").with(\.mentions, "is locked"),
    FileRow("sqlite", "good", at: "connect").with(\.held, "exclusive").with(
      \.options, ["--until", "connect"]),
    // The lock is waited for, and not longer than the timeout.
    FileRow("sqlite", "good", .notReady).with(\.held, "exclusive").with(\.timeout, 0.3),
    FileRow("duckdb", "good", .notReady).with(\.held, "writing").with(\.mentions, "is locked"),
    FileRow("duckdb", "good").with(\.held, "reading").with(\.mentions, "1 table"),
  ]

  static let stalled: [FileRow] = ["sqlite", "duckdb"].flatMap { engine in
    [0.5, 1.5].map { FileRow(engine, "stall", .timedOut).with(\.timeout, $0).with(\.atTheTimeout, true) }
  }

  @Test(arguments: held) func isHeld(_ row: FileRow) async throws { try await row.judge() }

  /// A pipe lies where the library looks for what a crash has left.
  @Test(arguments: stalled) func keepsTheDeadline(_ row: FileRow) async throws { try await row.judge() }

  private func run(_ file: LabFile, _ options: String...) throws -> ProgramResult {
    try Program.run(
      ["--engine", file.engine, "-d", file.path, "--format", "json"] + options,
      environment: LabFile.environment(file.engine))
  }

  /// A writer is waited for as long as writers usually take.
  @Test func shortLock() async throws {
    try await SideBySide.run {
      let file = try LabFile("sqlite", "good")
      _ = try file.hold("exclusive", seconds: 0.4)
      let result = try run(file, "--timeout", "8")
      #expect(result.exitCode == 0, "\(result)")
    }
  }

  @Test(arguments: [("sqlite", "exclusive"), ("duckdb", "writing")])
  func waitTriesAgain(engine: String, how: String) async throws {
    try await SideBySide.run {
      let file = try LabFile(engine, "good")
      let key = try file.hold(how)
      let inVain = try run(file, "--timeout", "0.4", "--wait", "1")
      #expect(inVain.exitCode == Cause.notReady.exitCode, "\(inVain)")
      #expect(Report(inVain.output)?.tries ?? 0 > 1, "\(inVain)")
      try file.release(key)
      _ = try file.hold(how, seconds: 2)
      let result = try run(file, "--timeout", "0.4", "--wait", "20")
      #expect(result.exitCode == 0, "\(result)")
      #expect(Report(result.output)?.tries ?? 0 > 1, "\(result)")
    }
  }

  /// The owner closes a database, which removes the log, after the program has looked at it (the first `openat`) and
  /// before the library opens it.
  @Test func closedMeanwhile() async throws {
    try await SideBySide.run {
      let file = try LabFile("sqlite", "wal")
      let before = try file.contents().filter { !$0.contains(".db ") && $0.contains(file.path) }
      _ = try file.hold("wal-open", seconds: 1)
      let result = try Command.run(
        [
          "strace", "-f", "-o", "/dev/null", "-e", "trace=openat", "-P", file.path, "-e",
          "inject=openat:delay_enter=2000000:when=2", Program.path, "sqlite:\(file.path)", "--format", "json",
        ], environment: Program.cleanEnvironment)
      #expect(result.exitCode == 0, "\(result)")
      #expect(result.seconds > 1.5, "nothing was held up: \(result)")
      let after = try file.contents().filter { !$0.contains(".db ") && $0.contains(file.path) }
      #expect(after == before)
    }
  }

  /// How often a path was opened while the program tried again for 2.5 seconds, after 0.3 each; and the report.
  private func opens(of path: String, _ file: LabFile) throws -> (count: Int, result: ProgramResult) {
    let trace = file.folder.path + "-trace"
    defer { try? FileManager.default.removeItem(atPath: trace) }
    let result = try Command.run(
      [
        "strace", "-f", "-o", trace, "-e", "trace=openat", "-P", path, Program.path,
        "\(file.engine):\(file.path)",
        "--format", "json", "--timeout", "0.3", "--wait", "2.5",
      ], environment: Program.cleanEnvironment.merging(LabFile.environment(file.engine)) { $1 })
    let calls = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
    return (calls.filter { $0.contains("openat(") }.count, result)
  }

  /// A try that cannot be broken off is not followed by others that would hang too.
  @Test(arguments: [("sqlite", "-journal"), ("duckdb", ".wal")])
  func doesNotPileUp(engine: String, ending: String) async throws {
    try await SideBySide.run {
      let file = try LabFile(engine, "stall")
      let (count, result) = try opens(of: file.path + ending, file)
      #expect(count == 1, "\(result)")
      let report = try #require(Report(result.output))
      #expect(result.exitCode == Cause.timedOut.exitCode && report.diagnosis?.stage == "query", "\(result)")
      // The program's own time: what looks on makes it slow to begin and to end.
      #expect(report.elapsedMs < 3_000 && (report.tries ?? 0) > 2, "\(result)")
    }
  }

  /// Reading a schema is broken off when the time is over: the next try finds nothing in its way.
  @Test func isBrokenOff() async throws {
    try await SideBySide.run {
      let file = try LabFile("sqlite", "huge")
      let (count, result) = try opens(of: file.path, file)
      // Once by the program and once by the library, for each try.
      #expect(count > 4, "\(result)")
      #expect(result.exitCode == Cause.timedOut.exitCode, "\(result)")
      #expect(Report(result.output)?.diagnosis?.suggestion.contains("very many tables") == true, "\(result)")
    }
  }

  /// What a file makes of the library's words has a bound.
  @Test func longText() throws {
    let result = try run(try LabFile("sqlite", "long-text"))
    #expect(result.exitCode == Cause.other.exitCode && result.output.utf8.count < 20_000)
    #expect(result.output.contains("malformed database schema (xxx"))
  }

  /// What will not pass ends it at once.
  @Test(arguments: ["sqlite", "duckdb"]) func waitEndsAtOnce(engine: String) throws {
    let result = try run(try LabFile(engine, "missing"), "--wait", "20")
    #expect(result.exitCode == Cause.noDatabase.exitCode && result.seconds < 5, "\(result)")
    #expect(Report(result.output)?.tries == 1, "\(result)")
  }
}
