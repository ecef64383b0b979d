import Lab
import Testing

/// What a MongoDB server offers, whom it lets in, and what it is × five modes.
@Suite struct MongoDBServerTests {
  static let trust = "--ssl-ca {pki}/ca.pem"
  static let lacks = Ending.fails(.lacksTLS, advising: .disabled)
  static let requires = Ending.fails(.requiresTLS, advising: .required)
  static let mismatch = Ending.fails(.versionMismatch)

  static func takesAll(_ title: String, _ server: MongoServer, _ options: String = trust) -> Situation {
    Situation(
      title, any: server, options, endings: [.plain, .encrypted, .encrypted, .chain, .identity])
  }

  /// It fails in every mode, having come as far as a login.
  static func fails(_ title: String, _ server: MongoServer, _ cause: Cause, _ options: String = trust)
    -> Situation
  {
    let reached: [Ending] = [.plain, .encrypted, .encrypted, .chain, .identity]
    return Situation(title, any: server, options, endings: reached.map { $0.thenFails(cause) })
  }

  static func overTLSOnly(_ title: String, _ server: MongoServer, _ options: String, _ ending: Ending?)
    -> Situation
  {
    Situation(
      title, any: server, options,
      endings: [.plain, ending ?? .encrypted, ending ?? .encrypted, ending ?? .chain, ending ?? .identity])
  }

  // The endings: disabled, preferred, required, verify-ca, verify-identity. Preferred has no way back to plain text.
  static let offers = [
    Situation("no TLS", any: MongoServer.plain, trust, endings: [.plain, lacks, lacks, lacks, lacks]),
    takesAll("TLS optional", .optional),
    Situation(
      "TLS only", any: MongoServer.requiresTLS, trust,
      endings: [requires, .encrypted, .encrypted, .chain, .identity]),
    overTLSOnly("TLS 1.2 only", .optional.with(\.tlsVersion, "1.2"), trust, nil),
    overTLSOnly("TLS 1.3 only", .optional.with(\.tlsVersion, "1.3"), trust + " --tls-min 1.3", nil),
    overTLSOnly(
      "TLS 1.2, and 1.3 demanded", .optional.with(\.tlsVersion, "1.2"), trust + " --tls-min 1.3", mismatch),
    overTLSOnly("TLS 1.1 only", .optional.with(\.tlsVersion, "1.1"), trust, mismatch),
    overTLSOnly("TLS 1.1, and allowed", .optional.with(\.tlsVersion, "1.1"), trust + " --tls-min 1.1", nil),
  ]

  static let states = [
    takesAll("mongos", .optional.with(\.role, .mongos)),
    takesAll("primary", .optional.with(\.role, .primary)),
    takesAll("secondary", .optional.with(\.role, .secondary)).with(\.remark, "read-only"),
    fails(
      "shutting down",
      .optional.failing(
        "hello", .init(91, "ShutdownInProgress", "The server is in quiesce mode and will shut down")),
      .notReady),
    fails(
      "shutting down at the login",
      .optional.failing("connectionStatus", .init(11600, "InterruptedAtShutdown", "interrupted at shutdown")),
      .notReady),
    fails(
      "recovering",
      .optional.with(\.role, .recovering).failing(
        "listDatabases", .init(13436, "NotPrimaryOrSecondary", "node is not in primary or recovering state")),
      .notReady),
    fails(
      "not primary",
      .optional.with(\.role, .secondary).failing(
        "listDatabases", .init(13435, "NotPrimaryNoSecondaryOk", "not master and slaveOk=false")), .notReady),
    fails("wire version too old", .optional.with(\.maximumWire, 4), .other).with(\.note, "too old"),
    fails("wire version too new", .optional.with(\.minimumWire, 60).with(\.maximumWire, 70), .other).with(
      \.note, "too old"),
    fails(
      "Atlas's words for a wrong password",
      .optional.failing("saslStart", .init(8000, "AtlasError", "bad auth : Authentication failed.")).failing(
        "saslContinue", .init(8000, "AtlasError", "bad auth : Authentication failed.")), .authentication),
    fails("no SCRAM", .optional.with(\.mechanisms, ["MONGODB-X509"]), .authentication).with(
      \.note, "mechanism"),
  ]

  /// What is not known does not hurt.
  static let others = [
    takesAll(
      "no listDatabases", .optional.failing("listDatabases", .init(59, "CommandNotFound", "no such command"))),
    takesAll(
      "no connectionStatus",
      .optional.failing("connectionStatus", .init(59, "CommandNotFound", "no such command"))),
    takesAll(
      "no buildInfo", .optional.failing("buildInfo", .init(115, "CommandNotSupported", "not supported"))),
    takesAll(
      "logged in and allowed nothing",
      .optional.failing(
        "listDatabases", .init(13, "Unauthorized", "not authorized on admin to execute command"))
    ).with(\.remark, "not authorized"),
    // Atlas' shared clusters, which know less of the command; then one that knows nothing of it, and says so in words of
    // its own; then buildInfo.
    takesAll(
      "authorizedDatabases is not allowed",
      .optional.failing(
        "listDatabases",
        .init(
          8000, "AtlasError", "Unallowed argument in listDatabases command: authorizedDatabases",
          option: "authorizedDatabases"))),
    takesAll(
      "listDatabases is not supported",
      .optional.failing("listDatabases", .init(303, "", "Feature not supported: listDatabases"))
    ).with(\.remark, "Feature not supported"),
    takesAll(
      "Atlas' words for listDatabases",
      .optional.failing(
        "listDatabases",
        .init(8000, "AtlasError", "user is not allowed to do action [listDatabases] on [admin.]"))
    ).with(\.remark, "not allowed to do action"),
    takesAll(
      "Atlas' words for buildInfo",
      .optional.failing(
        "buildInfo", .init(8000, "AtlasError", "not authorized on admin to execute command buildInfo"))
    ).with(\.remark, "not authorized on admin"),
    takesAll(
      "no login, and authorizedDatabases is not allowed",
      .open.failing(
        "listDatabases", .init(303, "", "Feature not supported", option: "authorizedDatabases"))
    ).with(\.user, "").with(\.password, nil),
  ]

  @Test(arguments: Row.all(offers)) func offer(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(states)) func state(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(others)) func other(_ row: Row) throws { try row.judge() }

  @Test(
    arguments: [
      (["ferretdbVersion": "v1.21.0"], "FerretDB", "1.21.0"), ([:], "MongoDB", "6.0.14"),
    ] as [([String: String], String, String)])
  func products(buildInfo: [String: String], product: String, version: String) throws {
    let port = try Lab.start(mongodb: .open.with(\.buildInfo, buildInfo)).port
    let result = try Program.run(["mongodb://localhost:\(port)", "--format", "json"])
    #expect(Report(result.output)?.server?.product == product, "\(result)")
    #expect(Report(result.output)?.server?.version == version, "\(result)")
  }

  @Test func aServerThatDoesNotSayItsVersion() throws {
    let port = try Lab.start(mongodb: .open.with(\.version, "")).port
    let result = try Program.run(["mongodb://localhost:\(port)", "--format", "json"])
    #expect(result.exitCode == 0, "\(result)")
    let report = try #require(Report(result.output))
    #expect(report.server == nil, "\(result)")
  }

  /// Where nobody is logged in, an answer that is no list proves nothing.
  @Test func neitherALoginNorAList() throws {
    let server = MongoServer.open.failing("listDatabases", .init(303, "", "Feature not supported"))
    let result = try Program.run([
      "mongodb://localhost:\(try Lab.start(mongodb: server).port)", "--format", "json",
    ])
    #expect(result.exitCode == Cause.other.exitCode, "\(result)")
  }

  /// Preferred says that it cannot fall back.
  @Test func preferredWarns() throws {
    let port = try Lab.start(mongodb: .open).port
    let result = try Program.run(["mongodb://localhost:\(port)", "--ssl", "preferred", "--format", "json"])
    #expect(result.exitCode == 0, "\(result)")
    let warnings = try #require(Report(result.output)?.warnings)
    #expect(warnings.contains { $0.contains("Preferred behaves the same as Required") }, "\(result)")
  }

  @Test func stagesInTheirOrder() throws {
    let port = try Lab.start(mongodb: .open).port
    func stages(_ until: String) throws -> [String]? {
      let result = try Program.run([
        "mongodb://localhost:\(port)", "--ssl", "required", "--until", until, "--format", "json",
      ])
      return Report(result.output)?.stages.map(\.name)
    }
    #expect(try stages("connect") == ["resolve", "connect"])
    #expect(try stages("tls") == ["resolve", "connect", "tls"])
    #expect(try stages("auth") == ["resolve", "connect", "tls", "auth"])
    #expect(try stages("query") == ["resolve", "connect", "tls", "auth", "query"])
  }
}
