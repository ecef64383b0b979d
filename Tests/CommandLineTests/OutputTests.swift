import Foundation
import Lab
import Testing

/// Where the report goes, and what does not go there.
@Suite("The output") struct OutputTests {
  private static let place = ["--engine", "postgres", "-h", "127.0.0.1", "-p", "1"]
  private static let asExpected = place + ["--expect", "connection-refused"]

  /// Runs the program as a shell does that was told to close descriptors.
  private func run(_ arguments: [String], _ redirections: String) throws -> ProgramResult {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    return try Command.run(["sh", "-c", "exec '\(Program.path)' \(words) \(redirections)"])
  }

  /// What was opened in the place of a closed standard output must not get the report.
  @Test(arguments: [">&-", "<&- >&-", "<&- >&- 2>&-", ">&- 2>&-", "<&- >/dev/full"])
  func aReportThatGoesNowhereIsAFailure(redirections: String) throws {
    for arguments in [Self.asExpected, Self.asExpected + ["--format", "json"], ["--help"], ["--version"]] {
      let result = try run(arguments, redirections)
      #expect(result.exitCode == 1 && result.output.isEmpty, "\(result)")
      let told = result.errors.contains("cannot write to standard output")
      #expect(told || redirections.contains("2>&-"), "\(result)")
    }
  }

  @Test(arguments: ["<&- >&-", "<&- >&- 2>&-"])
  func whatIsNotWrittenCannotFail(redirections: String) throws {
    let result = try run(Self.asExpected + ["--quiet"], redirections)
    #expect(result.exitCode == 0 && result.output.isEmpty && result.errors.isEmpty, "\(result)")
  }

  @Test(arguments: ["<&-", "2>&-", "<&- 2>&-"]) func otherClosedDescriptorsDoNoHarm(redirections: String)
    throws
  {
    let result = try run(Self.asExpected, redirections)
    #expect(result.exitCode == 0 && result.output.hasPrefix("PostgreSQL at "), "\(result)")
  }

  /// Sockets and pipes of the program's own stay away from the standard descriptors.
  @Test func closedDescriptorsLeadNowhere() throws {
    let folder = try TemporaryFolder()
    let look = "for n in 0 1 2; do readlink /proc/$PPID/fd/$n; done >\(folder.path)/seen; echo x"
    _ = try run(Self.place + ["--password", "cmd:\(look)"], "<&- >&- 2>&-")
    let seen = try String(contentsOfFile: folder.path + "/seen", encoding: .utf8)
    #expect(seen == "/dev/null\n/dev/null\n/dev/null\n")
  }

  @Test func aWorkerWithoutPipesIsAUsageError() throws {
    #expect(try run(["worker"], "<&- >&-").exitCode == 64)
  }

  @Test(arguments: [
    [], ["--format", "json"], ["--format", "text", "--verbose"], ["--show-certs", "--ssl", "disabled"],
  ])
  func quietPrintsNothing(options: [String]) throws {
    let result = try Program.run(Self.place + ["--quiet"] + options)
    #expect(result.exitCode == 11 && result.output.isEmpty && result.errors.isEmpty, "\(result)")
  }

  @Test(
    arguments: [
      (["--ssl", "disabled"], "in mode disabled"), (["--until", "connect"], "with --until connect"),
      (["-h", "/nonexistent"], "on a Unix socket"), ([], nil),
    ] as [([String], String?)])
  func certificatesOfNoHandshake(options: [String], why: String?) throws {
    let result = try Program.run(Self.place + ["--show-certs"] + options)
    #expect(result.exitCode == 11, "\(result)")
    let warning = why.map { "Warning: --show-certs is not used \($0)" }
    #expect(warning.map(result.output.contains) ?? !result.output.contains("Warning"), "\(result)")
  }
}
