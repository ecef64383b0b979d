import Testing

@testable import ConnectCore

/// What MongoDB's URLs say (MongoDB's specifications "Connection String" and "URI Options").
@Suite struct MongoURLTests {
  func url(_ text: String) throws(UsageError) -> ConnectionURL { try ConnectionURL(text) }

  @Test func settingsReachTheDriver() throws {
    let url = try url("mongodb://u@a,b:27018/app?authsource=admin&REPLICASET=rs0&authMechanism=scram-sha-1")
    #expect(
      url.layer.parameters == ["authSource": "admin", "replicaSet": "rs0", "authMechanism": "SCRAM-SHA-1"])
    #expect(url.layer[.host]?.value == "a,b")
    #expect(url.layer[.port]?.value == ",27018")
    #expect(url.warnings == [])
  }

  @Test func whatAtlasWritesIsQuiet() throws {
    let url = try url("mongodb+srv://u@c0.ab1.mongodb.net/?retryWrites=true&w=majority&appName=C0")
    #expect(url.warnings == [])
    #expect(url.layer.parameters == ["appName": "C0"])
  }

  @Test func unknownOptionsWarn() throws {
    #expect(try url("mongodb://h/?frobnicate=1").warnings == ["The URL's parameter frobnicate is not used."])
    // libpq's are not MongoDB's.
    #expect(try url("mongodb://h/?application_name=x").warnings.count == 1)
  }

  @Test(arguments: [
    "authMechanism=GSSAPI", "authMechanism=MONGODB-AWS", "directConnection=maybe", "loadBalanced=1",
    "readPreference=fastest", "srvMaxHosts=-1",
    "readPreferenceTags=ny", "readPreferenceTags=dc:ny,", "readPreferenceTags=:ny",
    "appName=\(String(repeating: "x", count: 129))", "replicaSet=", "connectTimeoutMS=soon",
  ]) func valuesThatAnOptionCannotHave(option: String) {
    #expect(throws: UsageError.self) { try url("mongodb://h/?" + option) }
  }

  /// Milliseconds; the whole attempt comes before its parts.
  @Test(arguments: [
    ("connectTimeoutMS=2500", "2.5"), ("connectTimeoutMS=2500&serverSelectionTimeoutMS=4000", "4.0"),
    ("timeoutMS=1000&serverSelectionTimeoutMS=4000", "1.0"), ("connectTimeoutMS=1", "0.1"),
  ]) func timeouts(query: String, seconds: String) throws {
    #expect(try url("mongodb://h/?" + query).layer[.timeout]?.value == seconds)
  }

  @Test(arguments: [
    ("tls=true", "required"), ("ssl=true", "required"), ("tls=false", "disabled"),
    ("tls=true&tlsAllowInvalidHostnames=true", "verify-ca"), ("tls=true&tlsInsecure=true", "required"),
    ("sslAllowInvalidCertificates=true", "required"),
    // A file for TLS, and every word about its certificates, mean TLS.
    ("tlsCAFile=/ca", "required"), ("tlsCertificateKeyFile=/pair", "required"),
    ("tlsCAFile=system", "verify-identity"),
    ("tlsCAFile=/ca&tls=false", "disabled"), ("tls=true&ssl=true", "required"),
    ("tlsInsecure=true", "required"), ("tlsAllowInvalidHostnames=true", "verify-ca"),
    // Who asks for valid certificates gets them looked at.
    ("tls=true&tlsAllowInvalidCertificates=false", "verify-identity"),
    ("tls=true&tlsInsecure=false", "verify-identity"),
    ("tlsAllowInvalidCertificates=false&tlsCAFile=/ca", "verify-identity"),
    ("tlsAllowInvalidHostnames=true&tlsAllowInvalidCertificates=false", "verify-ca"),
    ("tls=false&tlsInsecure=false", "disabled"),
  ]) func modes(query: String, mode: String) throws {
    #expect(try url("mongodb://h/?" + query).layer[.mode]?.value == mode)
  }

  @Test(arguments: [
    "tls=true&tls=false", "ssl=true&tls=false", "tls=false&ssl=true",
    "tlsInsecure=true&tlsAllowInvalidCertificates=false",
    "tlsInsecure=true&tlsAllowInvalidCertificates=true", "tlsInsecure=false&tlsAllowInvalidHostnames=true",
    "tlsAllowInvalidCertificates=true&sslAllowInvalidCertificates=false", "tls=false&tlsInsecure=true",
    "tls=false&tlsAllowInvalidHostnames=true",
  ]) func modesThatContradictEachOther(query: String) {
    #expect(throws: UsageError.self) { try url("mongodb://h/?" + query) }
  }

  /// mongodb+srv turns TLS on by itself, and says more about it.
  @Test func filesWithTheSchemeOfClusters() throws {
    #expect(try url("mongodb+srv://h.example.test/?tlsCAFile=/ca").layer[.mode] == nil)
  }

  @Test func tags() throws {
    let query =
      "readPreference=secondary&readPreferenceTags=dc:ny,rack:1&readPreferenceTags=dc:la&readPreferenceTags="
    #expect(
      try url("mongodb://h/?" + query).layer.parameters["readPreferenceTags"] == "dc:ny,rack:1\ndc:la\n")
  }

  @Test func files() throws {
    let layer = try url("mongodb://h/?tlsCAFile=/ca&tlsCertificateKeyFile=/pair&tlsCRLFile=/crl").layer
    #expect(layer[.caFile]?.value == "/ca")
    #expect(layer[.certificateFile]?.value == "/pair")
    #expect(layer[.crlFile]?.value == "/crl")
  }

  static func resolution(
    _ parameters: [String: String] = [:], scheme: String = "mongodb", hosts: [String] = ["h"],
    port: String? = nil,
    mode: SSLMode = .required, certificate: String? = nil, user: String? = "u", hasPassword: Bool = true
  ) -> Result<MongoResolution, UsageError> {
    Result { () throws(UsageError) in
      let scheme = try URLScheme.split(scheme + "://h").scheme
      var resolution = MongoResolution(parameters, scheme: scheme, authSource: nil)
      try resolution.check(
        hosts: hosts.map { HostPort(host: $0, port: 27017) },
        port: port.map { Given($0, from: .option, as: "-p/--port") },
        ssl: SSLSettings(mode: mode, certificateFile: certificate), user: user, hasPassword: hasPassword)
      return resolution
    }
  }

  static func fails(_ result: Result<MongoResolution, UsageError>) -> Bool {
    if case .failure = result { true } else { false }
  }

  @Test func clusters() throws {
    #expect(try Self.resolution(scheme: "mongodb+srv").get().parameters["srv"] == "true")
    #expect(Self.fails(Self.resolution(scheme: "mongodb+srv", port: "27017")))
    #expect(Self.fails(Self.resolution(scheme: "mongodb+srv", hosts: ["a", "b"])))
    #expect(Self.fails(Self.resolution(["directConnection": "true"], scheme: "mongodb+srv")))
    #expect(Self.fails(Self.resolution(["srvMaxHosts": "2", "replicaSet": "r"], scheme: "mongodb+srv")))
  }

  @Test func contradictions() {
    #expect(Self.fails(Self.resolution(["directConnection": "true"], hosts: ["a", "b"])))
    #expect(!Self.fails(Self.resolution(["directConnection": "false"], hosts: ["a", "b"])))
    #expect(Self.fails(Self.resolution(["loadBalanced": "true"], hosts: ["a", "b"])))
    #expect(Self.fails(Self.resolution(["loadBalanced": "true", "replicaSet": "r"])))
    #expect(Self.fails(Self.resolution(hosts: ["/tmp/mongodb-27017.sock"])))
    #expect(Self.fails(Self.resolution(hosts: ["fe80::1%lo"])))
    #expect(Self.fails(Self.resolution(["srvMaxHosts": "2"])))
    #expect(Self.fails(Self.resolution(["srvServiceName": "x"])))
    #expect(!Self.fails(Self.resolution(["srvServiceName": "x"], scheme: "mongodb+srv")))
    #expect(Self.fails(Self.resolution(["readPreferenceTags": "a:b"])))
    #expect(Self.fails(Self.resolution(["readPreferenceTags": "a:b", "readPreference": "primary"])))
    #expect(!Self.fails(Self.resolution(["readPreferenceTags": "a:b", "readPreference": "nearest"])))
  }

  @Test func mechanisms() throws {
    #expect(Self.fails(Self.resolution(["authMechanism": "PLAIN"], mode: .disabled)))
    #expect(!Self.fails(Self.resolution(["authMechanism": "PLAIN"])))
    #expect(Self.fails(Self.resolution(["authMechanism": "SCRAM-SHA-256"], user: nil)))
    let x509 = ["authMechanism": "MONGODB-X509"]
    #expect(Self.fails(Self.resolution(x509, user: nil)))
    #expect(Self.fails(Self.resolution(x509, mode: .disabled, certificate: "c", user: nil)))
    #expect(!Self.fails(Self.resolution(x509, certificate: "c", user: nil, hasPassword: false)))
    #expect(try Self.resolution(x509, certificate: "c", user: nil).get().warnings.count == 1)
    #expect(try Self.resolution(user: nil).get().warnings.count == 1)
    #expect(try Self.resolution().get().warnings == [])
  }

  @Test func theOptionComesBeforeTheURL() {
    let resolution = MongoResolution(["authSource": "url"], scheme: nil, authSource: "option")
    #expect(resolution.parameters["authSource"] == "option")
  }
}
