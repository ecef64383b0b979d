import Foundation
import Lab
import Testing

/// Logins at a MongoDB server × five modes.
@Suite struct MongoDBLoginTests {
  static let trust = MongoDBServerTests.trust

  static func good(
    _ title: String, _ server: MongoServer = .optional, user: String, password: String? = Account.password,
    database: String? = nil, _ options: String = ""
  ) -> Situation {
    MongoDBServerTests.takesAll(title, server, trust + " " + options)
      .with(\.user, user).with(\.password, password).with(\.database, database)
  }

  static func bad(
    _ title: String, _ server: MongoServer = .optional, user: String, password: String?,
    database: String? = nil, _ options: String = ""
  ) -> Situation {
    MongoDBServerTests.fails(title, server, .authentication, trust + " " + options)
      .with(\.user, user).with(\.password, password).with(\.database, database)
  }

  static let situations = [
    good("SCRAM", user: MongoAccount.user),
    good("SCRAM-SHA-1 only", user: MongoAccount.old),
    good(
      "a server with SCRAM-SHA-1 only", .optional.with(\.mechanisms, ["SCRAM-SHA-1"]), user: MongoAccount.user
    ),
    good("names and passwords of every kind", user: MongoAccount.hard, password: MongoAccount.hardPassword),
    good("a user of the database", user: MongoAccount.local, database: "appdb"),
    good("a user of another database", user: MongoAccount.local, "--auth-source appdb"),
    good(
      "--auth-source before the database", user: MongoAccount.old, database: "appdb", "--auth-source admin"),
    good("a database that is not there", user: MongoAccount.old, database: "nowhere", "--auth-source admin")
      .with(\.remark, "no database nowhere"),
    good("a user who sees nothing", user: MongoAccount.poor),
    good("a login where none is needed", .open, user: MongoAccount.user),
    bad("wrong password", user: MongoAccount.user, password: "another"),
    bad("empty password", user: MongoAccount.user, password: ""),
    bad("unknown user", user: "nobody", password: Account.password),
    bad("no password", user: MongoAccount.user, password: nil).with(\.note, "No password was given"),
    bad(
      "the wrong database for the user", user: MongoAccount.old, password: Account.password, database: "appdb"
    )
    .with(\.note, "--auth-source admin"),
  ]

  @Test(arguments: Row.all(situations)) func login(_ row: Row) throws { try row.judge() }

  /// Runs the program on a URL; `{port}` is the server's.
  func run(_ url: String, _ server: MongoServer = .optional, _ options: [String] = []) throws -> ProgramResult
  {
    let port = try Lab.start(mongodb: server).port
    return try Program.run(
      [url.replacingOccurrences(of: "{port}", with: String(port)), "--format", "json"] + options,
      environment: ["LAB_PASSWORD": Account.password])
  }

  @Test func nobody() throws {
    let refused = try run("mongodb://localhost:{port}")
    #expect(refused.exitCode == Cause.authentication.exitCode, "\(refused)")
    let notes = try #require(Report(refused.output)?.diagnosis?.notes)
    #expect(notes.contains { $0.contains("no user was given") }, "\(refused)")
    let open = try run("mongodb://localhost:{port}", .open)
    #expect(open.exitCode == 0, "\(open)")
  }

  @Test(arguments: [
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?authMechanism=SCRAM-SHA-1", 0),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?authMechanism=SCRAM-SHA-256", 40),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/appdb?authsource=admin", 0),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/appdb", 40),
    ("mongodb://local:s3cret-Pa55@localhost:{port}/appdb", 0),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?tls=true&tlsAllowInvalidCertificates=true", 0),
    (
      "mongodb://a%3Ab%2Fc%40d%25e%3F:p%3Aw%2Fo%40r%25d%3F%26%3D%23%5B%5D%C3%BC%E2%82%AC%27%22%5C@localhost:{port}/",
      0
    ),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?retryWrites=true&w=majority&appName=x&maxPoolSize=3", 0),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?directConnection=true&readPreference=nearest", 0),
    (
      "mongodb://old:s3cret-Pa55@localhost:{port}/?readPreference=nearest&readPreferenceTags=dc:ny,rack:1&readPreferenceTags=",
      0
    ),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?readPreferenceTags=dc:ny", 64),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?tls=true&tls=false", 64),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?tlsInsecure=true&tlsAllowInvalidCertificates=false", 64),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?srvMaxHosts=2", 64),
    ("mongodb://old:s3cret-Pa55@[fe80::1%25lo]:{port}/", 64),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?authMechanism=GSSAPI", 64),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?directConnection=perhaps", 64),
    ("mongodb://old:s3cret-Pa55@localhost:{port},localhost:1/?directConnection=true", 64),
    ("mongodb://old:s3cret-Pa55@localhost:{port}/?loadBalanced=true&replicaSet=rs0", 64),
    ("mongodb://directory:s3cret-Pa55@localhost:{port}/?authMechanism=PLAIN", 64),
    ("mongodb://%2Ftmp%2Fmongodb-27017.sock/", 64),
  ]) func urls(url: String, exitCode: Int32) throws {
    let result = try run(url)
    #expect(result.exitCode == exitCode, "\(url): \(result)")
    #expect(!(result.output + result.errors).contains("s3cret"), "\(result)")
    if exitCode == 0 {
      #expect(Report(result.output)?.warnings.contains { $0.contains("not used") } == false, "\(result)")
    }
  }

  /// A file for TLS means TLS, as it does to PyMongo, and to be asked for valid certificates means to look at them.
  @Test func filesMeanTLS() throws {
    let ca = try Lab.pki + "/ca.pem"
    let file = try run(
      "mongodb://localhost:{port}/?tlsCAFile=\(ca)", .requiresTLS.with(\.authorization, false))
    #expect(file.exitCode == 0, "\(file)")
    let report = try #require(Report(file.output))
    #expect(report.ssl.requested == "required" && report.ssl.encrypted == true, "\(file)")
    #expect(report.warnings.contains { $0.contains("was not verified") }, "\(file)")
    let strict = try run(
      "mongodb://localhost:{port}/?tlsAllowInvalidCertificates=false&tlsCAFile=\(ca)", .with("wrong-name"))
    #expect(strict.exitCode == Cause.wrongHost.exitCode, "\(strict)")
  }

  @Test func unknownOptionsAreNamed() throws {
    let result = try run("mongodb://localhost:{port}/?frobnicate=1", .open)
    #expect(result.exitCode == 0, "\(result)")
    #expect(result.output.contains("parameter frobnicate is not used"), "\(result)")
  }

  /// PLAIN sends the password itself, so TLS comes first.
  @Test func plain() throws {
    let server = MongoServer.optional.with(\.mechanisms, ["PLAIN"]).own("plain")
    let url = "mongodb://directory@localhost:{port}/?authMechanism=PLAIN"
    let password = ["--password", "env:LAB_PASSWORD"]
    let trust = ["--ssl-ca", try Lab.pki + "/ca.pem"]
    for mode in ["preferred", "required", "verify-ca", "verify-identity"] {
      let result = try run(url, server, password + trust + ["--ssl", mode])
      #expect(result.exitCode == 0, "\(mode): \(result)")
    }
    let disabled = try run(url, server, password)
    #expect(disabled.exitCode == 64, "\(disabled)")
    let heard = try Lab.start(mongodb: server).heard()
    #expect(heard.count == 4 && heard.allSatisfy { !$0.saidInClear(Account.password) })
    // libmongoc writes it in Base64.
    let payload = Data("\0\(MongoAccount.directory)\0\(Account.password)".utf8).base64EncodedString()
    #expect(heard.allSatisfy { $0.contains(payload) && !$0.saidInClear(payload) })
  }

  /// libmongoc's own words never reach the terminal, and its log least of all.
  @Test func nothingIsLogged() throws {
    let result = try run(
      "mongodb://keeper@localhost:{port}/", .optional,
      ["--password", "pass:" + Account.keeperPassword, "--verbose"])
    #expect(result.exitCode == 0, "\(result)")
    #expect(!(result.output + result.errors).contains(Account.keeperPassword), "\(result)")
  }
}
