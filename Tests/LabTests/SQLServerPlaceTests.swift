import Foundation
import Lab
import Testing

/// The ways in which a server's place is written, and SQL Server Browser.
@Suite struct SQLServerPlaceTests {
  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> ProgramResult {
    try Program.run(
      arguments + ["--ssl", "required", "--format", "json"],
      environment: ["LAB_PASSWORD": Account.password].merging(environment) { $1 })
  }

  static let login = ["-U", Account.user, "--password", "env:LAB_PASSWORD", "-d", Account.database]

  @Test(arguments: [
    "localhost,{port}", "localhost, {port}", "tcp:localhost,{port}", "127.0.0.1,{port}", "(local),{port}",
    ".,{port}",
    "::1,{port}", "localhost\\NAMED,{port}",
  ]) func hostWithPort(text: String) throws {
    let port = try String(Lab.start(sqlserver: .optional).port)
    let host = text.replacingOccurrences(of: "{port}", with: port)
    let result = try run(["--engine", "sqlserver", "-h", host] + Self.login)
    #expect(result.exitCode == 0, "\(result)")
    if text.contains("NAMED") { #expect(result.output.contains("is not looked up"), "\(result)") }
  }

  @Test(arguments: [
    "sqlserver://{user}:{password}@localhost:{port}/{database}",
    "mssql://{user}:{password}@localhost,{port}/{database}",
    "sqlserver://localhost:{port}?user={user}&password={password}&database={database}&applicationIntent=ReadOnly",
    "jdbc:sqlserver://localhost:{port};user={user};password={{password}};databaseName={database};encrypt=true;trustServerCertificate=true",
    "jdbc:sqlserver://;serverName=localhost;portNumber={port};user={user};password={password};applicationIntent=ReadOnly",
  ]) func url(text: String) throws {
    let port = try String(Lab.start(sqlserver: .optional).port)
    let url = text.replacingOccurrences(of: "{port}", with: port)
      .replacingOccurrences(of: "{user}", with: Account.user)
      .replacingOccurrences(of: "{password}", with: Account.password)
      .replacingOccurrences(of: "{database}", with: Account.database)
    let result = try run([url])
    #expect(result.exitCode == 0, "\(result)")
    #expect(
      result.output.contains("applicationIntent is not used") == text.contains("applicationIntent"),
      "\(result)")
  }

  @Test func variables() throws {
    let port = try Lab.start(sqlserver: .optional).port
    let result = try run(
      ["--engine", "sqlserver"],
      environment: [
        "SQLCMDSERVER": "localhost,\(port)", "SQLCMDUSER": Account.user, "SQLCMDPASSWORD": Account.password,
      ])
    #expect(result.exitCode == 0, "\(result)")
  }

  /// Variables and files of FreeTDS's change nothing.
  @Test func freeTDSIsNotAsked() throws {
    let folder = try TemporaryFolder()
    let conf = folder.path + "/freetds.conf"
    try
      "[global]\nencryption = require\ndump file = \(folder.path)/dump\n[tablepro-connect]\nhost = 127.0.0.2\n"
      .write(toFile: conf, atomically: true, encoding: .utf8)
    let server = try FakeTDS.optional.own("freetds variables").start()
    let result = try Program.run(
      ["--engine", "sqlserver", "-h", "localhost", "-p", String(server.port), "--ssl", "required"]
        + Self.login,
      environment: [
        "LAB_PASSWORD": Account.password, "TDSVER": "5.0", "TDSPORT": "1", "TDSHOST": "127.0.0.3",
        "TDSDUMP": folder.path + "/dump", "TDSDUMPCONFIG": folder.path + "/dump-config", "FREETDSCONF": conf,
        "FREETDS": folder.path, "DSQUERY": "nowhere", "TDSQUERY": "nowhere",
      ])
    #expect(result.exitCode == 0, "\(result)")
    #expect(try server.received().first?.login?.tdsVersion == "7.4")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["freetds.conf"])
  }

  // MARK: SQL Server Browser

  @Test(arguments: [["-h", "{host}\\SQLEXPRESS"], ["-h", "{host}", "--instance", "sqlexpress"]])
  func namedInstance(place: [String]) throws {
    let browser = try FakeSQLBrowser(["SQLEXPRESS": .optional])
    let place = place.map { $0.replacingOccurrences(of: "{host}", with: browser.address) }
    let result = try run(["--engine", "sqlserver"] + place + Self.login)
    #expect(result.exitCode == 0, "\(result)")
    let report = try #require(Report(result.output))
    #expect(report.address == "\(browser.address):\(try #require(browser.ports["SQLEXPRESS"]))")
    #expect(try browser.asked().map { $0.uppercased() } == ["SQLEXPRESS"])
  }

  @Test func namedInstanceInURL() throws {
    let browser = try FakeSQLBrowser(["SQLEXPRESS": .optional])
    for url in [
      "sqlserver://\(browser.address)\\SQLEXPRESS/\(Account.database)?user=\(Account.user)",
      "jdbc:sqlserver://\(browser.address)\\SQLEXPRESS;user=\(Account.user)",
      "jdbc:sqlserver://\(browser.address);instanceName=SQLEXPRESS;user=\(Account.user)",
    ] {
      let result = try run([url, "--password", "env:LAB_PASSWORD"])
      #expect(result.exitCode == 0, "\(url): \(result)")
    }
  }

  @Test(arguments: [
    (FakeSQLBrowser.Manner.silent, "SQLEXPRESS", "did not answer"),
    (.answers, "UNKNOWN", "did not answer"), (.garbage, "SQLEXPRESS", "did not answer"),
    (.truncated, "SQLEXPRESS", "did not answer"), (.another, "SQLEXPRESS", "did not answer"),
    (.withoutTCP, "SQLEXPRESS", "does not listen on TCP"),
  ]) func noPort(manner: FakeSQLBrowser.Manner, instance: String, note: String) async throws {
    try await SideBySide.run {
      let browser = try FakeSQLBrowser(["SQLEXPRESS": .optional], manner)
      let result = try SideBySide.runInTime(
        ["--engine", "sqlserver", "-h", "\(browser.address)\\\(instance)", "--timeout", "0.8"] + Self.login
          + ["--ssl", "required", "--format", "json"], environment: ["LAB_PASSWORD": Account.password])
      #expect(result.exitCode == Cause.nameResolutionFailed.exitCode, "\(result)")
      let report = try #require(Report(result.output), "\(result)")
      #expect(report.diagnosis?.notes.contains { $0.contains(note) } == true, "\(result)")
      #expect(report.diagnosis?.suggestion.contains("UDP port 1434") == true, "\(result)")
      #expect(result.seconds < 1.4, "\(result)")
      #expect(try SchemaValidator.faults(in: result.output) == [])
    }
  }

  @Test func noBrowserRuns() throws {
    let result = try run(["--engine", "sqlserver", "-h", "127.77.77.77\\SQLEXPRESS"] + Self.login)
    #expect(result.exitCode == Cause.nameResolutionFailed.exitCode, "\(result)")
    #expect(result.output.contains("does not run"), "\(result)")
    #expect(result.seconds < 2)
  }

  @Test(arguments: [
    (["-h", "localhost,99999"], "the comma"), (["-h", "localhost,x"], "the comma"),
    (["-h", "/tmp"], "Unix socket"),
    (["-h", "localhost\\"], "instance"), (["-h", "localhost", "--instance", "a;b"], "instance"),
    (["-h", "localhost"], "needs a user"),
  ]) func usageErrors(arguments: [String], words: String) throws {
    let login = words.contains("user") ? [] : Self.login
    let result = try run(["--engine", "sqlserver"] + arguments + login)
    #expect(result.exitCode == 64 && result.errors.contains(words), "\(result)")
  }
}
