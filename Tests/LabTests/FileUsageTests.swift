import Lab
import Testing

/// What a file has nothing to do with: SSL and stages are usage errors, the network and the login are not used.
@Suite struct FileUsageTests {
  static let ssl: [[String]] =
    Mode.allCases.map { ["--ssl", $0.rawValue] } + [
      ["--ssl-ca", "system"], ["--ssl-cert", "/x"], ["--ssl-cert", "/x", "--ssl-key", "/x"],
      ["--ssl-crl", "/x"],
      ["--ssl-key-passphrase", "pass:x"], ["--server-name", "h"], ["--tls-min", "1.2"],
    ]

  private func expectUsageError(_ arguments: [String], naming words: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.exitCode == 64 && result.output.isEmpty, "\(result)")
    for word in words { #expect(result.errors.contains(word), "\(result)") }
  }

  @Test(arguments: ["sqlite", "duckdb"], ssl) func sslOption(engine: String, options: [String]) throws {
    let words = ["\(options[0]) does not apply", "which opens a file: there is no network to encrypt"]
    try expectUsageError(["--engine", engine, "-d", ":memory:"] + options, naming: words)
  }

  @Test(
    arguments: ["sqlite", "duckdb"], ["sslmode=require", "sslmode=disable", "ssl=true", "sslrootcert=/x"])
  func sslParameter(engine: String, parameter: String) throws {
    try expectUsageError(["\(engine)::memory:?\(parameter)"], naming: ["the URL's ssl", "does not apply"])
  }

  @Test(arguments: ["sqlite", "duckdb"]) func stage(engine: String) throws {
    try expectUsageError(["\(engine):/x", "--until", "tls"], naming: ["--until tls", "has no TLS"])
    try expectUsageError(["\(engine):/x", "--until", "auth"], naming: ["--until auth", "has no login"])
    try expectUsageError(["\(engine)::memory:", "--until", "connect"], naming: [":memory: is none"])
  }

  @Test(arguments: ["sqlite", "duckdb"]) func noFile(engine: String) throws {
    for arguments in [["--engine", engine], ["\(engine):"], ["\(engine)://"], ["\(engine)://localhost"]] {
      // The last one is a relative path.
      guard arguments != ["\(engine)://localhost"] else { continue }
      try expectUsageError(arguments, naming: ["needs a file", "-d/--database"])
    }
  }

  @Test(arguments: ["sqlite", "duckdb"]) func serverInTheURL(engine: String) throws {
    for url in ["//me:hunter2@h/x", "//me@h/x", "//h:5432/x"] {
      let result = try Program.run(["\(engine):\(url)"])
      #expect(result.exitCode == 64 && result.errors.contains("a file has no user"), "\(result)")
      #expect(!result.errors.contains("hunter2"), "\(result)")
    }
  }

  /// Nothing of it is used, so nothing of it is read: the password's source is not there.
  @Test(arguments: ["sqlite", "duckdb"]) func unused(engine: String) throws {
    let result = try Program.run(
      [
        "--engine", engine, "-d", ":memory:", "-h", "localhost", "-p", "1", "-U", "me", "--password",
        "env:LAB_UNSET", "-4", "--show-certs", "--auth-source", "admin", "--format", "json",
      ], environment: LabFile.environment(engine))
    #expect(result.exitCode == 0, "\(result)")
    let warnings = try #require(Report(result.output)?.warnings)
    for label in ["-h/--host", "-p/--port", "-U/--user", "--password", "-4", "--show-certs", "--auth-source"]
    {
      #expect(warnings.contains { $0.hasPrefix("\(label) is ") }, "\(label): \(warnings)")
    }
    #expect(warnings.count == 7, "\(warnings)")
  }

  @Test func unknownParameter() throws {
    let result = try Program.run(["sqlite::memory:?mode=rwc&user=me", "--format", "json"])
    #expect(result.exitCode == 0, "\(result)")
    #expect(
      Report(result.output)?.warnings == [
        "The URL's parameter mode is not used.", "The URL's parameter user is not used.",
      ])
  }
}
