import ConnectCore
import Testing

@testable import ClickHouseDriver

/// Errors as servers have said them: ClickHouse 18.16 as recorded here, and newer ones as its documentation, tests and
/// issues quote them.
@Suite("ClickHouse's errors and their causes")
struct RulesTests {
  static let recorded: [(String, Cause)] = [
    (
      "Code: 194, e.displayText() = DB::Exception: Password required for user default, e.what() = DB::Exception",
      .authenticationFailed
    ),
    (
      "Code: 193, e.displayText() = DB::Exception: Wrong password for user tester, e.what() = DB::Exception",
      .authenticationFailed
    ),
    (
      "Code: 192, e.displayText() = DB::Exception: Unknown user nobody, e.what() = DB::Exception",
      .authenticationFailed
    ),
    (
      "Code: 195, e.displayText() = DB::Exception: User elsewhere is not allowed to connect from address 127.0.0.1, e.what() = DB::Exception",
      .accessDenied
    ),
    (
      "Code: 291, e.displayText() = DB::Exception: Access denied to database shop for user poor, e.what() = DB::Exception",
      .accessDenied
    ),
    (
      "Code: 81, e.displayText() = DB::Exception: Database nodb doesn't exist, e.what() = DB::Exception",
      .databaseNotFound
    ),
    (
      "Code: 202, e.displayText() = DB::Exception: Too many simultaneous queries. Maximum: 1, e.what() = DB::Exception",
      .tooManyConnections
    ),
    (
      "Code: 201, e.displayText() = DB::Exception: Quota for user 'counted' for 1 hour has been exceeded. Queries: 2, max: 1. Interval will end at 2026-11-23 09:00:00. Name of quota template: 'nothing'., e.what() = DB::Exception",
      .tooManyConnections
    ),
    (
      "Code: 241, e.displayText() = DB::Exception: Memory limit (for query) exceeded: would use 2.00 MiB (attempt to allocate chunk of 32 bytes), maximum: 1.00 B, e.what() = DB::Exception",
      .serverNotReady
    ),
    // Version 20 and newer.
    (
      "Code: 516, e.displayText() = DB::Exception: default: Authentication failed: password is incorrect or there is no user with such name (version 20.8.3.18)",
      .authenticationFailed
    ),
    (
      "Code: 516. DB::Exception: tester: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED) (version 24.8.4.13 (official build))",
      .authenticationFailed
    ),
    (
      "Code: 81. DB::Exception: Database nodb does not exist. (UNKNOWN_DATABASE) (version 24.8.4.13 (official build))",
      .databaseNotFound
    ),
    (
      "Code: 497. DB::Exception: tester: Not enough privileges. To execute this query, it's necessary to have the grant SELECT(dummy) ON system.one. (ACCESS_DENIED) (version 24.8.4.13 (official build))",
      .accessDenied
    ),
    (
      "Code: 202. DB::Exception: Too many simultaneous queries. Maximum: 100. (TOO_MANY_SIMULTANEOUS_QUERIES) (version 24.8.4.13 (official build))",
      .tooManyConnections
    ),
    (
      "Code: 159. DB::Exception: Timeout exceeded: elapsed 1.2 seconds, maximum: 1. (TIMEOUT_EXCEEDED) (version 24.8.4.13 (official build))",
      .timedOut
    ),
    (
      "Code: 209. DB::NetException: Timeout exceeded while reading from socket (10.0.0.1:1234, 30000 ms). (SOCKET_TIMEOUT) (version 24.8.4.13)",
      .timedOut
    ),
    (
      "Code: 210. DB::NetException: Connection reset by peer, while writing to socket (10.0.0.1:1234). (NETWORK_ERROR) (version 24.8.4.13)",
      .connectionLost
    ),
    (
      "Code: 241. DB::Exception: Memory limit (total) exceeded: would use 1.76 GiB. (MEMORY_LIMIT_EXCEEDED) (version 24.8.4.13)",
      .serverNotReady
    ),
    (
      "Code: 439. DB::Exception: Cannot schedule a task: no free thread (timeout=0). (CANNOT_SCHEDULE_TASK) (version 24.8.4.13)",
      .tooManyConnections
    ),
    (
      "Code: 164. DB::Exception: tester: Cannot modify 'max_threads' setting in readonly mode. (READONLY) (version 24.8.4.13)",
      .accessDenied
    ),
    (
      "Code: 720. DB::Exception: Account of user has expired. (USER_EXPIRED) (version 24.8.4.13)",
      .authenticationFailed
    ),
    (
      "Poco::Exception. Code: 1000, e.code() = 0, e.displayText() = Not found: endpoint, e.what() = Not found",
      .wrongProtocol
    ),
    (
      "Code: 221. DB::Exception: No interserver IO endpoint named . (NO_SUCH_INTERSERVER_IO_ENDPOINT) (version 24.8.4.13)",
      .wrongProtocol
    ),
    ("Code: 745. DB::Exception: CPU is overloaded. (SERVER_OVERLOADED) (version 25.4.1.1)", .serverNotReady),
  ]

  @Test("by their numbers", arguments: recorded)
  func causes(text: String, cause: Cause) {
    #expect(finding(ClickHouseErrors.exception(text, code: nil))?.cause == cause)
    // As somebody would paste it.
    #expect(finding(ServerError(text: text, origin: .server))?.cause == cause)
  }

  @Test(
    "What nobody has a rule for stays unnamed",
    arguments: ["Code: 62. DB::Exception: Syntax error", "hello", ""])
  func unknown(text: String) { #expect(finding(ServerError(text: text, origin: .server)) == nil) }

  @Test("What has its own words says them", arguments: ["159", "201", "202", "209", "210", "241"])
  func words(code: String) {
    let found = finding(ServerError(text: "x", nativeCode: code, origin: .server))
    #expect(found?.advice != nil)
  }

  static let fronts: [(Int, String, String, SSLMode, Cause)] = [
    (
      400, "server: nginx", "<center>The plain HTTP request was sent to HTTPS port</center>", .disabled,
      .serverRequiresTLS
    ),
    (400, "", "Client sent an HTTP request to an HTTPS server.", .disabled, .serverRequiresTLS),
    (
      400, "server: Apache", "Reason: You're speaking plain HTTP to an SSL-enabled server port.", .disabled,
      .serverRequiresTLS
    ),
    (400, "", "Bad Request: This combination of host and port requires TLS.", .disabled, .serverRequiresTLS),
    (400, "", "The plain HTTP request was sent to HTTPS port", .required, .wrongProtocol),
    (
      400, "server: nginx", "<center>No required SSL certificate was sent</center>", .required,
      .clientCertificateRequired
    ),
    (
      400, "server: nginx", "<center>The SSL certificate error</center>", .required,
      .clientCertificateRejected
    ),
    (301, "location: https://localhost/", "", .disabled, .serverRequiresTLS),
    (308, "location: https://LOCALHOST.:8443/x", "", .disabled, .serverRequiresTLS),
    (301, "location: http://localhost:8443/", "", .disabled, .wrongProtocol),
    (302, "location: https://login.portal.example/?u=1", "", .disabled, .wrongProtocol),
    (302, "location: https://localhost@portal.example/", "", .disabled, .wrongProtocol),
    (304, "", "", .disabled, .wrongProtocol),
    (302, "location: http://db.example.com/login", "", .disabled, .wrongProtocol),
    (307, "location: https://db.example.com/", "", .required, .wrongProtocol),
    (302, "", "", .disabled, .wrongProtocol),
    (401, "www-authenticate: Basic realm=\"intranet\"", "", .required, .authenticationFailed),
    (407, "proxy-authenticate: Negotiate", "", .required, .authenticationFailed),
    (403, "server: AkamaiGHost", "Access Denied", .required, .accessDenied),
    (429, "", "slow down", .required, .tooManyConnections),
    (502, "server: nginx", "Bad Gateway", .required, .serverNotReady),
    (503, "", "no server is available to handle this request", .required, .serverNotReady),
    (504, "server: awselb/2.0", "", .required, .serverNotReady),
    (521, "server: cloudflare", "", .required, .serverNotReady),
    (200, "server: Apache", "It works!", .required, .wrongProtocol),
    (404, "server: nginx", "Not Found", .required, .wrongProtocol),
    (500, "", "", .required, .wrongProtocol), (418, "", "teapot", .disabled, .wrongProtocol),
  ]

  @Test("Answers of those in front", arguments: fronts)
  func front(status: Int, header: String, body: String, mode: SSLMode, cause: Cause) throws {
    let text = ["HTTP \(status)", header].filter { !$0.isEmpty }.joined(separator: "\n") + "\n\n" + body
    let error = ServerError(text: text, nativeCode: "HTTP \(status)", origin: .server)
    let found = try #require(finding(error, mode))
    #expect(found.cause == cause)
    if cause != .serverRequiresTLS || status >= 300 && status < 400 {
      #expect(found.notes.contains { $0.contains("status \(status)") }, "\(found.notes)")
    }
  }

  @Test("A redirection names where to, and the cause's table the mode")
  func redirect() {
    let text = "HTTP 301\nserver: x\nlocation: https://db.example.com:8443/\n\n"
    let found = finding(ServerError(text: text, nativeCode: "HTTP 301", origin: .server))
    #expect(found?.notes.first?.contains("https://db.example.com:8443/, which was not followed") == true)
  }

  @Test("Where a redirection leads")
  func location() throws {
    func found(_ location: String) -> Finding? {
      finding(
        ServerError(text: "HTTP 302\nlocation: \(location)\n\n", nativeCode: "HTTP 302", origin: .server))
    }
    #expect(found("https://localhost/")?.advice?.change.contains("--port 443 --ssl required") == true)
    #expect(found("https://localhost:8443")?.advice?.change.contains("--port 8443 --ssl required") == true)
    #expect(found("https://portal.example/?u")?.advice?.message.contains(" to portal.example.") == true)
    #expect(found("/login")?.advice?.message.hasSuffix("a redirection.") == true)
    let unchanged = finding(ServerError(text: "HTTP 304", nativeCode: "HTTP 304", origin: .server))
    #expect(unchanged?.advice?.message.contains("(status 304)") == true)
    let six = ClickHouseLocation("https://[::1]:9/")
    #expect(six?.host == "::1" && six?.port == 9)
    #expect(six?.isAt([HostPort(host: "::1", port: 1)]) == true)
    for text in ["", "https://", "https://:9/", "https://a:99999/", "ftp://a/", "https://a:b/"] {
      #expect(ClickHouseLocation(text) == nil, "\(text)")
    }
  }

  @Test(
    "A proxy that refuses the login",
    arguments: [
      ("401\nwww-authenticate: Basic realm=\"\"", true),
      ("401\n\ninvalid username or password for user \"x\"", true),
      ("401\nwww-authenticate: Negotiate", false), ("407\nproxy-authenticate: Basic realm=\"\"", false),
    ])
  func proxyLogin(text: String, isOurs: Bool) {
    let error = ServerError(text: "HTTP \(text)", nativeCode: "HTTP \(text.prefix(3))", origin: .server)
    let found = finding(error)
    #expect(found?.cause == .authenticationFailed)
    #expect(found?.advice?.change.hasPrefix("Check Username and Password") == isOurs)
  }

  @Test("An answer that is not the row has an advice")
  func notTheRow() {
    let failure = ConnectionFailure(stage: .query, event: ClickHouseErrors.notTheRow)
    let found = ClickHouseRules().finding(for: failure, target: Self.target(.disabled))
    #expect(found?.cause == .other && found?.advice?.change.contains("the path /") == true)
  }

  @Test("TLS on the port without it", arguments: [FailureEvent.closed, .timedOut, .reset(errno: 104)])
  func plainPort(event: FailureEvent) {
    let failure = ConnectionFailure(stage: .tls, event: event, answers: [.offersNoTLS])
    var target = Self.target(.required)
    let found = ClickHouseRules().finding(for: failure, target: target)
    #expect(found?.cause == .serverLacksTLS)
    #expect(found?.advice?.change.contains("--port 8443") == true)
    target.hosts[0].port = 8443
    #expect(ClickHouseRules().finding(for: failure, target: target)?.cause != .serverLacksTLS)
  }

  @Test("The native port, asked in every way", arguments: [SSLMode.disabled, .verifyIdentity])
  func nativePort(mode: SSLMode) {
    let said = "Port 9000 is for clickhouse-client program.\r\nYou must use port 9123 for HTTP.\r\n"
    let error = ServerError(text: "HTTP 400\n\n" + said, nativeCode: "HTTP 400", origin: .server)
    let answer = ForeignAnswer(protocolName: ClickHouseGreeting.nativeProtocol, bytes: Array(said.utf8))
    let asked = ConnectionFailure(
      stage: .tls, event: .notTLS(ForeignAnswer(protocolName: nil, bytes: [2])), answers: [.isAnother(answer)]
    )
    for found in [finding(error, mode), ClickHouseRules().finding(for: asked, target: Self.target(mode))] {
      #expect(found?.cause == .wrongProtocol)
      #expect(found?.advice?.change.contains("9123 (HTTP, as the server says)") == true)
      #expect(found?.advice?.change.contains("8443 (HTTPS)") == true)
    }
  }

  @Test("A silent service of ClickHouse Cloud")
  func cloud() {
    let silence = ConnectionFailure(stage: .auth, event: .timedOut)
    var target = Self.target(.required)
    #expect(ClickHouseRules().finding(for: silence, target: target) == nil)
    target.hosts = [HostPort(host: "ab1.eu-west-1.aws.clickhouse.cloud", port: 8443)]
    #expect(ClickHouseRules().finding(for: silence, target: target)?.notes.first?.contains("wake up") == true)
    target.ssl.mode = .disabled
    #expect(
      ClickHouseRules().finding(for: silence, target: target)?.notes.first?.contains("TLS only") == true)
  }

  static func target(_ mode: SSLMode) -> ConnectionTarget {
    ConnectionTarget(
      engine: .clickhouse, hosts: [HostPort(host: "localhost", port: 8123)], ssl: SSLSettings(mode: mode))
  }

  private func finding(_ error: ServerError?, _ mode: SSLMode = .disabled) -> Finding? {
    let failure = ConnectionFailure(stage: .auth, event: .serverReported, error: error)
    return ClickHouseRules().finding(for: failure, target: Self.target(mode))
  }
}
