import Lab
import Testing

/// Bad input ends with exit code 64, a line or two on standard error, and nothing on standard output.
@Suite("Usage errors") struct UsageErrorTests {
  static let secret = "s3cret"

  static func check(_ result: ProgramResult, naming: String) {
    #expect(result.exitCode == 64, "\(result)")
    #expect(result.output.isEmpty, "\(result)")
    #expect(result.errors.hasPrefix("tablepro-connect: "), "\(result)")
    #expect(result.errors.hasSuffix("\n") && result.errors.filter { $0 == "\n" }.count <= 2, "\(result)")
    #expect(result.errors.contains(naming), "\(result)")
    #expect(!result.errors.contains(secret), "\(result)")
  }

  private func check(_ arguments: [String], naming: String, environment: [String: String] = [:]) throws {
    Self.check(try Program.run(arguments, environment: environment), naming: naming)
  }

  @Test(
    arguments: [
      ("-h", "", "-h/--host"), ("--host", "a b", "\"a b\""), ("--host", "a:5432", "-p/--port"),
      ("-p", "0", "-p/--port"), ("-p", "65536", "-p/--port"), ("--port", "-5", "-p/--port"),
      ("--port", "s3cret", "--password SOURCE"), ("-p", "s3cret", "--password SOURCE"),
      ("-U", "", "-U/--user"), ("-d", "", "-d/--database"), ("-d", "a\u{1B}]0;b\u{7}", "\\u{1b}]0;b\\u{7}"),
      ("--ssl", "strict", "--ssl is \"strict\""), ("--ssl", "", "--ssl"), ("--ssl-ca", "", "--ssl-ca"),
      ("--ssl-cert", "", "--ssl-cert"), ("--ssl-key", "", "--ssl-key"), ("--ssl-key", "/k", "--ssl-cert"),
      ("--ssl-crl", "", "--ssl-crl"), ("--server-name", "", "--server-name"),
      ("--server-name", ".", "--server-name"), ("--tls-min", "1.4", "\"1.4\""),
      ("--tls-min", "", "--tls-min"), ("--until", "resolve", "\"resolve\""), ("--until", "", "--until"),
      ("--timeout", "0", "\"0\""), ("--timeout", "0.05", "\"0.05\""), ("--timeout", "86401", "\"86401\""),
      ("--timeout", "nan", "\"nan\""), ("--timeout", "inf", "\"inf\""), ("--timeout", "-1", "\"-1\""),
      ("--timeout", "1e400", "\"1e400\""), ("--timeout", " 5", "\" 5\""), ("--timeout", "5s", "\"5s\""),
      ("--timeout", "", "--timeout"), ("--wait", "-1", "--wait is \"-1\""),
      ("--wait", "nan", "--wait is \"nan\""), ("--wait", "inf", "--wait is \"inf\""),
      ("--wait", "5s", "\"5s\""), ("--wait", "86401", "0 to 86400"), ("--wait", "", "--wait"),
      ("--expect", "nonsense", "\"nonsense\""), ("--expect", "", "--expect"),
      ("--format", "xml", "--format is \"xml\""), ("--format", "junit", "junit is not built"),
      ("--format", "github", "not built"), ("--format", "nagios", "not built"),
      ("--format", "prometheus", "not built"), ("--color", "maybe", "--color is \"maybe\""),
      ("--engine", "nonsense", "--engine is \"nonsense\""),
      ("--engine", "oracle", "Oracle"),
      ("--engine", "sqlite", "SQLite"), ("--engine", "duckdb", "DuckDB"),
      ("--engine", "", "--engine"), ("--auth-source", "", "--auth-source"),
    ])
  func badValue(option: String, value: String, naming: String) throws {
    try check(["--engine", "postgres", option, value], naming: naming)
    // With `=` the parser has traps of its own.
    if option.hasPrefix("--"), value.isEmpty || value.contains("-") || value == Self.secret {
      try check(["--engine=postgres", "\(option)=\(value)"], naming: naming)
    }
  }

  @Test(arguments: [
    "-h", "-p", "-U", "-u", "-d", "--engine", "--host", "--port", "--user", "--database", "--ssl", "--ssl-ca",
    "--ssl-cert", "--ssl-key", "--ssl-key-passphrase", "--ssl-crl", "--server-name", "--tls-min",
    "--password", "--until", "--timeout", "--wait", "--expect", "--format", "--color", "--auth-source",
    "--service-name", "--sid", "--instance", "--generate-completion-script",
  ]) func missingValue(option: String) throws {
    try check([option], naming: "needs a value")
    try check([option, "--ssl", "required"], naming: "needs a value")
  }

  @Test(
    arguments: [
      ([], "--engine"), (["-4", "-6", "postgres://h"], "-4 and -6"),
      (["--engine", "postgres", "--ssl", "disabled", "--until", "tls"], "--until tls"),
      (["--engine", "postgres", "-h", "/tmp", "--ssl", "required"], "Unix socket"),
      (["postgres:///d?host=/tmp&sslmode=verify-full"], "Unix socket"),
      (["--engine", "sqlite", "--ssl", "required"], "--ssl does not apply"),
      (["--engine", "mysql", "postgres://h"], "--engine mysql"), (["https://h"], "--engine"),
      (["--quiet=1", "postgres://h"], "--quiet takes no value"), (["-h"], "help is --help"),
    ] as [([String], String)])
  func badCombination(arguments: [String], naming: String) throws { try check(arguments, naming: naming) }

  @Test(
    arguments: [
      (["-ps3cret"], "-p/--port"), (["-ps3=cret", "postgres://h"], "-p/--port"),
      (["--password", "s3cret"], "env:NAME"), (["--password=s3cret", "postgres://h"], "env:NAME"),
      (["--ssl-key-passphrase", "s3cret"], "env:NAME"), (["--passwd", "s3cret"], "--passwd"),
      (["--passwd=s3cret"], "--passwd"), (["--s3cret="], "unknown option"), (["-xs3cret"], "-x"),
      (["---s3cret"], "unknown option"), (["-/s3cret"], "unknown option"),
      (["postgres://h", "s3cret"], "more arguments"), (["--", "postgres://h", "s3cret"], "more arguments"),
      (["s3cret"], "not a URL"), (["test", "s3cret"], "not a URL"), (["u:s3cret@h"], "not a URL"),
      (["postgres://u:s3cret@h:port/d?password=s3cret"], "postgres://…@h:port/d"),
      (["postgres://u:s3cret"], "postgres://…"), (["postgres://u:s3cret/d"], "postgres://…"),
      (["postgres://u:s3cret%@h"], "postgres://…@h"), (["postgres://u:s3/s3cret@h"], "postgres://…@h"),
      (["foo://u:s3cret@h;x=s3cret"], "foo://…@h"), (["oracle://u:s3cret@h"], "Oracle"),
      (["jdbc:sqlserver://h;password=s3cret"], "SQL Server"), (["postgres://h/%00s3cret"], "postgres://…"),
      (["postgres://u:s3cret@h?sslmode=strict"], "sslmode is \"strict\""),
      (["-d", "postgres://u:s3cret@h/d"], "first argument"),
      (["--engine=pg", "--database=postgres://u:s3cret@h/d"], "first argument"),
      (["-h", "postgres://u:s3cret@h/d"], "postgres://…@h/d"), (["-h", "u:s3cret@h"], "…@h"),
      (["--engine", "postgres://u:s3cret@h"], "--engine is \"postgres://…@h\""),
      (["--engine", "pg", "--ssl-ca", "postgres://u:s3cret@h"], "--ssl-ca"),
      (["--expect", "postgres://u:s3cret@h"], "--expect"), (["--wait", "u:s3cret@h"], "--wait"),
      (["--format", "postgres://u:s3cret@h"], "--format"), (["--color", "u:s3cret@h"], "--color"),
      (["--generate-completion-script", "postgres://u:s3cret@h"], "--generate-completion-script"),
      (["--password", "file:postgres://u:s3cret@h", "postgres://h"], "--password"),
      (["--password", "env:postgres://u:s3cret@h", "postgres://h"], "--password"),
    ])
  func secretsStaySecret(arguments: [String], naming: String) throws {
    try check(arguments, naming: naming)
  }

  @Test func variables() throws {
    let engine = ["--engine", "postgres"]
    try check(engine, naming: "PGPORT is \"x\"", environment: ["PGPORT": "x"])
    try check(engine, naming: "PGSSLMODE is \"x\"", environment: ["PGSSLMODE": "x"])
    try check([], naming: "DATABASE_URL", environment: ["DATABASE_URL": "postgres://u:s3cret@h:x"])
    try check([], naming: "--engine", environment: ["PGHOST": "h"])
  }

  @Test func wordsThatAreNotUTF8() throws {
    let result = try Command.run([
      "sh", "-c", "exec '\(Program.path)' \"$(printf 'postgres://u:s3cret\\377@h')\"",
    ])
    Self.check(result, naming: "not UTF-8")
  }

  /// Runs the program with a variable that is not UTF-8.
  private func run(_ variable: String, _ options: String) throws -> ProgramResult {
    try Command.run([
      "sh", "-c", "export \(variable)=\"$(printf 's3cret\\377')\"; exec '\(Program.path)' \(options)",
    ])
  }

  /// Text with a replacement character in it would be another password, user or host.
  @Test(arguments: [
    "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT",
    "PGSSLKEY", "PGSSLCRL", "PGPASSFILE", "DATABASE_URL",
  ]) func variablesThatAreNotUTF8(name: String) throws {
    let engine = name == "DATABASE_URL" ? "" : "--engine postgres -p 1 --ssl-ca /c"
    let options = ["PGPORT", "PGSSLROOTCERT"].contains(name) ? "--engine postgres" : engine
    let result = try run(name, options)
    Self.check(result, naming: "\(name) is not UTF-8")
    #expect(!result.errors.contains("\u{FFFD}"), "\(result)")
  }

  @Test(
    arguments: [
      ("PGPASSWORD", "--password pass:x"), ("PGPASSFILE", "--password pass:x"), ("PGUSER", "-U u"),
      ("PGHOST", "-h 127.0.0.1"), ("PGSSLCERT", "--ssl disabled"), ("PGSSLROOTCERT", "--ssl disabled"),
      ("DATABASE_URL", ""), ("MYSQL_PWD", ""), ("PGAPPNAME", ""), ("UNRELATED", ""),
    ]) func variablesThatAreNotUsed(name: String, options: String) throws
  {
    let place = "--engine postgres -h 127.0.0.1 -p 1 --expect connection-refused"
    let result = try run(name, "\(place) \(options)")
    #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result)")
  }

  @Test(arguments: ["modes", "check", "explain", "services"])
  func commandsThatAreNotBuilt(name: String) throws {
    for rest in [[], ["postgres://u:s3cret@h"], ["file", "--jobs", "4"], ["--ssl", "required"]] {
      try check([name] + rest, naming: "the command \(name) is not built yet")
    }
    try check(["--ssl", "required", name], naming: "the command \(name) is not built yet")
  }
}
