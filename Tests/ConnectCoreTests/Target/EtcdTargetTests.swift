import Testing

@testable import ConnectCore

/// What etcd's URLs and etcdctl's variables say (etcd's documentation, "etcdctl": endpoints, user).
@Suite struct EtcdTargetTests {
  private func target(
    _ url: String? = nil, _ environment: [String: String] = [:],
    _ change: (inout TargetOptions) -> Void = { _ in }
  ) throws(UsageError) -> ResolvedTarget {
    try resolved(url, engine: "etcd", environment: environment, built: [.etcd], change)
  }

  private func refused(_ url: String? = nil, _ environment: [String: String] = [:]) -> String? {
    refusal(url, engine: "etcd", environment: environment, built: [.etcd])
  }

  private func places(_ hosts: [HostPort]) -> [String] { hosts.map { "\($0.host) \($0.port)" } }

  @Test(arguments: [
    ("etcd://h", "disabled", ["h 2379"]), ("etcds://h", "required", ["h 2379"]),
    ("http://h:1", "disabled", ["h 1"]), ("https://h:1/", "required", ["h 1"]),
    ("etcd://a,b:2,[::1]:3", "disabled", ["a 2379", "b 2", "::1 3"]),
    ("https://a:1,https://b:2", "required", ["a 1", "b 2"]),
    ("http://u@a:1,http://b", "disabled", ["a 1", "b 2379"]),
    ("etcd://a:1/,etcd://b:2/", "disabled", ["a 1", "b 2"]),
    ("etcd://a:1/,b:2/,c", "disabled", ["a 1", "b 2", "c 2379"]),
    ("https://u:x,y@a:1/,https://b/?sslmode=verify-ca", "verify-ca", ["a 1", "b 2379"]),
    ("etcds://a,etcds://[::1]:3?sslmode=verify-ca", "verify-ca", ["a 2379", "::1 3"]),
  ]) func urls(url: String, mode: String, hosts: [String]) throws {
    let target = try target(url).target
    #expect(target.ssl.mode.rawValue == mode)
    #expect(places(target.hosts) == hosts)
    #expect(target.user == (url.contains("//u") ? "u" : nil))
  }

  @Test(arguments: ["https://a,http://b", "etcd://a,etcds://b", "http://a,etcd://b"])
  func schemesThatDiffer(url: String) { #expect(refused(url)?.contains("the same scheme") == true) }

  /// Two users would make one with a password of both.
  @Test(arguments: [
    "etcds://u:s3cret@a,etcds://u:pw2@b", "etcd://u:s3cret@a/,u:pw2@b", "etcd://a,etcd://u:s3cret@b",
  ])
  func aSecondUser(url: String) throws {
    let message = try #require(refused(url))
    #expect(message.contains("before the first of its hosts") && !message.contains("s3cret"))
  }

  @Test func aPathBetween() { #expect(refused("etcd://a/x,etcd://b")?.contains("a path") == true) }

  @Test("A slash in a list of PostgreSQL's is no endpoint")
  func otherEngines() throws {
    #expect(try resolved("postgres://h/a?x=postgres://b").target.database == "a")
  }

  @Test("A URL of etcd's has no database")
  func database() throws {
    let resolved = try target("etcd://h/shop")
    #expect(resolved.target.database == nil)
    #expect(resolved.warnings == ["etcd has no databases: \"shop\" is not used."])
    #expect(try target("etcd://h/").warnings == [])
  }

  @Test(arguments: [
    ("h", ["h 2379"], "disabled"), ("h:1", ["h 1"], "disabled"), ("http://h:1", ["h 1"], "disabled"),
    ("https://h:1", ["h 1"], "required"), ("HTTPS://h/", ["h 2379"], "required"),
    ("a:1,b,[::1]:3", ["a 1", "b 2379", "::1 3"], "disabled"),
    ("https://a:1, https://b", ["a 1", "b 2379"], "required"),
    ("http://a:1,b:2", ["a 1", "b 2"], "disabled"),
  ]) func endpoints(value: String, hosts: [String], mode: String) throws {
    let resolved = try target(nil, ["ETCDCTL_ENDPOINTS": value])
    #expect(places(resolved.target.hosts) == hosts)
    #expect(resolved.target.ssl.mode.rawValue == mode)
    #expect(resolved.target.sources.host == .environment("ETCDCTL_ENDPOINTS"))
    let isImplied = mode == "required"
    #expect(resolved.target.sources.mode == (isImplied ? .environment("ETCDCTL_ENDPOINTS") : .defaultValue))
    #expect(resolved.warnings.contains { $0.contains("https:// turns TLS on") } == isImplied)
  }

  @Test(arguments: [
    "https://a,http://b", "https://a,b", "unix://localhost:1", "ftp://h", "http://u:s3cret@h", "h/v3",
    "h?x=1",
    "", ",", "http://", "a:b", "s3cret@h", "http://h:1/x", "h:1:2",
  ]) func endpointsThatAreNone(value: String) throws {
    guard !value.isEmpty else {
      #expect(try places(target(nil, ["ETCDCTL_ENDPOINTS": ""]).target.hosts) == ["localhost 2379"])
      return
    }
    let message = try #require(refused(nil, ["ETCDCTL_ENDPOINTS": value]))
    #expect(message.contains("ETCDCTL_ENDPOINTS") && !message.contains("s3cret"))
  }

  @Test("Endpoints that are not used say nothing")
  func precedence() throws {
    let endpoints = ["ETCDCTL_ENDPOINTS": "https://a:1,https://b:2"]
    let byOption = try target(nil, endpoints) { $0.host = "h" }.target
    #expect(places(byOption.hosts) == ["h 2379"] && byOption.ssl.mode == .disabled)
    let byURL = try target("etcd://h:5", endpoints).target
    #expect(places(byURL.hosts) == ["h 5"] && byURL.ssl.mode == .disabled)
    let withPort = try target(nil, endpoints) { $0.port = "7" }.target
    #expect(places(withPort.hosts) == ["a 7", "b 7"] && withPort.ssl.mode == .required)
    let withMode = try target(nil, endpoints) { $0.ssl = "verify-identity" }.target
    #expect(withMode.ssl.mode == .verifyIdentity && withMode.sources.mode == .option)
    // What nobody uses may be anything.
    #expect(try target("etcd://h", ["ETCDCTL_ENDPOINTS": "ftp://x"]).target.hosts[0].host == "h")
  }

  /// Host, port and TLS are one value: those of DATABASE_URL belong to the server that it names, but for TLS itself.
  @Test(arguments: [
    ("http://a:1", "etcd://b:2", "a 1", "disabled"), ("http://a:1", "etcds://b:2/", "a 1", "required"),
    ("https://a:1", "etcd://b:2/?sslmode=disable", "a 1", "required"),
    ("a", "etcd://b:2,c:3,d:4?sslmode=verify-ca", "a 2379", "verify-ca"),
    ("https://a", "etcd://b:2", "a 2379", "required"),
  ]) func endpointsBeforeDatabaseURL(endpoints: String, url: String, host: String, mode: String) throws {
    let resolved = try resolved(
      environment: ["ETCDCTL_ENDPOINTS": endpoints, "DATABASE_URL": url], built: [.etcd])
    #expect(places(resolved.target.hosts) == [host] && resolved.target.ssl.mode.rawValue == mode)
    #expect(resolved.warnings.contains("DATABASE_URL's port belongs to its host, and is not used."))
  }

  @Test("A password goes with its user alone")
  func userBeforeDatabaseURL() throws {
    let target = try resolved(
      environment: ["ETCDCTL_USER": "u:p", "DATABASE_URL": "etcds://v:q@h:5"], built: [.etcd]
    ).target
    #expect(target.user == "u" && target.password?.exposed == "p")
    #expect(places(target.hosts) == ["h 5"] && target.ssl.mode == .required)
    #expect(target.sources.mode == .environment("DATABASE_URL"))
  }

  /// etcdctl uses TLS with such files, where the endpoint has no scheme (clientv3's credentials).
  @Test(arguments: ["ETCDCTL_CACERT", "ETCDCTL_CERT"], ["h:1", "a,b", nil])
  func filesTurnTLSOn(name: String, endpoints: String?) throws {
    var environment = [name: "/file"]
    environment["ETCDCTL_ENDPOINTS"] = endpoints
    let resolved = try target(nil, environment)
    #expect(resolved.target.ssl.mode == .required)
    #expect(resolved.target.sources.mode == .environment(name))
    #expect(
      resolved.warnings.contains { $0.contains("\(name) turns TLS on") && $0.contains("etcdctl verifies") })
    let typed = try target(nil, environment) { $0.host = "db" }
    #expect(typed.target.ssl.mode == .required && places(typed.target.hosts) == ["db 2379"])
    let off = try target(nil, environment) { $0.ssl = "disabled" }
    #expect(off.target.ssl.mode == .disabled)
    #expect(off.warnings.contains { $0.contains("turns off the TLS that \(name) stands for") })
  }

  @Test(arguments: ["http://h:1", "etcd://h", "etcd://h:1/"]) func filesThatAreNotUsed(place: String) throws {
    let files = ["ETCDCTL_CACERT": "/ca", "ETCDCTL_KEY": "/key"]
    let resolved =
      place.hasPrefix("http")
      ? try target(nil, files.merging(["ETCDCTL_ENDPOINTS": place]) { $1 }) : try target(place, files)
    #expect(resolved.target.ssl.mode == .disabled)
    #expect(resolved.warnings.contains("ETCDCTL_CACERT is not used in mode disabled."))
  }

  @Test func filesAndEndpointsThatDiffer() {
    #expect(
      refused(nil, ["ETCDCTL_ENDPOINTS": "a,http://b", "ETCDCTL_CERT": "/c"])?.contains("one SSL mode")
        == true)
  }

  @Test func aSocket() {
    let message = refusal(engine: "etcd", built: [.etcd]) { $0.host = "/tmp/sock" }
    #expect(message?.contains("etcd is tested over TCP only") == true)
    let other = refusal(engine: "clickhouse", built: [.clickhouse]) { $0.host = "/tmp/sock" }
    #expect(other?.contains("ClickHouse is tested over TCP only") == true)
  }

  @Test func aKeyAlone() {
    let message = refused("etcds://h", ["ETCDCTL_KEY": "/key"])
    #expect(message?.contains("ETCDCTL_KEY needs a client certificate (--ssl-cert or ETCDCTL_CERT)") == true)
  }

  @Test func files() throws {
    let ssl = try target(
      "etcds://h", ["ETCDCTL_CACERT": "/ca", "ETCDCTL_CERT": "/crt", "ETCDCTL_KEY": "/key"]
    ).target.ssl
    #expect(ssl.trust == .file("/ca") && ssl.certificateFile == "/crt" && ssl.keyFile == "/key")
  }

  @Test(
    arguments: [
      (["ETCDCTL_USER": "u"], "u", nil), (["ETCDCTL_USER": "u:p:q"], "u", "p:q"),
      (["ETCDCTL_USER": "u:"], "u", ""),
      (["ETCDCTL_USER": "u:v", "ETCDCTL_PASSWORD": "p"], "u:v", "p"), (["ETCDCTL_USER": ":p"], nil, "p"),
      (["ETCDCTL_PASSWORD": "p"], nil, "p"),
    ] as [([String: String], String?, String?)])
  func users(environment: [String: String], user: String?, password: String?) throws {
    let target = try target("etcd://h", environment).target
    #expect(target.user == user && target.password?.exposed == password)
  }

  @Test("A password that came with another user is not used")
  func usersOverriden() throws {
    let environment = ["ETCDCTL_USER": "u:p"]
    let byURL = try target("etcd://v@h", environment).target
    #expect(byURL.user == "v" && byURL.password == nil)
    let byOption = try target("etcd://h", environment) { $0.user = "v" }.target
    #expect(byOption.user == "v" && byOption.password == nil)
    let withPassword = try resolved(
      "etcd://h", engine: "etcd", environment: environment, built: [.etcd], secrets: [.password: "typed"]
    ) { $0.password = "prompt" }.target
    #expect(withPassword.user == "u" && withPassword.password?.exposed == "typed")
  }

  @Test func ignoredVariables() throws {
    let warnings = try target("etcd://h", ["ETCDCTL_DISCOVERY_SRV": "example.com"]).warnings
    #expect(warnings == ["The environment variable ETCDCTL_DISCOVERY_SRV is set and was ignored."])
  }
}
