import Foundation
import Lab
import Testing

/// How a file may be named, and that no name makes one.
@Suite struct FileNameTests {
  /// Runs the program in the file's folder.
  private func run(
    _ file: LabFile, in folder: String? = nil, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> ProgramResult {
    let variables = try LabFile.environment(file.engine).merging(["HOME": "/nonexistent"]) { $1 }
      .merging(environment) { $1 }
    return try Command.run(
      ["sh", "-c", #"cd "$0" && exec "$@""#, folder ?? file.folder.path, Program.path] + arguments
        + ["--format", "json"],
      environment: Program.cleanEnvironment.merging(variables) { $1 })
  }

  @Test(arguments: ["sqlite", "duckdb"]) func everySpelling(engine: String) throws {
    let file = try LabFile(engine, "good")
    let name = try #require(file.path.split(separator: "/").last)
    let folder = try #require(file.path.split(separator: "/").dropLast().last)
    let before = try file.contents()
    for arguments in [
      ["\(engine)://\(file.path)"], ["\(engine):\(file.path)"], ["\(engine):///\(file.path)"],
      ["\(engine)://localhost\(file.path)"], ["\(engine):\(name)"], ["\(engine)://\(name)"],
      ["\(engine):../\(folder)/\(name)"], ["--engine", engine, "-d", "\(name)"],
      ["--engine", engine, "-d", "./\(name)"], ["\(engine.uppercased()):\(name)"],
      ["\(engine):nosuch", "-d", "\(name)"],
      ["\(engine):\(name.replacingOccurrences(of: "s", with: "%73"))"],
    ] {
      let result = try run(file, arguments)
      #expect(result.exitCode == 0, "\(arguments): \(result)")
      let report = try #require(Report(result.output))
      #expect(report.address == file.path, "\(arguments): \(result)")
      #expect(report.warnings.isEmpty, "\(result)")
    }
    let result = try run(file, [], environment: ["DATABASE_URL": "\(engine):\(name)"])
    #expect(result.exitCode == 0 && result.output.contains("\"env:DATABASE_URL\""), "\(result)")
    #expect(try file.contents() == before)
  }

  /// The report names the file by what was asked for, and by where links lead.
  @Test(arguments: ["sqlite", "duckdb"]) func link(engine: String) throws {
    let file = try LabFile(engine, "link")
    let report = try #require(Report(try run(file, ["\(engine):\(file.path)"]).output))
    #expect(report.database == file.path && report.address == file.folder.path + "/elsewhere/real")
  }

  /// Names in which a library would see more than a path: they are files that are not there.
  @Test(arguments: [
    ("sqlite", "file:new.db?mode=rwc"), ("sqlite", "file:shop.db"), ("sqlite", "file::memory:"),
    ("sqlite", ":memory:x"), ("sqlite", "memory"), ("duckdb", "md:shop"),
    ("duckdb", "motherduck:shop.duckdb"),
    ("duckdb", "file:shop.duckdb"), ("duckdb", ":memory:x"),
  ]) func onlyAPath(engine: String, name: String) throws {
    let file = try LabFile(engine, "good")
    let before = try file.contents()
    let result = try run(file, ["--engine", engine, "-d", name])
    #expect(result.exitCode == Cause.noDatabase.exitCode, "\(result)")
    #expect(try file.contents() == before)
  }

  /// SQLAlchemy and Django write a relative path with three slashes.
  @Test(arguments: ["sqlite", "duckdb"]) func threeSlashes(engine: String) throws {
    let file = try LabFile(engine, "good")
    let name = try #require(file.path.split(separator: "/").last)
    let result = try run(file, ["\(engine):///\(name)"])
    #expect(result.exitCode == Cause.noDatabase.exitCode, "\(result)")
    let notes = try #require(Report(result.output)?.diagnosis?.notes)
    #expect(notes.contains { $0.contains("There is \(name) in the current folder") }, "\(notes)")
  }

  /// The self-test that needs no server, and no file.
  @Test(arguments: ["sqlite", "duckdb"]) func memory(engine: String) throws {
    let file = try LabFile(engine, "missing")
    let before = try file.contents()
    for arguments in [
      ["--engine", engine, "--database", ":memory:"], ["\(engine)::memory:"], ["\(engine):///:memory:"],
      ["\(engine)://:memory:"],
    ] {
      let result = try run(file, arguments)
      #expect(result.exitCode == 0, "\(arguments): \(result)")
      let report = try #require(Report(result.output))
      #expect(report.address == nil && report.server?.version.isEmpty == false, "\(result)")
      #expect(try SchemaValidator.faults(in: result.output) == [])
    }
    #expect(try file.contents() == before)
  }

  @Test(arguments: ["sqlite", "duckdb"]) func text(engine: String) throws {
    let file = try LabFile(engine, "good")
    let product = engine == "sqlite" ? "SQLite" : "DuckDB"
    let result = try Program.run(
      ["\(engine):\(file.path)", "--verbose"], environment: LabFile.environment(engine))
    #expect(result.output.hasPrefix("\(product) file \(file.path): connected\n\nEngine:      \(product) "))
    #expect(result.output.contains("\nEncryption:  not applicable (no network protocol)\n"))
    #expect(result.output.contains("\nSources: engine url, file url\n"))
    let damaged = try LabFile(engine, engine == "sqlite" ? "cut" : "blocks")
    let failure = try Program.run(["\(engine):\(damaged.path)"], environment: LabFile.environment(engine))
    #expect(
      failure.output.hasPrefix("\(product) file \(damaged.path): failed while reading the database\n\n"))
    #expect(failure.output.contains("\n\nlib\(engine == "sqlite" ? "sqlite3" : "duckdb"): "), "\(failure)")
  }
}
