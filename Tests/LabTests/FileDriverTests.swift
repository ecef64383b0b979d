import Foundation
import Lab
import Testing

/// The libraries of SQLite and DuckDB are not there, not complete, or kept from what they would do by themselves.
@Suite struct FileDriverTests {
  private func check(_ result: ProgramResult, says words: [String]) throws {
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.driverMissing.rawValue && diagnosis.stage == "query", "\(result)")
    for word in words { #expect(diagnosis.suggestion.contains(word), "\(result)") }
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  @Test func libsqlite3IsNotInstalled() throws {
    guard geteuid() == 0 else {
      Issue.record("Hiding libsqlite3 from the program needs a mount namespace: run this test as root.")
      return
    }
    let found = try Command.run(["/sbin/ldconfig", "-p"]).output
    let line = try #require(
      found.split(separator: "\n").first { $0.contains("libsqlite3.so.0 ") }, "\(found)")
    let path = try #require(line.components(separatedBy: " => ").last)
    let library = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let hide = #"mount --bind /dev/null "$0" && exec "$@""#
    func run(_ options: String...) throws -> ProgramResult {
      try Command.run(
        ["unshare", "--mount", "sh", "-c", hide, library, Program.path, "--format", "json"] + options,
        environment: Program.cleanEnvironment.merging(["HOME": "/nonexistent"]) { $1 })
    }
    let file = try LabFile("sqlite", "good")
    for name in [":memory:", file.path] {
      try check(
        run("sqlite:\(name)"),
        says: ["apt install libsqlite3-0", "brew install sqlite", "TABLEPRO_CONNECT_DRIVER_PATH"])
    }
    // Of the file itself the program knows enough.
    #expect(try run("sqlite:\(file.path)", "--until", "connect").exitCode == 0)
    #expect(try run("sqlite:\(file.path)-no").exitCode == Cause.noDatabase.exitCode)
  }

  /// The system's loader finds none, on a machine where none is installed.
  @Test func libduckdbIsNotInstalled() throws {
    let file = try LabFile("duckdb", "good")
    let found = try Command.run(["/sbin/ldconfig", "-p"]).output
    try #require(!found.contains("libduckdb.so"), "a libduckdb is installed, which this test cannot hide")
    for name in [":memory:", file.path] {
      try check(
        Program.run(["duckdb:\(name)", "--format", "json"]),
        says: [
          "brew install duckdb", "https://github.com/duckdb/duckdb/releases", "TABLEPRO_CONNECT_DRIVER_PATH",
        ])
    }
    #expect(try Program.run(["duckdb:\(file.path)", "--until", "connect"]).exitCode == 0)
    let version = try Program.run(["--version"]).output
    #expect(version.contains("libduckdb missing") && version.contains("\nlibsqlite3 3."), "\(version)")
  }

  @Test(arguments: [
    ("sqlite", "libsqlite3.so.0", "sqlite3_libversion"), ("duckdb", "libduckdb.so", "duckdb_library_version"),
  ])
  func incomplete(engine: String, name: String, function: String) throws {
    let folder = try TemporaryFolder()
    let source = folder.path + "/empty.c"
    try "const char *\(function)(void) { return \"0\"; }\n".write(
      toFile: source, atomically: true, encoding: .utf8)
    try #require(
      Command.run(["cc", "-shared", "-fPIC", "-o", "\(folder.path)/\(name)", source]).exitCode == 0)
    let result = try Program.run(
      ["\(engine)::memory:", "--format", "json"], environment: ["TABLEPRO_CONNECT_DRIVER_PATH": folder.path])
    try check(result, says: [])
    #expect(result.output.contains(" has no \(engine == "sqlite" ? "sqlite3" : "duckdb")_"), "\(result)")
  }

  /// A folder does as well as a file.
  @Test func libduckdbInAFolder() throws {
    let library = try LabFile.environment("duckdb")["TABLEPRO_CONNECT_DRIVER_PATH"]
    let folder = URL(fileURLWithPath: try #require(library)).deletingLastPathComponent().path
    let result = try Program.run(
      ["duckdb::memory:"], environment: ["TABLEPRO_CONNECT_DRIVER_PATH": folder])
    #expect(result.exitCode == 0, "\(result)")
  }

  /// DuckDB would look for extensions in the home folder, and load them from the network.
  @Test(arguments: [
    ("sqlite", "good"), ("sqlite", "wal"), ("sqlite", "crashed"), ("sqlite", "empty-with-log"),
    ("duckdb", "good"),
  ])
  func nothingElseIsTouched(engine: String, state: String) throws {
    let file = try LabFile(engine, state)
    let home = try TemporaryFolder()
    let trace = file.folder.path + "-trace"
    defer { try? FileManager.default.removeItem(atPath: trace) }
    let result = try Command.run(
      [
        "strace", "-f", "-o", trace, "-e", "trace=%file,%network", Program.path, "\(engine):\(file.path)",
      ],
      environment: Program.cleanEnvironment.merging(LabFile.environment(engine)) { $1 }
        .merging(["HOME": home.path]) { $1 })
    #expect(result.exitCode == 0, "\(result)")
    let calls = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
    #expect(calls.contains { $0.contains(file.path) })
    for call in calls {
      let isOfTheNetwork = ["socket(", "connect(", "sendto(", "bind("].contains { call.contains(" \($0)") }
      #expect(!isOfTheNetwork, "\(call)")
      let makes = ["O_CREAT", "mkdir", "unlink", "rename(", "O_RDWR", "O_WRONLY"].contains {
        call.contains($0)
      }
      #expect(!makes || call.contains("/dev/null"), "\(call)")
      #expect(!call.contains(home.path) || call.contains("execve"), "\(call)")
    }
  }
}
