import Testing

@testable import ConnectCore

@Suite("Resolving a target") struct TargetResolverTests {
  @Test(
    arguments: [
      (["-h", ""], "-h/--host"), (["-h", "a b"], "\"a b\""), (["-h", "a,,b"], "\"a,,b\""),
      (["-h", "a\u{1B}[31m"], "\\u{1b}"), (["-h", "a:5433"], "-p/--port"),
      (["-h", "[::1]:5433"], "-p/--port"), (["-h", "postgres://h"], "first argument"),
      (["-h", "."], "-h/--host"), (["-h", "[]"], "-h/--host"),
      (["-p", "0"], "-p/--port"), (["-p", "65536"], "-p/--port"),
      (["-p", "-1"], "-p/--port"),
      (["-p", "5432x"], "-p/--port"), (["-p", ""], "-p/--port"),
      (["-p", " 1"], "-p/--port"),
      (["-p", "1,2"], "2 ports for 1 host"), (["-p", "٣"], "-p/--port"),
      (["-U", ""], "-U/--user"), (["-U", "a\0b"], "-U/--user"),
      (["-d", ""], "-d/--database"),
      (["-d", "a\nb"], "\\n"),
      (["--ssl", "strict"], "--ssl is \"strict\""), (["--ssl", ""], "--ssl "),
      (["--ssl-ca", ""], "--ssl-ca"), (["--ssl-cert", ""], "--ssl-cert"), (["--ssl-key", ""], "--ssl-key"),
      (["--ssl-crl", ""], "--ssl-crl"), (["--ssl-key", "/k"], "--ssl-cert"),
      (["--server-name", ""], "--server-name"), (["--server-name", "."], "--server-name"),
      (["--server-name", "[]"], "--server-name"), (["--server-name", "a b"], "--server-name"),
      (["--tls-min", "1.4"], "--tls-min is \"1.4\""), (["--tls-min", "TLSv1.2"], "--tls-min"),
      (["--until", "resolve"], "--until is \"resolve\""), (["--until", ""], "--until"),
      (["--timeout", "0"], "--timeout is \"0\""), (["--timeout", "0.09"], "--timeout"),
      (["--timeout", "86400.1"], "--timeout"), (["--timeout", "nan"], "--timeout"),
      (["--timeout", "inf"], "--timeout"), (["--timeout", "-1"], "--timeout"),
      (["--timeout", "1e400"], "--timeout"), (["--timeout", "1e1"], "--timeout"),
      (["--timeout", " 5"], "\" 5\""), (["--timeout", "5s"], "\"5s\""),
      (["--timeout", "0x5"], "--timeout"),
      (["--timeout", "+5"], "--timeout"), (["--timeout", "."], "--timeout"),
      (["--timeout", ""], "--timeout"),
      (["-4", "-6"], "-4 and -6"),
      (["--engine", "oracel"], "--engine is \"oracel\""), (["--engine", ""], "--engine"),
      (["--engine", "mongodb"], "MongoDB) is not built yet"),
      (["--ssl", "disabled", "--until", "tls"], "--until tls"),
      (["-h", "/tmp", "--ssl", "required"], "Unix socket"),
      (["-h", "a,/tmp", "--ssl", "verify-ca"], "Unix socket"),
      (["-h", "/tmp", "--until", "tls"], "Unix socket"),
      (["--password", "env:NOPE"], "--password"),
      (["--ssl-key-passphrase", "env:NOPE"], "--ssl-key-passphrase"),
      (["--auth-source", ""], "--auth-source"),
    ] as [([String], String)])
  func badValue(words: [String], naming: String) throws {
    let message = try #require(refusal(engine: "postgres") { $0.take(words) })
    #expect(message.contains(naming))
    #expect(!message.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
  }

  /// A URL that was given to an option holds a password, and its place is elsewhere.
  @Test(
    arguments: [
      "-h", "-U", "-d", "--ssl-ca", "--ssl-cert", "--ssl-key", "--ssl-crl", "--server-name", "--auth-source",
      "--service-name", "--sid", "--instance",
    ],
    [
      ("postgres://tester:hunter2@localhost/db", "\"postgres://…@localhost/db\""),
      ("postgres://tester:hun?ter2@h/db?password=hunter2", "\"postgres://…\""),
      ("x postgres://tester:hunter2@h", "\"…@h\""), ("jdbc:postgresql:db?password=hunter2", "jdbc:"),
      ("postgresql://h/db;password=hunter2", "\"postgresql://…\""),
    ])
  func aURLAsAValue(option: String, value: (url: String, shown: String)) throws {
    for message in [
      refusal(engine: "postgres") { $0.take([option, value.url]) }, refusal { $0.take([option, value.url]) },
    ] {
      let message = try #require(message)
      #expect(message.contains(option) && message.contains(value.shown), "\(message)")
      #expect(message.contains("first argument"), "\(message)")
      #expect(!message.contains("hunter2") && !message.contains("tester"), "\(message)")
    }
  }

  @Test(arguments: ["PGHOST", "PGUSER", "PGDATABASE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "PGSSLCRL"])
  func aURLInAVariable(name: String) throws {
    let url = "postgres://tester:hunter2@localhost/db"
    let message = try #require(refusal(engine: "postgres", environment: [name: url]))
    #expect(message.contains("\(name) is \"postgres://…@localhost/db\""), "\(message)")
    #expect(message.contains("first argument"), "\(message)")
    // One that something else goes before is not looked at.
    let other = "postgres://u@h/d?sslrootcert=/a&sslcert=/b&sslkey=/c&sslcrl=/d"
    #expect(refusal(other, environment: [name: url]) == nil)
  }

  @Test(arguments: ["host", "user", "dbname", "sslrootcert", "sslcert", "sslkey", "sslcrl"])
  func aURLInAURL(key: String) throws {
    let message = try #require(refusal("postgres://h?sslcert=/c&\(key)=postgres://tester:hunter2@h/d"))
    #expect(message.contains("the URL's") && message.contains("first argument"), "\(message)")
    #expect(!message.contains("hunter2"), "\(message)")
  }

  /// What stands before an @ behind a colon is a password, wherever it was written.
  @Test(
    arguments: [
      ["-h", "tester:hunter2@localhost"], ["--engine", "postgres://tester:hunter2@h"],
      ["--ssl", "tester:hunter2@h"], ["--until", "postgres://tester:hunter2@h"],
      ["--timeout", "x:hunter2@h"], ["--tls-min", "postgres://tester:hunter2@h"],
      ["--server-name", "tester:hunter2@h"], ["-d", "tester:hunter2@\n"], ["-h", "a,tester:hunter2@h"],
      ["-h", "tester:\u{301}hunter2@\u{301}/"], ["-d", "postgres://\u{301}tester:x@hunter2@\u{301}/"],
    ])
  func passwordsInValuesAreNotShown(words: [String]) throws {
    let message = try #require(refusal(engine: words[0] == "--engine" ? nil : "postgres") { $0.take(words) })
    #expect(message.contains(words[0]) && !message.contains("hunter2"), "\(message)")
    #expect(!message.contains("tester"), "\(message)")
  }

  @Test(arguments: [
    "host=tester:hunter2@localhost", "host=tester%3Ahunter2%40localhost", "hostaddr=tester:hunter2@h",
    "port=tester:hunter2@h", "sslmode=tester:hunter2@h", "connect_timeout=tester:hunter2@h",
    "ssl=tester:hunter2@h", "channel_binding=tester:hunter2@h",
  ])
  func passwordsInParametersAreNotShown(query: String) throws {
    let message = try #require(refusal("postgres://h?\(query)"))
    #expect(!message.contains("hunter2") && !message.contains("tester"), "\(message)")
  }

  @Test func badValuesAreToldBeforeTheEngineIsMissing() {
    #expect(refusal { $0.port = "s3cret" }?.contains("-p/--port") == true)
    #expect(refusal { $0.password = "s3cret" }?.contains("--password") == true)
  }

  @Test(arguments: [
    "s3cret", "pass", "env:", "file:", "cmd:", "fd:", "fd:x", "fd:-1", "stdin:x", "PASS:s3cret", "",
  ])
  func secretsAreNotShown(value: String) throws {
    for message in [
      refusal(engine: "postgres") { $0.password = value },
      refusal(engine: "postgres") {
        $0.sslKeyPassphrase = value
        $0.sslCert = "/c"
      },
    ] {
      let message = try #require(message)
      #expect(message.contains("env:NAME"))
      #expect(!message.contains("s3cret"))
    }
    let port = try #require(refusal(engine: "postgres") { $0.port = "s3cret" })
    #expect(!port.contains("s3cret"))
    #expect(port.contains("--password SOURCE"))
  }

  @Test func noEngine() {
    #expect(refusal()?.contains("--engine") == true)
    #expect(refusal(environment: ["PGHOST": "h"])?.contains("--engine") == true)
  }

  @Test(arguments: [
    ("mysql", "postgres://h"), ("postgres", "https://h"), ("sqlite", "postgres://h"),
    ("postgres", "mysql://h"),
  ]) func engineAndURLDisagree(engine: String, url: String) {
    #expect(refusal(url, engine: engine)?.contains("--engine \(engine) does not go with") == true)
  }

  @Test func engineOfTheSameFamily() throws {
    let target = try resolved("postgresql://h", engine: "cockroach").target
    #expect(target.engine == .cockroachdb)
    #expect(target.hosts[0].port == 26257)
  }

  @Test func theWebsSchemesNeedAnEngine() throws {
    let target = try resolved("https://h:1", engine: "etcd", built: [.etcd])
    #expect(target.target.ssl.mode == .required)
    #expect(target.target.sources.mode == .url)
    #expect(target.warnings.contains { $0.contains("--ssl verify-identity") })
  }

  @Test func hostLists() throws {
    let target = try resolved(engine: "postgres") {
      $0.host = "a,[::1],b.,/run"
      $0.port = "1,2,3,4"
    }.target
    #expect(
      target.hosts == [
        HostPort(host: "a", port: 1), HostPort(host: "::1", port: 2), HostPort(host: "b.", port: 3),
        HostPort(host: "/run", port: 4),
      ])
    #expect(
      try resolved(engine: "postgres") {
        $0.host = "a,b"
        $0.port = "7"
      }.target.hosts.map(\.port) == [7, 7])
  }

  @Test(
    arguments: [
      (["-h", "127.0.0.1", "-6"], ["-h/--host", "-6"]), (["-h", "::1", "-4"], ["-h/--host", "-4"]),
      (["-h", "[::1]", "-4"], ["-h/--host", "-4"]), (["-h", "fe80::1%lo", "-4"], ["-h/--host", "-4"]),
      (["-h", "127.1", "-6"], ["-h/--host", "-6"]), (["-h", "::ffff:127.0.0.1", "-4"], ["-h/--host", "-4"]),
      (["-h", "127.0.0.1,127.0.0.2", "-6"], ["-h/--host", "-6"]),
      (["-h", "127.0.0.1", "-4"], nil), (["-h", "::1", "-6"], nil), (["-h", "localhost", "-6"], nil),
      (["-h", "127.0.0.1,::1", "-6"], nil), (["-h", "127.0.0.1.example", "-6"], nil),
      (["-h", "/tmp", "-6"], nil), (["-6"], nil),
    ] as [([String], [String]?)])
  func anAddressOfTheOtherFamily(words: [String], naming: [String]?) {
    let message = refusal(engine: "postgres") { $0.take(words) }
    #expect((message == nil) == (naming == nil))
    for part in naming ?? [] { #expect(message?.contains(part) == true, "\(message ?? "")") }
  }

  @Test func anAddressOfTheOtherFamilyInAURL() {
    #expect(refusal("postgres://a?hostaddr=127.0.0.1") { $0.ipv6 = true }?.contains("hostaddr is") == true)
    #expect(refusal("postgres://a?hostaddr=::1") { $0.ipv4 = true }?.contains("-4") == true)
    #expect(refusal("postgres://[::1]") { $0.ipv4 = true }?.contains("the URL's host is") == true)
    #expect(refusal("postgres://127.0.0.1?hostaddr=::1") { $0.ipv6 = true } == nil)
    #expect(
      refusal(engine: "pg", environment: ["PGHOST": "::1"]) { $0.ipv4 = true }?.contains("PGHOST is") == true)
  }

  /// RFC 6066 section 3 has room for more, and OpenSSL takes 255 bytes.
  @Test func theLongestServerName() {
    let longest = String(repeating: "a.", count: 127) + "b"
    func message(_ name: String) -> String? { refusal(engine: "postgres") { $0.serverName = name } }
    #expect(message(longest) == nil)
    #expect(message(longest + ".") == nil)
    #expect(message("[\(longest)]") == nil)
    #expect(message(longest + "c")?.contains("--server-name") == true)
    #expect(message(longest + "c")?.contains("255 bytes") == true)
    #expect(message(String(repeating: "é", count: 128))?.contains("255 bytes") == true)
    #expect(message("\(longest)..")?.contains("255 bytes") == true)
  }

  @Test func badVariablesNameTheVariable() {
    #expect(refusal(engine: "postgres", environment: ["PGPORT": "x"])?.contains("PGPORT is \"x\"") == true)
    #expect(
      refusal(engine: "postgres", environment: ["PGSSLMODE": "x"])?.contains("PGSSLMODE is \"x\"") == true)
    #expect(
      refusal(engine: "postgres", environment: ["PGHOST": "a b"])?.contains("PGHOST is \"a b\"") == true)
    #expect(refusal(engine: "postgres", environment: ["PGSSLKEY": "/k"])?.contains("PGSSLKEY") == true)
  }

  @Test func noSystemUser() {
    #expect(refusal(engine: "postgres", systemUser: nil)?.contains("-U/--user") == true)
    #expect(refusal("postgres://u@h", systemUser: nil) == nil)
  }

  @Test func sslDoesNotApplyToFiles() {
    #expect(refusal(engine: "sqlite") { $0.ssl = "required" }?.contains("--ssl does not apply") == true)
    #expect(refusal(engine: "duckdb") { $0.sslCA = "/x" }?.contains("--ssl-ca does not apply") == true)
    #expect(
      refusal(engine: "duckdb") { $0.sslKeyPassphrase = "stdin" }?.contains("passphrase does not apply")
        == true)
  }

  @Test func errorsComeBeforeSecretsAreRead() {
    var isRead = false
    var options = TargetOptions()
    options.engine = "postgres"
    options.password = "prompt"
    options.sslKey = "/k"
    let resolver = TargetResolver(
      environment: EnvironmentSnapshot([:]), systemUser: { "me" }, built: [.postgres],
      readSecret: { _, _ in
        isRead = true
        return Secret("")
      }, readPasswordFile: { _ in .notAFile })
    #expect(throws: UsageError.self) { try resolver.resolve(options) }
    #expect(!isRead)
  }
}

@Suite("Warnings about a target") struct TargetWarningTests {
  @Test(
    arguments: [
      (["--ssl", "disabled", "--ssl-ca", "/x"], ["--ssl-ca is not used in mode disabled"]),
      (["--ssl", "required", "--ssl-ca", "/x"], ["--ssl-ca is not used in mode required"]),
      (["--ssl-crl", "/x"], ["--ssl-crl is not used in mode preferred"]),
      (["--ssl", "disabled", "--server-name", "x"], ["--server-name"]),
      (["--ssl", "required", "--server-name", "x"], []),
      (["--ssl", "disabled", "--ssl-cert", "/x", "--ssl-key", "/y"], ["--ssl-cert", "--ssl-key"]),
      (["--ssl", "disabled", "--tls-min", "1.3"], ["--tls-min"]),
      (["--ssl", "disabled", "--ssl-key-passphrase", "stdin"], ["--ssl-key-passphrase is not used"]),
      (["--ssl-key-passphrase", "stdin"], ["pass phrase is not used"]),
      (["--tls-min", "1.1"], ["TLS 1.1 is allowed"]), (["--tls-min", "1.2"], []),
      (["--ssl", "allow"], ["allow is taken as preferred"]),
      (["-h", "/tmp", "--ssl-ca", "/x"], ["--ssl-ca is not used on a Unix socket"]),
      (["--ssl", "verify-ca", "--ssl-ca", "/x", "--ssl-crl", "/y", "--server-name", "n"], []),
      (["--auth-source", "x"], ["--auth-source is for MongoDB; PostgreSQL does not use it"]),
      (["--service-name", "x", "--sid", "y", "--instance", "z"], ["--service-name", "--sid", "--instance"]),
    ] as [([String], [String])])
  func unused(words: [String], parts: [String]) throws {
    let warnings = try resolved(engine: "postgres", secrets: [.keyPassphrase: "x"]) { $0.take(words) }
      .warnings
    #expect(warnings.count == parts.count)
    for (warning, part) in zip(warnings, parts) { #expect(warning.contains(part)) }
  }

  @Test(arguments: [
    "PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR", "PGOPTIONS", "PGSSLMINPROTOCOLVERSION",
    "PGTARGETSESSIONATTRS",
    "PGCHANNELBINDING", "PGGSSENCMODE", "PGREQUIREPEER", "PGSSLSNI", "PGREQUIREAUTH", "PGSSLNEGOTIATION",
    "PGSSLCERTMODE", "PGCONNECT_TIMEOUT",
  ]) func ignoredVariables(name: String) throws {
    let resolution = try resolved(engine: "postgres", environment: [name: "s3cret"])
    #expect(try resolution.target == resolved(engine: "postgres").target)
    #expect(resolution.warnings == ["The environment variable \(name) is set and was ignored."])
  }

  @Test func variablesThatChangeNothing() throws {
    let environment = ["PGAPPNAME": "x", "PGDATA": "x", "PGTZ": "x", "MYSQL_HOST": "x", "PATH": "x"]
    #expect(try resolved(engine: "postgres", environment: environment).warnings.isEmpty)
  }
}
