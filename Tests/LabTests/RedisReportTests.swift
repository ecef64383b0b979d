import Foundation
import Lab
import Testing

/// What is told of Redis' servers, what its URLs say, and what nobody is told.
@Suite struct RedisReportTests {
  static let servers: [(RedisServer, String)] = [
    (.plain, "Redis"), (.plain.with(\.isCluster, true), "Redis (cluster)"),
    (.plain.with(\.isSentinel, true), "Redis (sentinel)"),
  ]

  @Test(arguments: servers) func productAndVersion(server: RedisServer, product: String) throws {
    let port = try Lab.start(redis: server).port
    let result = try Program.run(
      ["redis://127.0.0.1:\(port)", "--format", "json"], environment: ["REDISCLI_AUTH": Account.password])
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.server?.product == product, "\(result)")
    #expect(report.server?.version.hasPrefix("7.") == true, "\(result)")
    #expect(report.stages.map(\.name) == ["connect", "auth", "query"], "\(result)")
    // The password went in clear, and the report says so.
    #expect(report.warnings.contains { $0.contains("clear text") }, "\(result)")
  }

  /// A replica that is up to date takes no writes.
  @Test func replica() throws {
    let master = try Lab.start(redis: .plain.open).port
    let replica = RedisServer.plain.open.with(\.settings, ["replicaof": "127.0.0.1 \(master)"])
    let port = try Lab.start(redis: replica).port
    let result = try Program.run(["redis://localhost:\(port)", "--format", "json"])
    #expect(Report(result.output)?.warnings.contains("The server is read-only.") == true, "\(result)")
  }

  @Test func aURLSaysItAll() throws {
    let running = try Lab.start(redis: .good)
    let url = "rediss://\(Account.user):\(Account.password)@localhost:\(running.port)/3"
    let result = try Program.run([url, "--format", "json"])
    let report = try #require(Report(result.output), "\(result)")
    #expect(
      result.exitCode == 0 && report.ssl.requested == "required" && report.ssl.encrypted == true, "\(result)")
    #expect(
      report.warnings.contains { $0.contains("rediss://") && $0.contains("verify-identity") }, "\(result)")
    let log = try running.logText()
    #expect(!log.contains(Account.password))
    for query in ["?db=2", "?database=2", "/?sslmode=verify-ca&sslrootcert=\(try Lab.pki)/ca.pem"] {
      let other = try Program.run(["rediss://:\(Account.password)@localhost:\(running.port)\(query)"])
      #expect(other.exitCode == 0, "\(query): \(other)")
    }
  }

  @Test(arguments: ["shop", "1a", "-1", "1.5", " 1"]) func aDatabaseIsANumber(database: String) throws {
    let result = try Program.run(["--engine", "redis", "--database=\(database)"])
    #expect(result.exitCode == 64 && result.errors.contains("the number of a database"), "\(result)")
    let encoded = database.replacingOccurrences(of: " ", with: "%20")
    let byURL = try Program.run(["redis://localhost/\(encoded)"])
    #expect(byURL.exitCode == 64 && byURL.errors.contains("the number of a database"), "\(byURL)")
  }

  /// Also where the server says it: some errors repeat the command, with its arguments.
  @Test(arguments: ["text", "json"]) func noSecretIsTold(format: String) throws {
    let renamed = RedisServer.plain.open.with(\.settings, ["rename-command": "AUTH \"\""])
    for (server, database, code) in [
      (RedisServer.plain, "1", 0), (.plain, "9", Cause.noDatabase.exitCode),
      (renamed, "1", Cause.authentication.exitCode),
    ] {
      let port = try Lab.start(redis: server).port
      let result = try Program.run(
        ["--engine", "redis", "-h", "localhost", "-p", String(port), "-U", Account.keeper, "-d", database]
          + ["--password", "env:LAB_PASSWORD", "--verbose", "--format", format],
        environment: ["LAB_PASSWORD": Account.keeperPassword])
      #expect(result.exitCode == code, "\(result)")
      for part in [Account.keeperPassword, "xK!w9", "Zq7"] {
        #expect(!result.output.contains(part) && !result.errors.contains(part), "\(result)")
      }
    }
  }

  /// A server without AUTH repeats a part of the password, cut off so that it is another text.
  @Test(arguments: ["text", "json"]) func noPartOfALongSecretIsTold(format: String) throws {
    let renamed = RedisServer.plain.open.with(\.settings, ["rename-command": "AUTH \"\""])
    let port = try Lab.start(redis: renamed).port
    let password = (0..<40).map { String(format: "%04x", $0 * 7_919 % 65_536) }.joined()
    for arguments in [
      [
        "--engine", "redis", "-h", "localhost", "-p", String(port), "-U", "me", "--password",
        "env:LAB_PASSWORD",
      ],
      ["redis://:\(password)@localhost:\(port)"], ["redis://\(password)@localhost:\(port)"],
    ] {
      let result = try Program.run(
        arguments + ["--verbose", "--format", format], environment: ["LAB_PASSWORD": password])
      #expect(result.exitCode == Cause.authentication.exitCode, "\(result)")
      #expect(result.output.contains("unknown command"), "\(result)")
      for start in 0...password.count - 8 {
        let part = password.dropFirst(start).prefix(8)
        #expect(!result.output.contains(part) && !result.errors.contains(part), "\(part): \(result)")
      }
    }
  }

  /// The only word before the @ is the password, and nobody's name.
  @Test(arguments: ["text", "json"]) func theOnlyWordIsThePassword(format: String) throws {
    let port = try Lab.start(redis: .plain).port
    let result = try Program.run(
      ["redis://\(Account.password)@localhost:\(port)", "--verbose", "--format", format])
    #expect(result.exitCode == 0 && result.output.contains("user:password@"), "\(result)")
    #expect(
      !result.output.contains(Account.password) && !result.errors.contains(Account.password), "\(result)")
    let wrong = try Program.run(["redis://wrong-secret@localhost:\(port)", "--verbose", "--format", format])
    #expect(wrong.exitCode == Cause.authentication.exitCode, "\(wrong)")
    #expect(!wrong.output.contains("wrong-secret") && !wrong.errors.contains("wrong-secret"), "\(wrong)")
  }

  /// Who was not named to the server has not logged in.
  @Test func aUserWhoWasNotNamed() throws {
    let port = try Lab.start(redis: .plain.open).port
    let url = "redis://localhost:\(port)?username=tester"
    let text = try Program.run([url])
    #expect(text.exitCode == 0 && !text.output.contains("user tester"), "\(text)")
    let json = try Program.run([url, "--format", "json"])
    #expect(json.output.contains("\"user\":null"), "\(json)")
    #expect(json.output.contains("not that of “tester”"), "\(json)")
  }

  @Test func whatToChange() throws {
    for (user, database, message) in [
      (RedisAccount.poor, "1", "is logged in, but may not run SELECT"),
      (RedisAccount.user, "9", "has no database with the number 9"),
    ] {
      let port = try Lab.start(redis: .plain).port
      let result = try Program.run(
        ["redis://\(user):\(Account.password)@localhost:\(port)/\(database)", "--format", "json"])
      let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
      #expect(diagnosis.message.contains(message), "\(result)")
      #expect(!diagnosis.suggestion.contains("upper and lower case"), "\(result)")
    }
  }

  @Test func valkeyIsAnotherNameOfIt() throws {
    let (plain, secured) = try (Lab.start(redis: .plain.open).port, Lab.start(redis: .good.open).port)
    for url in ["valkey://localhost:\(plain)/1", "valkeys://localhost:\(secured)/1"] {
      let result = try Program.run([url])
      #expect(result.exitCode == 0, "\(url): \(result)")
    }
  }

  /// Connecting, TLS 1.3's one, and four of the protocol: PING, AUTH, the proof, and who the server is.
  @Test func roundTrips() async throws {
    try await RoundTrips.expect([5], RedisServer.plain, ["--ssl", "disabled"])
    try await RoundTrips.expect([6], RedisServer.good, ["--ssl", "verify-identity"])
    try await RoundTrips.expect([2], RedisServer.good, ["--ssl", "verify-identity", "--until", "tls"])
  }
}
