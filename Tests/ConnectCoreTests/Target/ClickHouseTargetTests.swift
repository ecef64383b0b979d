import Testing

@testable import ConnectCore

/// What ClickHouse's URLs, variables and defaults say.
@Suite struct ClickHouseTargetTests {
  private func target(
    _ url: String? = nil, _ environment: [String: String] = [:],
    _ change: (inout TargetOptions) -> Void = { _ in }
  ) throws(UsageError) -> ResolvedTarget {
    try resolved(url, engine: "clickhouse", environment: environment, built: [.clickhouse], change)
  }

  @Test(arguments: [
    ("clickhouse://h", 8123, SSLMode.disabled), ("ch://h", 8123, .disabled), ("http://h", 8123, .disabled),
    ("https://h", 8443, .required), ("http://h?sslmode=verify-ca", 8443, .verifyCA),
    ("ch://h:9", 9, .disabled),
    ("clickhouse://h?secure=true", 8443, .required), ("ch://h?secure=1&skip_verify=true", 8443, .required),
    ("ch://h?secure=true&skip_verify=false", 8443, .verifyIdentity),
    ("ch://h?verify=true&secure=true", 8443, .verifyIdentity),
    ("https://h?verify=true", 8443, .verifyIdentity),
    ("ch://h?secure=true&verify=false", 8443, .required), ("ch://h?skip_verify=false", 8123, .disabled),
    ("ch://h?secure=true&skip_verify=false&sslmode=verify-ca", 8443, .verifyCA),
    ("ch://h?secure=false&verify=true", 8123, .disabled), ("ch://h?secure=false", 8123, .disabled),
    ("ch://h?ssl=true&sslmode=STRICT", 8443, .verifyIdentity),
    ("ch://h?ssl=true&sslmode=none", 8443, .required), ("https://h:443/?tls=true", 443, .required),
  ]) func modesAndPorts(url: String, port: UInt16, mode: SSLMode) throws {
    let target = try target(url).target
    #expect(target.ssl.mode == mode)
    #expect(target.hosts == [HostPort(host: "h", port: port)])
    #expect(target.engine == .clickhouse)
    #expect(target.user == "default")
    #expect(target.database == nil && target.password == nil)
  }

  @Test func filesOfPythonsDriver() throws {
    let ssl = try target("ch://h?secure=true&verify=true&ca_cert=/a&client_cert=/b&client_cert_key=/c").target
      .ssl
    #expect(ssl.trust == .file("/a") && ssl.certificateFile == "/b" && ssl.keyFile == "/c")
    #expect(ssl.mode == .verifyIdentity)
  }

  @Test(arguments: [
    "clickhouse://al%20ice:s3c%2Fret@h/shop", "http://h/shop?user=al%20ice&password=s3c%2Fret",
    "https://h?username=al%20ice&password=s3c%2Fret&database=shop",
  ]) func logins(url: String) throws {
    let target = try target(url).target
    #expect(target.user == "al ice" && target.password?.exposed == "s3c/ret" && target.database == "shop")
  }

  @Test(arguments: ["jdbc:clickhouse", "jdbc:ch"]) func javasURLs(scheme: String) throws {
    let found = try target("\(scheme)://h:9/shop?ssl=true&sslmode=strict&user=a&password=b").target
    #expect(found.engine == .clickhouse && found.ssl.mode == .verifyIdentity && found.database == "shop")
    #expect(found.hosts == [HostPort(host: "h", port: 9)] && found.user == "a")
  }

  /// Basic's login ends the user at a colon, and a header its value at a line break.
  @Test func whatHTTPCannotSay() throws {
    for (user, password) in [("a:b", "c\nd"), ("a:b", "c "), ("a:b ", "c"), ("\ta:b", "c")] {
      #expect(throws: UsageError.self, "\(user)") {
        try target("ch://h", ["CLICKHOUSE_USER": user, "CLICKHOUSE_PASSWORD": password])
      }
    }
    for (user, password) in [("a:b", "c d"), ("a", "c\nd"), ("a ", " c")] {
      #expect(throws: Never.self, "\(user)") {
        try target("ch://h", ["CLICKHOUSE_USER": user, "CLICKHOUSE_PASSWORD": password])
      }
    }
  }

  @Test func aURLOfTheWebNeedsAnEngine() {
    let words = refusal("https://h/shop", built: [.clickhouse])
    #expect(words?.contains("needs --engine") == true)
    #expect(refusal("https://h", engine: "postgres")?.contains("does not go with") == true)
  }

  @Test func httpsWarnsThatNothingIsVerified() throws {
    #expect(try target("https://h").warnings.contains { $0.contains("https:// turns TLS on") })
    #expect(try target("https://h") { $0.ssl = "verify-identity" }.warnings == [])
  }

  @Test func variables() throws {
    let variables = [
      "CLICKHOUSE_HOST": "db", "CLICKHOUSE_USER": "alice", "CLICKHOUSE_PASSWORD": "s3cret", "PGUSER": "no",
    ]
    let found = try target(nil, variables).target
    #expect(found.hosts == [HostPort(host: "db", port: 8123)])
    #expect(found.user == "alice" && found.password?.exposed == "s3cret")
    let over = try target("ch://bob:x@h", variables).target
    #expect(over.user == "bob" && over.password?.exposed == "x" && over.hosts[0].host == "h")
  }

  /// A proxy would get the password.
  @Test(arguments: ["http_proxy", "HTTPS_PROXY", "all_proxy"]) func proxies(name: String) throws {
    let found = try target("ch://h", [name: "http://u:s3cret@proxy:3128"])
    #expect(found.warnings == ["The environment variable \(name) is set and was ignored."])
    #expect(try target("ch://h", [name: ""]).warnings == [])
    let other = try resolved("postgres://h/d", environment: [name: "http://proxy:3128"])
    #expect(other.warnings == [])
  }

  /// Words of one engine's are no other's.
  @Test func secureIsClickHouses() throws {
    let found = try resolved("postgres://h/d?secure=true")
    #expect(found.target.ssl.mode == .preferred)
    #expect(found.warnings == ["The URL's parameter secure is not used."])
    #expect(refusal("postgres://h?sslmode=strict") != nil)
  }

  @Test(arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"]) func base64(text: String) {
    // RFC 4648 section 10.
    let wanted = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]
    #expect(Base64.text(of: Array(text.utf8)) == wanted[text.count])
  }

  /// Basic's encoding of a login holds the password too.
  @Test func anEchoedHeaderIsClean() {
    var target = ConnectionTarget(
      engine: .clickhouse, hosts: [HostPort(host: "h", port: 1)], ssl: SSLSettings(mode: .disabled))
    target.user = "alice"
    target.password = Secret("open sesame")
    let clean = Sanitiser(for: target)
    #expect(clean.line("Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=!") == "Authorization: Basic ***!")
    #expect(clean.line("X-ClickHouse-Key: open sesame") == "X-ClickHouse-Key: ***")
  }
}
