import ConnectCore
import Foundation
import Lab
import Testing

/// `tablepro-connect engines`.
@Suite("Engines") struct EnginesTests {
  @Test func allOfThem() throws {
    let result = try Program.run(["engines"])
    #expect(result.exitCode == 0 && result.errors.isEmpty)
    let paragraphs = result.output.components(separatedBy: "\n\n")
    #expect(paragraphs.count == Engine.allCases.count)
    for (engine, paragraph) in zip(Engine.allCases, paragraphs) {
      #expect(paragraph.hasPrefix("\(engine.traits.displayName): --engine \(engine.rawValue)"))
      for line in ["URLs", "Port", "Default mode", "Preferred", "Guidance", "Driver"] {
        #expect(paragraph.contains("\n  \(line):"), "\(paragraph)")
      }
    }
  }

  @Test(arguments: ["postgres", "PG", "postgresql"]) func one(name: String) throws {
    let output = try Program.run(["engines", name]).output
    #expect(output.hasPrefix("PostgreSQL: --engine postgres, postgresql, pg\n"))
    #expect(output.contains("  Port:         5432\n"))
    #expect(output.contains("  Default mode: Preferred\n"))
    #expect(output.contains("goes on in plain text (libpq sslmode=prefer"))
    #expect(
      output.range(of: #"Driver: +libpq [0-9]+\.[0-9]+, /.*libpq\.so"#, options: .regularExpression) != nil)
    #expect(!output.contains("MySQL"))
  }

  /// As the manual writes them first, and those that only `--engine` makes an engine's.
  @Test func urls() throws {
    #expect(try Program.run(["engines", "sqlite"]).output.contains("URLs:         sqlite:PATH\n"))
    #expect(
      try Program.run(["engines", "etcd"]).output.contains("; http:// and https:// with --engine etcd\n"))
    #expect(
      try Program.run(["engines", "clickhouse"]).output.contains("https:// with --engine clickhouse\n"))
  }

  /// What other programs call a file's URL, and a bare path.
  @Test(arguments: [
    (["jdbc:sqlite:r.db"], "SQLite's is sqlite:PATH"), (["sqlite3://r.db"], "SQLite's is sqlite:PATH"),
    (["jdbc:duckdb:r.db"], "DuckDB's is duckdb:PATH"), (["sqlite3:r.db"], "sqlite:PATH"),
    (["--engine", "sqlite", "r.db"], "-d PATH"),
  ])
  func fileHints(arguments: [String], hint: String) throws {
    let result = try Program.run(arguments)
    #expect(result.exitCode == 64 && result.errors.contains(hint), "\(result)")
  }

  @Test func json() throws {
    let result = try Program.run(["engines", "--format", "json"])
    #expect(result.exitCode == 0 && result.output.split(separator: "\n").count == 1)
    let faults = try SchemaValidator.faults(inEngines: result.output)
    #expect(faults.isEmpty, "\(faults)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["schema"] as? String == "tablepro-connect/engines/1")
    let engines = try #require(object["engines"] as? [[String: Any]])
    #expect(engines.compactMap { $0["id"] as? String } == Engine.allCases.map(\.rawValue))
    for engine in engines {
      let traits = try #require(Engine(name: engine["id"] as? String ?? "")).traits
      #expect(engine["defaultPort"] as? Int == traits.defaultPort.map(Int.init))
      #expect(engine["defaultTLSPort"] as? Int == traits.defaultTLSPort.map(Int.init))
      #expect(engine["defaultMode"] as? String == traits.defaultMode?.rawValue)
      let fallsBack: Bool? = traits.defaultMode == nil ? nil : traits.fallsBackToPlain
      #expect(engine["fallsBackToPlain"] as? Bool == fallsBack)
    }
  }

  @Test func aMissingLibraryComesWithTheCommandThatInstallsIt() {
    let state = EnginesReport(
      [
        EnginesReport.Entry(
          engine: .postgres,
          driver: .missing(
            MissingDriver(
              library: "libpq", debianPackage: "libpq5", homebrewFormula: "libpq", detail: "not found"))),
        EnginesReport.Entry(engine: .oracle, driver: .notBuilt),
      ])
    #expect(state.text.contains("Driver:       libpq is missing; apt install libpq5"))
    #expect(state.text.contains("brew install libpq"))
    #expect(state.json.contains(#""state":"missing","library":"libpq""#))
    #expect(state.json.contains(#""state":"notBuilt""#))
  }

  /// A library that is there and cannot be used, and places that are not looked at, are told from one that is missing.
  @Test(arguments: [
    ("text.so", "refused", "cannot be used: file too short"),
    ("relative", "missing", "is not an absolute path"),
    ("libduckdb.so", "refused", "cannot be used: it has no duckdb_library_version"),
    ("libduckdb-pipe.so", "missing", "is neither a folder nor a plain file"),
    ("pipes", "missing", "holds no file libduckdb.so"), ("duckdb.so", "missing", "does not have the name"),
    ("nothing", "missing", "was not found (No such file or directory)"),
  ])
  func whatWasNotUsed(place: String, state: String, note: String) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/pipes", withIntermediateDirectories: false)
    try Data("text".utf8).write(to: URL(fileURLWithPath: folder.path + "/libduckdb-text.so"))
    try Data("text".utf8).write(to: URL(fileURLWithPath: folder.path + "/duckdb.so"))
    try "int nothing;\n".write(toFile: folder.path + "/empty.c", atomically: true, encoding: .utf8)
    let built = try Command.run(
      ["cc", "-shared", "-fPIC", "-o", folder.path + "/libduckdb.so", folder.path + "/empty.c"])
    try #require(built.exitCode == 0, "\(built)")
    for name in ["libduckdb-pipe.so", "pipes/libduckdb.so"] {
      try #require(mkfifo(folder.path + "/" + name, 0o600) == 0)
    }
    let path =
      switch place {
      case "text.so": folder.path + "/libduckdb-text.so"
      case "relative": "libduckdb.so"
      default: folder.path + "/" + place
      }
    let environment = ["TABLEPRO_CONNECT_DRIVER_PATH": path]
    let json = try Program.run(["engines", "duckdb", "--format", "json"], environment: environment)
    #expect(json.exitCode == 0 && json.output.contains("\"state\":\"\(state)\""), "\(json)")
    #expect(try SchemaValidator.faults(inEngines: json.output) == [])
    let text = try Program.run(["engines", "duckdb"], environment: environment)
    #expect(text.output.contains("libduckdb is \(state); "), "\(text)")
    let test = try Program.run(["duckdb::memory:"], environment: environment)
    let version = try Program.run(["--version"], environment: environment)
    for result in [json, text, test, version] { #expect(result.output.contains(note), "\(result)") }
  }

  /// What cannot be used is passed over while something else can.
  @Test func aLaterOneIsFound() throws {
    let folder = try TemporaryFolder()
    try "int nothing;\n".write(toFile: folder.path + "/empty.c", atomically: true, encoding: .utf8)
    let built = try Command.run(
      ["cc", "-shared", "-fPIC", "-o", folder.path + "/libsqlite3.so.0", folder.path + "/empty.c"])
    try #require(built.exitCode == 0, "\(built)")
    let result = try Program.run(
      ["sqlite::memory:"], environment: ["TABLEPRO_CONNECT_DRIVER_PATH": folder.path])
    #expect(result.exitCode == 0, "\(result)")
  }

  #if os(Linux)
    /// A process that has rights which who started it has not does not load what that one names.
    @Test(.enabled(if: geteuid() == 0, "to give a file capabilities takes root"))
    func fileCapabilities() throws {
      let folder = try TemporaryFolder()
      try #require(chmod(folder.path, 0o755) == 0)
      let copy = folder.path + "/program"
      // Copied by a child: a file that this process writes may be open in another test's child, and cannot be run then.
      try #require(try Command.run(["cp", Program.path, copy]).exitCode == 0)
      try "int nothing;\n".write(toFile: folder.path + "/empty.c", atomically: true, encoding: .utf8)
      let library = folder.path + "/libduckdb.so"
      let built = try Command.run(["cc", "-shared", "-fPIC", "-o", library, folder.path + "/empty.c"])
      try #require(built.exitCode == 0, "\(built)")
      func run() throws -> ProgramResult {
        try Command.run(
          ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy, "engines", "duckdb"],
          environment: Program.cleanEnvironment.merging([
            "TABLEPRO_CONNECT_DRIVER_PATH": library, "HOME": "/nonexistent",
          ]) { $1 })
      }
      #expect(try run().output.contains("\(library) cannot be used"))
      let given = try Command.run(["/usr/sbin/setcap", "cap_net_raw+ep", copy])
      try #require(given.exitCode == 0, "\(given)")
      let result = try run()
      #expect(result.output.contains("is not followed") && !result.output.contains(library), "\(result)")
    }
  #endif

  @Test(
    arguments: [
      (["engines", "nonsense"], "\"nonsense\""), (["engines", "postgres", "mysql"], "one engine"),
      (["engines", "--ssl", "required"], "--ssl"), (["engines", "--format", "xml"], "--format is \"xml\""),
      (["engines", "--format", "junit"], "junit is not built"), (["engines", "--nonsense"], "--nonsense"),
      (["engines", "--verbose"], "--verbose"), (["engines", ""], "\"\""),
    ])
  func usage(arguments: [String], naming: String) throws {
    let result = try Program.run(arguments)
    #expect(result.exitCode == 64)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains(naming), "\(result.errors)")
  }
}
