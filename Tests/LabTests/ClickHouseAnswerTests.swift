import Foundation
import Lab
import Testing

/// What newer servers say, and what those say who stand in front of a server × modes. Debian's server is too old for the
/// first and stands alone.
@Suite struct ClickHouseAnswerTests {
  static let modes = [Mode.disabled, .required, .verifyIdentity]

  static func rows(
    _ title: String, _ answer: String, _ cause: Cause?, _ stage: String, in modes: [Mode] = modes,
    note: String? = nil, mentions: String? = nil, response: String? = nil
  ) -> [StressRow] {
    modes.map { mode in
      StressRow(
        title, mode, (mode == .disabled ? [] : [.secure()]) + [.hearHTTP, .send(answer), .stall], cause, stage
      ).with(\.engine, "clickhouse").with(\.proves, true).with(\.note, note).with(\.mentions, mentions)
        .with(\.response, response)
    }
  }

  static func exception(
    _ status: String, _ code: Int, _ words: String, _ name: String, _ cause: Cause, _ stage: String = "query",
    note: String? = nil, mentions: String? = nil
  ) -> [StressRow] {
    rows(
      name, ClickHouseAnswer.exception(status, code, words, name), cause, stage, note: note,
      mentions: mentions, response: "(\(name)) (version 24.8")
  }

  static let newer = [
    rows("version 24", ClickHouseAnswer.row, nil, "query"),
    exception(
      "403 Forbidden", 516,
      "tester: Authentication failed: password is incorrect, or there is no user with such name",
      "AUTHENTICATION_FAILED", .authentication, "auth", note: "does not tell apart"),
    exception("401 Unauthorized", 194, "Password required", "REQUIRED_PASSWORD", .authentication, "auth"),
    exception("403 Forbidden", 720, "Account has expired", "USER_EXPIRED", .authentication, "auth"),
    exception("404 Not Found", 81, "Database x does not exist", "UNKNOWN_DATABASE", .noDatabase),
    exception("403 Forbidden", 497, "tester: Not enough privileges", "ACCESS_DENIED", .accessDenied),
    exception(
      "500 Internal Server Error", 159, "Timeout exceeded: elapsed 1 seconds", "TIMEOUT_EXCEEDED", .timedOut,
      mentions: "its own limit of time"),
    exception(
      "408 Request Timeout", 209, "Timeout exceeded while reading from socket", "SOCKET_TIMEOUT", .timedOut,
      mentions: "a connection of its own"),
    exception(
      "500 Internal Server Error", 210, "Connection reset by peer", "NETWORK_ERROR", .lost,
      mentions: "lost a connection of its own"),
    exception(
      "429 Too Many Requests", 202, "Too many simultaneous queries. Maximum: 100",
      "TOO_MANY_SIMULTANEOUS_QUERIES", .tooMany, mentions: "as many queries as it may"),
    exception(
      "500 Internal Server Error", 241, "Memory limit (total) exceeded", "MEMORY_LIMIT_EXCEEDED", .notReady,
      mentions: "no memory"),
    exception("500 Internal Server Error", 62, "Syntax error", "SYNTAX_ERROR", .other),
  ].flatMap { $0 }
  @Test(arguments: newer) func newerServer(_ row: StressRow) async throws { try await row.judge() }

  static let strange = [
    rows(
      "200 and an exception",
      ClickHouseAnswer.text(
        "200 OK", [], "Code: 241. DB::Exception: Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)\n"),
      .notReady, "query"),
    rows(
      "an exception behind the row's beginning",
      ClickHouseAnswer.text(
        "200 OK", ["X-ClickHouse-Format: x"],
        "version\tuser\tdatabase\nString\tString\tString\nCode: 159. DB::Exception: Timeout exceeded\n"),
      .timedOut, "query"),
    rows(
      "the code in a header alone", ClickHouseAnswer.text("500 x", ["X-ClickHouse-Exception-Code: 202"]),
      .tooMany, "query", response: "X-ClickHouse-Exception-Code: 202"),
    rows(
      "200 and nothing", ClickHouseAnswer.text("200 OK", ["X-ClickHouse-Query-Id: 1"]), .other, "query",
      note: "not the row"),
    rows(
      "another format", ClickHouseAnswer.text("200 OK", ["X-ClickHouse-Format: CSV"], "\"24\",\"x\",\"y\"\n"),
      .other, "query", note: "not the row"),
    rows("Ok., which proves no login", ClickHouseAnswer.ok, .other, "query", note: "not the row"),
    rows(
      "HTTP/1.0, ended by the end",
      "HTTP/1.0 403 x\r\nX-ClickHouse-Exception-Code: 516\r\nContent-Length: 0\r\n\r\n", .authentication,
      "auth"),
  ].flatMap { $0 }
  /// Since version 25 an exception is where the answer breaks off.
  static let brokenOff = [[Step.close], [.reset], [.stall]].flatMap { end -> [StressRow] in
    let head = "version\tuser\tdatabase\nString\tString\tString\n24.3"
    let tail =
      "\r\n__exception__\r\nPOQR\r\nCode: 241. DB::Exception: Memory limit (MEMORY_LIMIT_EXCEEDED)\r\n"
    func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n\(text)\r\n" }
    let answers = [
      ("200, chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(head) + chunk(tail)),
      (
        "500, a length",
        "HTTP/1.1 500 x\r\nX-ClickHouse-Exception-Code: 241\r\nContent-Length: 900\r\n\r\nCode: 241. DB::Exception: x"
      ),
    ]
    return answers.flatMap { title, answer in
      modes.map { mode in
        StressRow(
          "\(title), \(end)", mode,
          (mode == .disabled ? [] : [.secure()]) + [.hearHTTP, .send(answer)] + end,
          .notReady, "query"
        ).with(\.engine, "clickhouse").with(\.proves, true).with(\.response, "Code: 241. DB::Exception")
          .with(\.timeout, 0.9).with(\.time, "\(end)".contains("stall") ? .atTheTimeout : .atOnce)
      }
    }
  }
  @Test(arguments: brokenOff) func breaksOff(_ row: StressRow) async throws { try await row.judge() }

  @Test(arguments: strange) func strangeAnswer(_ row: StressRow) async throws { try await row.judge() }

  static func front(
    _ status: String, _ headers: [String], _ body: String, _ cause: Cause, in modes: [Mode] = modes,
    note: String?, mentions: String? = nil
  ) -> [StressRow] {
    rows(
      status, ClickHouseAnswer.text(status, headers, body), cause, "auth", in: modes, note: note,
      mentions: mentions)
  }

  static let nginx = "Server: nginx/1.22.1"
  static let fronts = [
    front(
      "400 Bad Request", [nginx], "The plain HTTP request was sent to HTTPS port", .requiresTLS,
      in: [.disabled], note: nil),
    front(
      "400 Bad Request", [], "Client sent an HTTP request to an HTTPS server.\n", .requiresTLS,
      in: [.disabled],
      note: nil),
    front(
      "400 Bad Request", [nginx], "<center>No required SSL certificate was sent</center>",
      .clientCertificateRequired, in: [.required, .verifyIdentity], note: "nginx/1.22.1"),
    front(
      "301 Moved Permanently", ["Location: https://127.0.0.1:8443/"], "", .requiresTLS, in: [.disabled],
      note: "https://127.0.0.1:8443/, which was not followed", mentions: "its port 8443"),
    front(
      "301 Moved Permanently", ["Location: https://ch.example.test:8443/"], "", .wrongProtocol,
      in: [.disabled],
      note: "https://ch.example.test:8443/, which was not followed", mentions: "to ch.example.test"),
    front(
      "302 Found", ["Location: http://ch.example.test/login"], "", .wrongProtocol,
      note: "http://ch.example.test/login, which was not followed", mentions: "redirection"),
    front(
      "307 Temporary Redirect", ["Location: https://ch.example.test/"], "", .wrongProtocol,
      in: [.required, .verifyIdentity], note: "which was not followed"),
    front(
      "401 Unauthorized", [nginx, "WWW-Authenticate: Basic realm=\"intranet\""], "", .authentication,
      note: "intranet", mentions: "proxy in front"),
    front(
      "407 Proxy Authentication Required", ["Via: 1.1 squid", "Proxy-Authenticate: Negotiate"], "",
      .authentication, note: "squid", mentions: "proxy in front"),
    front("403 Forbidden", ["Server: AkamaiGHost"], "Access Denied", .accessDenied, note: "AkamaiGHost"),
    front("404 Not Found", [nginx], "<h1>404 Not Found</h1>", .wrongProtocol, note: "nginx/1.22.1"),
    front("429 Too Many Requests", ["Retry-After: 3"], "", .tooMany, note: "status 429"),
    front("502 Bad Gateway", [nginx], "<h1>502</h1>", .notReady, note: "nginx", mentions: "load balancer"),
    front(
      "502 Tomcat", ["Server: Tomcat"],
      "<h1>HTTP Status 502</h1> Error Code: 502 org.apache.proxy.ProxyException: backend down", .notReady,
      note: "Tomcat", mentions: "load balancer"),
    front(
      "503 Service Unavailable", [], "no server is available", .notReady, note: "status 503",
      mentions: "load balancer"),
    front(
      "504 Gateway Time-out", ["Server: awselb/2.0"], "", .notReady, note: "awselb/2.0",
      mentions: "load balancer"
    ),
    front(
      "200 OK", ["Server: Apache/2.4"], "<html>It works!</html>", .wrongProtocol, note: "Apache/2.4",
      mentions: "not ClickHouse"),
    front(
      "200 OK", [], "{\"status\":\"UP\"}", .wrongProtocol, note: "status 200", mentions: "not ClickHouse"),
  ].flatMap { $0 }
  @Test(arguments: fronts) func inFront(_ row: StressRow) async throws { try await row.judge() }

  /// Who is sent elsewhere does not go there, least of all with a password.
  @Test(arguments: [301, 302, 303, 307, 308]) func redirectionsAreNotFollowed(status: Int) throws {
    let elsewhere = try MisbehavingServer([.hearHTTP, .send(ClickHouseAnswer.row), .stall])
    let answer = ClickHouseAnswer.text("\(status) x", ["Location: http://127.0.0.1:\(elsewhere.port)/"])
    let server = try MisbehavingServer([.hearHTTP, .send(answer), .stall])
    let result = try Program.run(["ch://tester:s3cret-Pa55@127.0.0.1:\(server.port)", "--format", "json"])
    #expect(result.exitCode == Cause.wrongProtocol.exitCode, "\(result)")
    #expect(try elsewhere.heard().isEmpty)
    #expect(try server.heard().count == 1)
  }

  /// Two answers are enough for a server that is older than currentUser(); more is never asked.
  @Test(arguments: [true, false]) func oldServer(knows: Bool) throws {
    let unknown = ClickHouseAnswer.text(
      "404 Not Found", [], "Code: 46, e.displayText() = DB::Exception: Unknown function currentUser\n")
    let row = ClickHouseAnswer.text(
      "200 OK", [], "version\tdatabase\nString\tString\n18.16.1\tdefault\n")
    let server = try MisbehavingServer([
      .hearHTTP, .send(unknown), .hearHTTP, .send(knows ? row : unknown), .stall,
    ])
    let result = try Program.run(["ch://127.0.0.1:\(server.port)", "--format", "json"])
    #expect(result.exitCode == (knows ? 0 : Cause.other.exitCode), "\(result)")
    #expect(try server.heard().count == 1)
  }

  /// A server, or a proxy, that ends the connection with every answer: the second question takes another one.
  @Test(arguments: [true, false]) func oldServerThatCloses(answersAgain: Bool) throws {
    let unknown = ClickHouseAnswer.text(
      "404 Not Found", ["Connection: close"],
      "Code: 46, e.displayText() = DB::Exception: Unknown function currentUser\n")
    let row = ClickHouseAnswer.text(
      "200 OK", [], "version\tdatabase\nString\tString\n18.16.1\tdefault\n")
    let server = try MisbehavingServer(
      [.hearHTTP, .send(unknown), .close], then: [.hearHTTP] + (answersAgain ? [.send(row)] : []) + [.close])
    let result = try Program.run(["ch://127.0.0.1:\(server.port)", "--format", "json"])
    #expect(result.exitCode == (answersAgain ? 0 : Cause.lost.exitCode), "\(result)")
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.server?.version == (answersAgain ? "18.16.1" : nil), "\(result)")
    #expect(report.attempts.map(\.cause) == ["connection-lost", answersAgain ? nil : "connection-lost"])
    let heard = try server.heard()
    #expect(heard.count > 1 && heard[1].contains("SELECT version() AS version, currentDatabase()"))
  }

  /// A service of ClickHouse Cloud that sleeps, and one that is asked without TLS.
  @Test(arguments: [Mode.disabled, .required]) func cloud(mode: Mode) throws {
    let server = try MisbehavingServer((mode == .disabled ? [] : [.secure()]) + [.hearHTTP, .stall])
    let result = try Program.run([
      "ch://u:s3cret-Pa55@ab1.eu-west-1.aws.clickhouse.cloud:\(server.port)?hostaddr=127.0.0.1", "--ssl",
      mode.rawValue, "--timeout", "0.7", "--format", "json",
    ])
    #expect(result.exitCode == Cause.timedOut.exitCode, "\(result)")
    let notes = try #require(Report(result.output)?.diagnosis?.notes, "\(result)")
    let wanted = mode == .disabled ? "takes TLS only, on port 8443" : "takes up to a minute to wake up"
    #expect(notes.contains { $0.contains(wanted) }, "\(result)")
  }
}
