import Testing

@testable import ConnectCore

@Suite("URLs of Redis and Valkey") struct RedisURLTests {
  private func target(_ url: String, _ change: (inout TargetOptions) -> Void = { _ in }) throws
    -> ResolvedTarget
  {
    try resolved(url, built: [.redis], change)
  }

  private func refused(_ url: String) -> String? { refusal(url, built: [.redis]) }

  @Test(
    arguments: [
      ("redis", SSLMode.disabled), ("rediss", .required), ("valkey", .disabled), ("valkeys", .required),
      ("VALKEYS", .required),
    ])
  func schemes(scheme: String, mode: SSLMode) throws {
    let found = try target("\(scheme)://h/3")
    #expect(found.target.engine == .redis && found.target.ssl.mode == mode)
    #expect(found.target.hosts[0].port == 6379 && found.target.database == "3")
  }

  @Test(arguments: ["s3cret", "s3c%72et"]) func theOnlyWordIsThePassword(word: String) throws {
    let found = try target("redis://\(word)@h:1")
    #expect(found.target.password == Secret("s3cret") && found.target.user == nil)
    #expect(found.warnings.count == 1 && found.warnings[0].contains("user:password@"))
    #expect(!found.warnings[0].contains("s3c"))
    let other = try target("redis://\(word)@h") { $0.user = "al" }
    #expect(other.target.user == "al" && other.target.password == Secret("s3cret"))
  }

  @Test func aWordWithAColonIsAUser() throws {
    #expect(try target("redis://al:@h").target.user == "al")
    #expect(try target("redis://al:pw@h").target.password == Secret("pw"))
    #expect(try target("redis://:pw@h").target.user == nil)
    // The password stands elsewhere.
    let found = try target("redis://al@h?password=pw")
    #expect(found.target.user == "al" && found.target.password == Secret("pw") && found.warnings.isEmpty)
    // To other engines' clients it is a user.
    #expect(try resolved("postgres://al@h").target.user == "al")
  }

  @Test func theOnlyWordIsOverwritten() {
    for url in ["redis://s3cret@h:1/2", "rediss://s3cret@h?db=1", "valkeys://s3cret@h"] {
      let bytes = Array(url.utf8)
      let found = ArgvScrubber.secrets(in: [url]).map { String(decoding: bytes[$0.bytes], as: UTF8.self) }
      #expect(found == ["s3cret"])
    }
    #expect(ArgvScrubber.secrets(in: ["redis://h?username=me@corp"]).isEmpty)
    #expect(ArgvScrubber.secrets(in: ["postgres://me@h"]).isEmpty)
    #expect(ArgvScrubber.secrets(in: ["rediss://h?ssl_password=abc"]).count == 1)
  }

  @Test func partsAsParameters() throws {
    let found = try target("redis://h?db=2&username=al&password=pw").target
    #expect(found.database == "2" && found.user == "al" && found.password == Secret("pw"))
    #expect(
      try resolved("postgres://h?username=al").warnings == ["The URL's parameter username is not used."])
  }

  @Test(
    arguments: [
      ("", .required),
      ("ssl_cert_reqs=none", .required), ("ssl_cert_reqs=CERT_NONE", .required),
      ("ssl_cert_reqs=optional", .verifyIdentity), ("ssl_cert_reqs=required", .verifyIdentity),
      ("ssl_cert_reqs=CERT_REQUIRED", .verifyIdentity),
      ("ssl_cert_reqs=required&ssl_check_hostname=false", .verifyCA),
      ("ssl_check_hostname=False&ssl_cert_reqs=required", .verifyCA),
      ("ssl_cert_reqs=none&ssl_check_hostname=true", .required),
      ("ssl_check_hostname=true", .verifyIdentity), ("ssl_check_hostname=false", .verifyCA),
      ("verifyPeer=NONE", .required), ("verifyPeer=CA", .verifyCA), ("verifyPeer=FULL", .verifyIdentity),
      ("verifyPeer=true", .verifyIdentity), ("verifyPeer=false", .required),
      ("skip_verify=true", .required), ("skip_verify=false", .required),
      ("sslmode=verify-ca&ssl_cert_reqs=none", .verifyCA), ("tls=true&skip_verify=1", .required),
    ] as [(String, SSLMode)])
  func modes(query: String, mode: SSLMode) throws {
    #expect(try target("rediss://h?\(query)").target.ssl.mode == mode)
  }

  @Test func files() throws {
    let ssl = try target(
      "rediss://h?ssl_cert_reqs=required&ssl_ca_certs=/ca&ssl_certfile=/c&ssl_keyfile=/k&ssl_password=p"
    ).target.ssl
    #expect(ssl.trust == .file("/ca") && ssl.certificateFile == "/c" && ssl.keyFile == "/k")
    #expect(ssl.keyPassphrase == Secret("p"))
  }

  @Test(arguments: ["ssl_cert_reqs=maybe", "verifyPeer=some", "skip_verify=x", "ssl_check_hostname=2"])
  func unknownValues(query: String) throws {
    let key = try #require(query.split(separator: "=").first)
    #expect(refused("rediss://h?\(query)")?.contains("the URL's \(key) is") == true)
  }

  @Test(arguments: ["ssl_cert_reqs=required", "verifyPeer=CA", "skip_verify=true", "ssl_ca_certs=/ca"])
  func noneOfOtherEnginesWords(query: String) throws {
    let found = try resolved("postgres://h?\(query)")
    #expect(found.target.ssl.mode == .preferred && found.warnings.count == 1)
    #expect(found.warnings[0].hasSuffix("is not used."))
  }

  @Test func theModeOverrulesTheScheme() throws {
    for query in ["tls=false", "sslmode=disable"] {
      let found = try target("rediss://h?\(query)")
      #expect(found.target.ssl.mode == .disabled)
      #expect(found.warnings.contains { $0.contains("turns off the TLS that rediss:// stands for") })
    }
    let typed = try target("valkeys://h") { $0.ssl = "disabled" }
    #expect(typed.warnings.contains { $0.contains("valkeys://") })
    #expect(try target("redis://h?tls=false").warnings.isEmpty)
  }

  @Test func sockets() throws {
    let found = try target("redis://%2Frun%2Fredis.sock/1")
    #expect(found.target.hosts[0].host == "/run/redis.sock" && found.warnings.isEmpty)
    let typed = try target("redis://%2Frun%2Fredis.sock/1") { $0.port = "7" }
    #expect(typed.warnings.contains { $0.contains("port is not used on a Unix socket") })
    #expect(try target("redis://%2Frun%2Fredis.sock:7").warnings.count == 1)
    #expect(try target("redis://h:7").warnings.isEmpty)
    let message = try #require(refused("rediss://%2Frun%2Fredis.sock"))
    #expect(message.hasPrefix("rediss:// asks for required") && message.contains("Unix socket"))
  }

  @Test func longPathsOfSockets() throws {
    let path = "/" + String(repeating: "x", count: 102)
    #expect(try target("redis://\(path.replacing("/", with: "%2F"))").target.hosts[0].host == path)
    let longer = "%2F" + String(repeating: "x", count: 107)
    #expect(refused("redis://\(longer)")?.contains("the path of a Unix socket has at most") == true)
    // PostgreSQL's is a folder, and its own driver's business.
    #expect(refusal("postgres://\(longer)") == nil)
  }

  @Test(
    arguments: [
      ("unix:///run/redis.sock", "redis://%2F"), ("redis+socket:///run/redis.sock", "redis://%2F"),
      ("redis-socket:///run/redis.sock", "--host"),
      ("redis-sentinel://:s3cret@h:26379/0#mymaster", "Sentinel"),
    ])
  func hints(url: String, hint: String) throws {
    let message = try #require(refused(url))
    #expect(message.contains("No engine has the URL scheme") && message.contains(hint))
    #expect(!message.contains("s3cret"))
    #expect(refused("foo://h")?.contains("redis") == false)
  }
}
