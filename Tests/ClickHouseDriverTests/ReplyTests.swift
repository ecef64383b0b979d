import ConnectCore
import HTTP
import Testing

@testable import ClickHouseDriver

@Suite("What an answer of HTTP is to a query")
struct ReplyTests {
  static let good = "version\tuser\tdatabase\nString\tString\tString\n24.8.4.13\talice\tshop\n"

  static func reply(
    _ status: Int, _ body: String, _ headers: [HTTPHeader] = [], to query: ClickHouseQuery = .identity
  ) -> ClickHouseReply {
    ClickHouseReply(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)), to: query)
  }

  @Test("The row")
  func theRow() {
    guard case .row(let values) = Self.reply(200, Self.good) else { return #expect(Bool(false)) }
    #expect(values == ["24.8.4.13", "alice", "shop"])
    guard case .row(["alice"]) = Self.reply(200, "user\nString\nalice\n", to: .login) else {
      return #expect(Bool(false))
    }
  }

  @Test(
    "The row with what a profile may put around it",
    arguments: [
      good + "\n24.8.4.13\talice\tshop\n24.8.4.13\talice\tshop\n", good + "\n",
      good.replacing("\n", with: "\r\n"), (good + "\na\tb\tc\n").replacing("\n", with: "\r\n"),
    ])
  func extremes(text: String) {
    guard case .row(let values) = Self.reply(200, text) else { return #expect(Bool(false)) }
    #expect(values == ["24.8.4.13", "alice", "shop"])
  }

  @Test(
    "An exception behind the row is none of them",
    arguments: ["", "\r", "\r\n__exception__\r\nabc\r"])
  func noExtremes(between: String) {
    let text = "user\nString\nalice\n\(between)\nCode: 241. DB::Exception: x (MEMORY_LIMIT_EXCEEDED)\n"
    guard case .exception(let error) = Self.reply(200, text, to: .login) else { return #expect(Bool(false)) }
    #expect(error.nativeCode == "241")
  }

  @Test("Whose session it is, where that is somebody else's")
  func whose() {
    let values = ["24.8.4.13", "alice", "shop"]
    let session = ClickHouseQuery.identity.identity(values).session(asked: "alice")
    #expect(session.user == nil)
    #expect(
      session.server
        == ServerIdentity(product: "ClickHouse", version: "24.8.4.13", details: ["database shop"]))
    #expect(ClickHouseQuery.identity.identity(values).session(asked: "bob").user == "alice")
    #expect(ClickHouseQuery.login.identity(["default"]).session(asked: "bob") == Session(user: "default"))
    #expect(ClickHouseQuery.login.identity(["bob"]).session(asked: "bob") == Session())
    #expect(ClickHouseQuery.oldIdentity.identity(["18.16", "shop"]).session(asked: "bob").user == nil)
  }

  @Test("Its escapes")
  func escapes() {
    let text = "version\tdatabase\nString\tString\n18\ta\\tb\\nc\\\\d\\'e\\qf\n"
    guard case .row(let values) = Self.reply(200, text, to: .oldIdentity) else { return #expect(Bool(false)) }
    #expect(values == ["18", "a\tb\nc\\d'eqf"])
  }

  @Test(
    "Nothing less than the row",
    arguments: [
      "", "Ok.\n", "1\n", "24.8.4.13\talice\tshop\n", String(good.dropLast()),
      good + "24.8.4.13\talice\tshop\n", good + "\nx\n", "version\tuser\tdatabase\nString\tString\tString\n",
      "version\tuser\nString\tString\n24\talice\n",
      "version\tuser\tdatabase\nString\tString\tString\n24\talice\n",
      "version\tuser\tdatabase\nString\tString\tUInt8\n24\talice\tshop\n",
      "<html>\nversion\tuser\tdatabase\nString\tString\tString\n24\talice\tshop\n",
      "\u{0}", "{\"data\":[]}",
    ])
  func lessThanTheRow(text: String) {
    if case .row = Self.reply(200, text) { #expect(Bool(false)) }
    #expect(!Self.reply(200, text).isClickHouse)
    // Whoever calls himself ClickHouse has not proven more.
    let named = Self.reply(200, text, [(name: "x-clickhouse-query-id", value: "1")])
    guard case .unexpected = named else { return #expect(Bool(false)) }
  }

  @Test("Another status than 200 is no row", arguments: [201, 204, 206, 302, 401, 500])
  func otherStatus(_ status: Int) {
    if case .row = Self.reply(status, Self.good) { #expect(Bool(false)) }
  }

  @Test(
    "An exception, with any status and wherever it stands",
    arguments: [
      (
        401,
        "Code: 193, e.displayText() = DB::Exception: Wrong password for user x, e.what() = DB::Exception\n",
        "193"
      ),
      (
        403,
        "Code: 516. DB::Exception: x: Authentication failed. (AUTHENTICATION_FAILED) (version 24.8.4.13)\n",
        "516"
      ),
      (200, "Code: 241. DB::Exception: Memory limit (total) exceeded: x. (MEMORY_LIMIT_EXCEEDED)", "241"),
      (
        200, good + "Code: 159. DB::Exception: Timeout exceeded: x. (TIMEOUT_EXCEEDED) (version 23.8)\n",
        "159"
      ),
      (200, good + "__exception__\r\nabc\r\nCode: 210. DB::NetException: x. (NETWORK_ERROR)\n", "210"),
      (500, "Poco::Exception. Code: 1000, e.code() = 32, Exception: Broken pipe", "1000"),
    ])
  func exceptions(status: Int, text: String, code: String) {
    guard case .exception(let error) = Self.reply(status, text) else { return #expect(Bool(false)) }
    #expect(error.nativeCode == code)
    #expect(error.text.hasPrefix("Code: "))
    #expect(error.text.last?.isWhitespace == false)
  }

  @Test("The header names the code")
  func header() {
    let headers = [(name: "x-clickhouse-exception-code", value: "516")]
    for body in ["", "Authentication failed", Self.good] {
      guard case .exception(let error) = Self.reply(403, body, headers) else { return #expect(Bool(false)) }
      #expect(error.nativeCode == "516" && !error.text.isEmpty)
    }
    // Also over what looks like success.
    if case .row = Self.reply(200, Self.good, headers) { #expect(Bool(false)) }
    guard case .row = Self.reply(200, Self.good, [(name: "x-clickhouse-exception-code", value: "0")]) else {
      return #expect(Bool(false))
    }
  }

  @Test(
    "No exception",
    arguments: [
      "Code: ", "Code: x DB::Exception", "Code: 12", "code: 516. DB::Exception", "Zip Code: 12345 Street",
      "<h1>HTTP Status 502</h1> Error Code: 502 org.apache.proxy.ProxyException: backend down",
      "{\"Error Code: 516 Exception\"}",
    ])
  func noException(text: String) {
    guard case .stranger = Self.reply(500, text) else { return #expect(Bool(false)) }
    #expect(!Self.reply(500, text).isClickHouse)
  }

  @Test("Who says that he is ClickHouse may be short")
  func ownException() {
    let headers = [(name: "x-clickhouse-query-id", value: "1")]
    guard case .exception(let error) = Self.reply(500, "Code: 516 Exception", headers) else {
      return #expect(Bool(false))
    }
    #expect(error.nativeCode == "516")
  }

  @Test("Somebody else's answer says whose it is")
  func stranger() {
    let reply = Self.reply(
      502, "<html>Bad Gateway</html>\n",
      [(name: "server", value: "nginx/1.22.1"), (name: "date", value: "now")])
    guard case .stranger(let error) = reply else { return #expect(Bool(false)) }
    #expect(error.nativeCode == "HTTP 502")
    #expect(error.text == "HTTP 502\nserver: nginx/1.22.1\n\n<html>Bad Gateway</html>")
    #expect(HTTPEvidence.status(of: error) == 502)
    #expect(HTTPEvidence.header("server", of: error) == "nginx/1.22.1")
    #expect(HTTPEvidence.header("location", of: error) == nil)
  }

  @Test("A page without end is cut, where the report may know a secret in it")
  func longPage() {
    let reply = Self.reply(404, String(repeating: "x", count: 1_000_000))
    #expect((reply.error?.text.count ?? 0) < 13_000)
    #expect(reply.error?.shownCharacters == 4_096)
  }
}
