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

  /// Connecting, TLS 1.3's one, and three of the protocol: PING, AUTH, and everything else at once.
  @Test func roundTrips() async throws {
    try await RoundTrips.expect([4], RedisServer.plain, ["--ssl", "disabled"])
    try await RoundTrips.expect([5], RedisServer.good, ["--ssl", "verify-identity"])
    try await RoundTrips.expect([2], RedisServer.good, ["--ssl", "verify-identity", "--until", "tls"])
  }
}
