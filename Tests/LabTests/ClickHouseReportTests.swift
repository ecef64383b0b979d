import Foundation
import Lab
import Testing

/// What is told of ClickHouse's servers, what its URLs say, and what nobody is told.
@Suite struct ClickHouseReportTests {
  @Test func productAndVersion() throws {
    let port = try Lab.start(clickhouse: .plain).port
    let result = try Program.run(
      ["clickhouse://127.0.0.1:\(port)/shop", "--format", "json"],
      environment: ["CLICKHOUSE_USER": Account.user, "CLICKHOUSE_PASSWORD": Account.password])
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.server?.product == "ClickHouse", "\(result)")
    #expect(report.server?.version.hasPrefix("18.16") == true, "\(result)")
    #expect(report.stages.map(\.name) == ["connect", "auth", "query"], "\(result)")
    // The password went in clear, and the report says so.
    #expect(report.warnings.contains { $0.contains("clear text") }, "\(result)")
  }

  @Test func untilAuth() throws {
    let port = try Lab.start(clickhouse: .good).port
    for (password, code) in [(Account.password, 0), ("wrong", Cause.authentication.exitCode)] {
      let result = try Program.run(
        ["ch://\(Account.user)@localhost:\(port)?secure=true", "--until", "auth", "--format", "json"],
        environment: ["CLICKHOUSE_PASSWORD": password])
      let report = try #require(Report(result.output), "\(result)")
      #expect(result.exitCode == code && report.stages.map(\.name).last == "auth", "\(result)")
    }
  }

  /// A proxy drops the login, and the server lets in whom it takes for its default user.
  @Test(arguments: ["auth", "query"]) func sessionOfAnother(until: String) throws {
    let body = "user\nString\ndefault\n"
    let rows = [
      "auth": ClickHouseAnswer.text("200 OK", [], body), "query": ClickHouseAnswer.row(user: "default"),
    ]
    let server = try MisbehavingServer([.hearHTTP, .send(rows[until] ?? ""), .stall])
    let result = try Program.run(
      ["ch://tester@127.0.0.1:\(server.port)", "--until", until, "--format", "json"],
      environment: ["CLICKHOUSE_PASSWORD": "wrong"])
    #expect(result.exitCode == 0, "\(result)")
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.user == "default", "\(result)")
    #expect(
      report.warnings.contains { $0.contains("user “default”: the login as “tester” was not used") },
      "\(result)")
  }

  /// Whether a database is there is not the login's matter.
  @Test func untilAuthWithoutTheDatabase() throws {
    let port = try Lab.start(clickhouse: .plain).port
    for (until, code) in [("auth", 0), ("query", Cause.noDatabase.exitCode)] {
      let result = try Program.run(
        ["ch://\(Account.user)@localhost:\(port)/nowhere", "--until", until, "--format", "json"],
        environment: ["CLICKHOUSE_PASSWORD": Account.password])
      #expect(result.exitCode == code, "\(result)")
      #expect(Report(result.output)?.stages.map(\.name).last == until, "\(result)")
    }
  }

  @Test func aURLSaysItAll() throws {
    let running = try Lab.start(clickhouse: .good)
    let login = "\(Account.user):\(Account.password)@localhost:\(running.port)"
    let result = try Program.run(["https://\(login)/shop", "--engine", "clickhouse", "--format", "json"])
    let report = try #require(Report(result.output), "\(result)")
    #expect(
      result.exitCode == 0 && report.ssl.requested == "required" && report.ssl.encrypted == true, "\(result)")
    #expect(
      report.warnings.contains { $0.contains("https://") && $0.contains("verify-identity") }, "\(result)")
    let ca = try Lab.pki + "/ca.pem"
    for url in [
      "ch://\(login)?secure=true&database=other",
      "clickhouse://\(login)/?sslmode=verify-ca&sslrootcert=\(ca)",
      "clickhouse://localhost:\(running.port)/shop?ssl=true&user=\(Account.user)&password=\(Account.password)",
      "http://\(Account.user):\(Account.password)@localhost:\(running.plainPort)/shop",
    ] {
      let other = try Program.run([url, "--engine", "clickhouse"])
      #expect(other.exitCode == 0, "\(url): \(other)")
    }
    // Neither the server's log of requests nor its log of queries has a password in it.
    let log = try running.logText()
    #expect(log.contains("Ready for connections"))
    #expect(!log.contains(Account.password))
  }

  /// The password stands in one header, and nowhere in the request's line; nothing of the environment's proxies does
  /// anything.
  @Test func whatIsSent() throws {
    let server = try MisbehavingServer([.hearHTTP, .send(ClickHouseAnswer.row), .stall])
    let proxy = try MisbehavingServer([.stall])
    let there = "http://127.0.0.1:\(proxy.port)"
    let result = try Program.run(
      [
        "ch://127.0.0.1:\(server.port)/a%20b", "-U", Account.user, "--password", "env:LAB_PASSWORD",
        "--format", "json",
      ],
      environment: [
        "LAB_PASSWORD": Account.password, "http_proxy": there, "HTTP_PROXY": there, "all_proxy": there,
      ])
    #expect(result.exitCode == 0, "\(result)")
    #expect(try proxy.heard().isEmpty)
    let warnings = try #require(Report(result.output)).warnings
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy"] {
      #expect(warnings.contains("The environment variable \(name) is set and was ignored."), "\(warnings)")
    }
    let request = String(decoding: try #require(try server.heard().first).plain, as: UTF8.self)
    let lines = request.components(separatedBy: "\r\n")
    #expect(lines.first == "POST /?database=a%20b HTTP/1.1")
    #expect(lines.filter { $0.contains(Account.password) } == ["X-ClickHouse-Key: \(Account.password)"])
    #expect(lines.contains("X-ClickHouse-User: \(Account.user)"))
    #expect(lines.contains("Host: 127.0.0.1:\(server.port)"))
    #expect(lines.last?.hasPrefix("SELECT version()") == true)
  }

  /// libcurl's TLS library would make the file.
  @Test func noKeysAreLogged() throws {
    let port = try Lab.start(clickhouse: .plain).port
    let file = NSTemporaryDirectory() + "keylog-\(UUID().uuidString)"
    let result = try Program.run(
      ["clickhouse://127.0.0.1:\(port)"],
      environment: [
        "CLICKHOUSE_USER": Account.user, "CLICKHOUSE_PASSWORD": Account.password, "SSLKEYLOGFILE": file,
      ])
    #expect(result.exitCode == 0, "\(result)")
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  /// Whatever the password is, it is a value and nothing else.
  @Test(arguments: ["a\r\nX-ClickHouse-Database: b", "a\nb", " a", "a\t "]) func aPasswordIsNoHeader(
    password: String
  ) throws {
    let server = try MisbehavingServer([.hearHTTP, .send(ClickHouseAnswer.row), .stall])
    let result = try Program.run(
      ["ch://127.0.0.1:\(server.port)", "-U", Account.user],
      environment: ["CLICKHOUSE_PASSWORD": password])
    #expect(result.exitCode == 0, "\(result)")
    let heard = try #require(try server.heard().first)
    #expect(
      heard.contains("Authorization: Basic " + Data("\(Account.user):\(password)".utf8).base64EncodedString())
    )
    #expect(!heard.contains("X-ClickHouse-Database") && !heard.contains("X-ClickHouse-Key"))
  }

  /// Also where the server says it: some repeat the request.
  @Test(arguments: ["text", "json"]) func noSecretIsTold(format: String) throws {
    for (password, status) in [
      (Account.keeperPassword, "200 OK"), (Account.keeperPassword, "403 x"),
      ("a\n\(Account.keeperPassword)", "500 x"),
    ] {
      let basic = Data("\(Account.keeper):\(password)".utf8).base64EncodedString()
      let echo = "Authorization: Basic \(basic)\nX-ClickHouse-Key: \(password)\n"
      let server = try MisbehavingServer([
        .hearHTTP, .send(ClickHouseAnswer.text(status, ["Server: Basic \(basic)"], echo)), .stall,
      ])
      let result = try Program.run(
        ["--engine", "clickhouse", "-h", "127.0.0.1", "-p", String(server.port), "-U", Account.keeper]
          + ["--verbose", "--format", format], environment: ["CLICKHOUSE_PASSWORD": password])
      #expect(result.exitCode != 0, "\(result)")
      for part in [password, basic, "xK!w9", "Zq7"] {
        #expect(!result.output.contains(part) && !result.errors.contains(part), "\(result)")
      }
    }
  }

  /// Nor half of it, wherever it stands among what is too long to be shown.
  @Test(arguments: [true, false]) func noHalfOfASecretIsTold(isHTTP: Bool) throws {
    for count in isHTTP ? Array(4_060...4_090) : Array(40...100) where count % 3 == 0 || !isHTTP {
      let text = String(repeating: "A", count: count) + Account.keeperPassword + " tail"
      let server = try MisbehavingServer([
        .hearHTTP, .send(isHTTP ? ClickHouseAnswer.text("500 Err", [], text) : text), .close,
      ])
      let result = try Program.run(
        ["--engine", "clickhouse", "-h", "127.0.0.1", "-p", String(server.port), "-U", Account.keeper],
        environment: ["CLICKHOUSE_PASSWORD": Account.keeperPassword])
      #expect(result.exitCode == Cause.wrongProtocol.exitCode, "\(result)")
      #expect(!result.output.contains("Zq"), "\(count): \(result)")
    }
  }

  /// Connecting, TLS 1.2's two, and the query, for which an old server takes two. With TLS 1.3 a slow computer would
  /// count the server's tickets too (RFC 8446 section 4.6.1), for which nobody waits.
  @Test func roundTrips() async throws {
    try await RoundTrips.expect([3], ClickHouseServer.plain, ["--ssl", "disabled"])
    try await RoundTrips.expect([5], ClickHouseServer.tls12, ["--ssl", "verify-identity"])
    try await RoundTrips.expect([3], ClickHouseServer.tls12, ["--ssl", "verify-identity", "--until", "tls"])
    try await RoundTrips.expect([4], ClickHouseServer.tls12, ["--ssl", "verify-identity", "--until", "auth"])
  }
}
