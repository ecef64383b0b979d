import Testing

@testable import ConnectCore

@Suite("Precedence") struct PrecedenceTests {
  private static let variables = [
    "PGHOST": "envhost", "PGPORT": "1111", "PGUSER": "envuser", "PGDATABASE": "envdb", "PGPASSWORD": "envpw",
    "PGSSLMODE": "verify-ca", "PGSSLROOTCERT": "/envca", "PGSSLCERT": "/envcert", "PGSSLKEY": "/envkey",
    "PGSSLCRL": "/envcrl",
  ]

  @Test func defaults() throws {
    let resolution = try resolved(engine: "postgres")
    let target = resolution.target
    #expect(target.hosts == [HostPort(host: "localhost", port: 5432)])
    #expect(target.user == "me")
    #expect(target.database == "me")
    #expect(target.password == nil)
    #expect(target.ssl == SSLSettings(mode: .preferred))
    #expect(target.timeout == 10)
    #expect(target.until == .query)
    #expect(target.addressFamily == .any)
    #expect(target.sources == TargetSources(engine: .option, host: .defaultValue, mode: .defaultValue))
    #expect(resolution.warnings.isEmpty)
  }

  @Test func variablesOverDefaults() throws {
    let target = try resolved(engine: "pg", environment: Self.variables).target
    #expect(target.hosts == [HostPort(host: "envhost", port: 1111)])
    #expect(target.user == "envuser")
    #expect(target.database == "envdb")
    #expect(target.password?.exposed == "envpw")
    #expect(
      target.ssl
        == SSLSettings(
          mode: .verifyCA, trust: .file("/envca"), certificateFile: "/envcert", keyFile: "/envkey",
          crlFile: "/envcrl"))
    #expect(target.sources.host == .environment("PGHOST"))
    #expect(target.sources.mode == .environment("PGSSLMODE"))
  }

  @Test func urlOverVariables() throws {
    let target = try resolved(
      "postgres://urluser:urlpw@urlhost:2222/urldb?sslmode=require&sslrootcert=/urlca&sslcert=/uc&sslkey=/uk&sslcrl=/ur",
      environment: Self.variables
    ).target
    #expect(target.hosts == [HostPort(host: "urlhost", port: 2222)])
    #expect(target.user == "urluser")
    #expect(target.database == "urldb")
    #expect(target.password?.exposed == "urlpw")
    #expect(
      target.ssl
        == SSLSettings(
          mode: .required, trust: .file("/urlca"), certificateFile: "/uc", keyFile: "/uk", crlFile: "/ur"))
    #expect(target.sources == TargetSources(engine: .url, host: .url, mode: .url))
  }

  @Test func optionsOverAll() throws {
    let target = try resolved(
      "postgres://urluser:urlpw@urlhost:2222/urldb?sslmode=require&connect_timeout=3", engine: "cockroachdb",
      environment: Self.variables, secrets: [.password: "optpw", .keyPassphrase: "phrase"]
    ) {
      $0.host = "opthost"
      $0.port = "3333"
      $0.user = "optuser"
      $0.database = "optdb"
      $0.password = "env:X"
      $0.ssl = "Verify-Full"
      $0.sslCA = "system"
      $0.sslCert = "/oc"
      $0.sslKey = "/ok"
      $0.sslKeyPassphrase = "env:Y"
      $0.sslCRL = "/or"
      $0.serverName = "name"
      $0.tlsMin = "1.3"
      $0.timeout = "0.5"
      $0.until = "auth"
      $0.ipv6 = true
    }.target
    #expect(target.engine == .cockroachdb)
    #expect(target.hosts == [HostPort(host: "opthost", port: 3333)])
    #expect(target.user == "optuser")
    #expect(target.database == "optdb")
    #expect(target.password?.exposed == "optpw")
    #expect(
      target.ssl
        == SSLSettings(
          mode: .verifyIdentity, trust: .system, certificateFile: "/oc", keyFile: "/ok",
          keyPassphrase: Secret("phrase"), crlFile: "/or", serverName: "name", minimumVersion: .tls13))
    #expect(target.timeout == 0.5)
    #expect(target.until == .auth)
    #expect(target.addressFamily == .ipv6)
    #expect(target.sources == TargetSources(engine: .option, host: .option, mode: .option))
  }

  @Test func eachPartIsChosenByItself() throws {
    let target = try resolved("postgres://urlhost", environment: ["PGPORT": "1111"]) { $0.user = "u" }.target
    #expect(target.hosts == [HostPort(host: "urlhost", port: 1111)])
    #expect(target.user == "u")
    #expect(target.database == "u")
  }

  @Test func anEmptyVariableIsNotSet() throws {
    let empty = Self.variables.mapValues { _ in "" }
    let resolution = try resolved(engine: "postgres", environment: empty.merging(["PGSERVICE": ""]) { $1 })
    #expect(resolution == (try resolved(engine: "postgres")))
  }

  @Test func anAddressBelongsToItsHost() throws {
    let target = try resolved("postgres://a?hostaddr=10.0.0.1") { $0.host = "b" }.target
    #expect(target.hosts == [HostPort(host: "b", port: 5432)])
    let other = try resolved("postgres://?hostaddr=10.0.0.1", environment: ["PGHOST": "b"]).target
    #expect(other.hosts == [HostPort(host: "10.0.0.1", port: 5432, address: "10.0.0.1")])
  }

  @Suite("DATABASE_URL") struct DatabaseURL {
    private static let url = ["DATABASE_URL": "postgres://u:s3cret@h:7/d?sslmode=require"]

    @Test func alone() throws {
      let target = try resolved(environment: Self.url).target
      #expect(target.hosts == [HostPort(host: "h", port: 7)])
      #expect(target.user == "u")
      #expect(target.password?.exposed == "s3cret")
      #expect(target.ssl.mode == .required)
      let source = ValueSource.environment("DATABASE_URL")
      #expect(target.sources == TargetSources(engine: source, host: source, mode: source))
    }

    @Test func optionsAndVariablesComeFirst() throws {
      var environment = Self.url
      environment["PGUSER"] = "envuser"
      environment["PGPORT"] = "8"
      let resolution = try resolved(environment: environment) { $0.port = "9" }
      #expect(resolution.target.hosts == [HostPort(host: "h", port: 9)])
      #expect(resolution.target.user == "envuser")
      #expect(resolution.warnings.contains { $0.contains("PGUSER took precedence") })
      #expect(!resolution.warnings.joined().contains("s3cret"))
    }

    /// A port is its host's, and so is a mode, but for one that makes sure of TLS: the password may come along.
    @Test func anotherHost() throws {
      var environment = Self.url
      environment["PGHOST"] = "other"
      let resolution = try resolved(environment: environment)
      #expect(resolution.target.hosts == [HostPort(host: "other", port: 5432)])
      #expect(resolution.target.ssl.mode == .required)
      #expect(resolution.target.sources.mode == .environment("DATABASE_URL"))
      #expect(resolution.target.user == "u" && resolution.target.database == "d")
      #expect(resolution.warnings.contains("DATABASE_URL's port belongs to its host, and is not used."))
      #expect(!resolution.warnings.contains { $0.contains("mode") })
      environment["PGPORT"] = "8"
      environment["PGSSLMODE"] = "verify-ca"
      let all = try resolved(environment: environment).target
      #expect(all.hosts == [HostPort(host: "other", port: 8)] && all.ssl.mode == .verifyCA)
    }

    @Test(arguments: ["disable", "prefer"]) func aWeakModeOfAnotherHost(mode: String) throws {
      let environment = ["PGHOST": "other", "DATABASE_URL": "postgres://u@h?sslmode=\(mode)"]
      let resolution = try resolved(environment: environment)
      #expect(resolution.target.ssl.mode == .preferred && resolution.target.sources.mode == .defaultValue)
      #expect(resolution.warnings.contains("DATABASE_URL's sslmode belongs to its host, and is not used."))
    }

    @Test func notWithURLOrEngineOrHost() throws {
      #expect(try resolved("postgres://x", environment: Self.url).target.hosts[0].host == "x")
      #expect(try resolved(engine: "postgres", environment: Self.url).target.hosts[0].host == "localhost")
      #expect(refusal(environment: Self.url) { $0.host = "x" }?.contains("--engine") == true)
    }

    @Test func unreadable() throws {
      let message = try #require(refusal(environment: ["DATABASE_URL": "postgres://u:s3cret@h:x"]))
      #expect(message.contains("DATABASE_URL"))
      #expect(!message.contains("s3cret"))
      #expect(refusal(environment: ["DATABASE_URL": "s3cret"])?.contains("DATABASE_URL") == true)
      #expect(refusal(environment: ["DATABASE_URL": ""])?.contains("--engine") == true)
    }
  }

  @Suite("Passwords") struct Passwords {
    private static let file = PasswordFile.Reading.file(PasswordFile("*:*:*:*:filepw"))
    private static let path = ["PGPASSFILE": "/pass"]

    @Test func order() throws {
      let environment = ["PGPASSWORD": "envpw"].merging(Self.path) { $1 }
      func password(_ url: String, _ environment: [String: String], option: Bool = false) throws -> String? {
        try resolved(
          url, environment: environment, secrets: [.password: "optpw"], passwordFile: Self.file
        ) { $0.password = option ? "stdin" : nil }.target.password?.exposed
      }
      #expect(try password("postgres://u:urlpw@h", environment, option: true) == "optpw")
      #expect(try password("postgres://u:urlpw@h", environment) == "urlpw")
      #expect(try password("postgres://u@h", environment) == "envpw")
      #expect(try password("postgres://u@h", Self.path) == "filepw")
      #expect(try password("postgres://u@h", [:]) == nil)
    }

    /// One password goes to every host of a list, so a host's own must not go to another.
    @Test(
      arguments: [
        ("a:*:*:*:one\nb:*:*:*:one", "one", []), ("*:*:*:*:one", "one", []), ("", nil, []),
        ("c:*:*:*:one", nil, []), ("a:*:*:*:one\nb:*:*:*:two", nil, ["PGPASSFILE", "different passwords"]),
        ("a:*:*:*:one", nil, ["PGPASSFILE", "not for every host"]),
        ("b:*:*:*:one", nil, ["PGPASSFILE", "not for every host"]),
        ("a:*:*:*:one\nb:*:*:*:", nil, ["PGPASSFILE", "different passwords"]),
      ] as [(String, String?, [String])])
    func aListTakesOnePasswordOrNone(text: String, password: String?, warned: [String]) throws {
      let resolution = try resolved(
        "postgres://a,b", environment: Self.path, passwordFile: .file(PasswordFile(text)))
      #expect(resolution.target.password?.exposed == password)
      #expect(resolution.warnings.count == (warned.isEmpty ? 0 : 1))
      for part in warned { #expect(resolution.warnings.first?.contains(part) == true) }
    }

    @Test func anUnusableFileWarns() throws {
      for reading in [
        PasswordFile.Reading.readableByOthers, .unreadable("No such file"), .notAFile, .notUTF8,
      ] {
        let resolution = try resolved("postgres://h", environment: Self.path, passwordFile: reading)
        #expect(resolution.target.password == nil)
        #expect(resolution.warnings.count == 1)
        #expect(resolution.warnings[0].contains("PGPASSFILE"))
      }
    }
  }
}
