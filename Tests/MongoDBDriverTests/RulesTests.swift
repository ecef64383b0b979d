import ConnectCore
import Testing

@testable import MongoDBDriver

/// Errors as servers of MongoDB's and libmongoc 1.23 word them.
@Suite struct RulesTests {
  static func finding(
    _ code: Int?, _ text: String, stage: ConnectionStage = .auth, origin: ServerError.Origin = .server,
    answers: [ServerAnswer] = [], target: ConnectionTarget = PlanTests.target(user: "u", password: "p")
  ) -> Finding? {
    let error = ServerError(text: text, nativeCode: code.map(String.init), origin: origin)
    let failure = ConnectionFailure(stage: stage, event: .serverReported, error: error, answers: answers)
    return MongoRules().finding(for: failure, target: target)
  }

  @Test(
    arguments: [
      (18, "AuthenticationFailed: Authentication failed.", .authenticationFailed),
      (11, "UserNotFound: Could not find user \"CN=x\" for db \"$external\"", .authenticationFailed),
      (8000, "AtlasError: bad auth : Authentication failed.", .authenticationFailed),
      (
        334, "MechanismUnavailable: Received authentication for mechanism PLAIN which is not enabled",
        .authenticationFailed
      ),
      (
        2, "BadValue: Unsupported mechanism PLAIN on authentication database $external", .authenticationFailed
      ),
      (17, "ProtocolError: Attempting to continue a different SASL session", .authenticationFailed),
      (391, "ReauthenticationRequired: token expired", .authenticationFailed),
      (13, "Unauthorized: not authorized on admin to execute command { listDatabases: 1 }", .accessDenied),
      (91, "ShutdownInProgress: The server is in quiesce mode and will shut down", .serverNotReady),
      (11600, "InterruptedAtShutdown: interrupted at shutdown", .serverNotReady),
      (11602, "InterruptedDueToReplStateChange: operation was interrupted", .serverNotReady),
      (13435, "NotPrimaryNoSecondaryOk: not master and slaveOk=false", .serverNotReady),
      (13436, "NotPrimaryOrSecondary: node is recovering", .serverNotReady),
      (10107, "NotWritablePrimary: not primary", .serverNotReady),
      (94, "NotYetInitialized: no replset config has been received", .serverNotReady),
      (133, "FailedToSatisfyReadPreference: Could not find host matching read preference", .serverNotReady),
      (189, "PrimarySteppedDown: primary stepped down", .serverNotReady),
      (16500, "Request rate is large", .serverNotReady),
    ] as [(Int, String, Cause)]) func servers(code: Int, text: String, cause: Cause)
  {
    #expect(Self.finding(code, text)?.cause == cause)
  }

  @Test(arguments: [
    (59, "CommandNotFound: no such command"), (8000, "AtlasError: quota exceeded"), (2, "BadValue: x"),
    (8000, "AtlasError: Unallowed argument in listDatabases command: authorizedDatabases"),
    (8000, "AtlasError: not authorized on admin to execute command buildInfo"),
    (303, "Feature not supported"),
  ])
  func noRule(code: Int, text: String) { #expect(Self.finding(code, text) == nil) }

  /// BadValue is about the login only while there is one.
  @Test func onlyDuringTheLogin() {
    #expect(Self.finding(2, "BadValue: Unsupported mechanism", stage: .query) == nil)
    #expect(Self.finding(8000, "AtlasError: bad auth : Authentication failed.", stage: .query) == nil)
  }

  @Test func nobodyIsLoggedIn() {
    let finding = Self.finding(
      13, "Unauthorized: Command listDatabases requires authentication", target: PlanTests.target())
    #expect(finding?.cause == .authenticationFailed)
    #expect(finding?.notes.first?.contains("no user was given") == true)
  }

  @Test func whereTheUserWasLookedFor() {
    func notes(_ database: String?, _ parameters: [String: String] = [:]) -> [String]? {
      let target = PlanTests.target(database: database, user: "u", password: "p", parameters)
      return Self.finding(18, "Authentication failed.", target: target)?.notes
    }
    #expect(notes("app")?.first?.contains("--auth-source admin") == true)
    #expect(notes("admin") == [])
    #expect(notes(nil) == [])
    #expect(notes("app", ["authSource": "app"]) == [])
  }

  /// libmongoc's own words for a refused login, where the server's were not seen.
  @Test func libmongocSaysThatTheLoginFailed() {
    let finding = Self.finding(11, "Authentication failed.", origin: .library("libmongoc"))
    #expect(finding?.cause == .authenticationFailed)
  }

  /// The numbers of libmongoc's errors are no numbers of servers': 11 and 13 would be a login refused, and forbidden.
  @Test(arguments: [11, 13, 18, 91, 8000]) func numbersOfLibmongoc(code: Int) {
    #expect(Self.finding(code, "something of its own", origin: .library("libmongoc")) == nil)
  }

  /// Nobody has rejected the login: it is the server that has proven nothing.
  @Test(arguments: [
    (29, "SCRAM Failure: could not verify server signature in sasl step 3"),
    (29, "SCRAM Failure: no v param in sasl step 3"), (29, "SCRAM Failure: iterations must be at least 4096"),
    (29, "SCRAM Failure: client nonce not repeated in sasl step 2"),
    (11, "Received invalid SCRAM reply from MongoDB server."), (11, "Incorrect step for 'done'"),
  ]) func theServerHasToProveItselfToo(code: Int, text: String) throws {
    let finding = try #require(Self.finding(code, text, origin: .library("libmongoc")))
    #expect(finding.cause == .other)
    #expect(finding.advice?.message.contains("could not prove") == true)
    #expect(!finding.notes.isEmpty)
  }

  @Test func theServerSaysInSCRAMThatTheLoginFailed() {
    let finding = Self.finding(
      29, "SCRAM Failure: authentication failure in sasl step 3 : invalid-proof",
      origin: .library("libmongoc"))
    #expect(finding?.cause == .authenticationFailed)
  }

  /// Atlas ends the handshakes of strangers by an alert that says nothing.
  @Test(
    arguments: [
      (80, true, true, "c0.ab1cd.mongodb.net", true), (80, true, true, "localhost", false),
      (80, true, false, "c0.ab1cd.mongodb.net", false), (80, false, true, "c0.ab1cd.mongodb.net", false),
      (40, true, true, "c0.ab1cd.mongodb.net", false),
    ] as [(UInt8, Bool, Bool, String, Bool)])
  func atlas(code: UInt8, received: Bool, early: Bool, host: String, isKnown: Bool) throws {
    let alert = TLSAlert(code: code, received: received, beforeServerHello: early)
    let target = PlanTests.target(hosts: [HostPort(host: host, port: 27017)])
    let observation = Observation(
      outcome: .failed(ConnectionFailure(stage: .tls, event: .alert(alert))), host: target.hosts[0])
    let diagnosis = try #require(Diagnosis(of: observation, target: target, rules: MongoRules()))
    #expect(diagnosis.suggestion.contains("IP access list") == isKnown)
    #expect(diagnosis.notes.contains { $0.contains("IP access list") } == isKnown)
  }

  /// What the TXT record says counts as if the URL had said it.
  @Test func settingsOfTheRecords() throws {
    let target = PlanTests.target(database: "app", user: "u", password: "p")
    let error = ServerError(text: "Authentication failed.", nativeCode: "18", origin: .server)
    var observation = Observation(
      outcome: .failed(ConnectionFailure(stage: .auth, event: .serverReported, error: error)),
      host: target.hosts[0])
    func advises() throws -> Bool {
      try #require(Diagnosis(of: observation, target: target, rules: MongoRules())).notes
        .contains { $0.contains("--auth-source") }
    }
    #expect(try advises())
    observation.parameters = ["authSource": "admin"]
    #expect(try !advises())
  }

  @Test func anEmptyPassword() {
    let finding = Self.finding(
      29, "could not calculate UTF-16 length of password", origin: .library("libmongoc"),
      target: PlanTests.target(user: "u", password: ""))
    #expect(finding?.cause == .authenticationFailed)
    #expect(finding?.notes == ["MongoDB has no empty passwords"])
  }

  static let secondary = ServerAnswer.isMember(
    name: "a:1", words: "is a secondary of the replica set rs0, and knows no primary")

  @Test func noPrimary() {
    let text = "No suitable servers found (`serverSelectionTryOnce` set)"
    let finding = Self.finding(13053, text, origin: .library("libmongoc"), answers: [Self.secondary])
    #expect(finding?.cause == .serverNotReady)
    #expect(finding?.notes.first?.contains("readPreference primary") == true)
    #expect(Self.finding(13053, text, origin: .library("libmongoc")) == nil)
  }

  @Test func anotherReplicaSet() {
    let finding = Self.finding(
      13053, "No suitable servers found", origin: .library("libmongoc"), answers: [Self.secondary],
      target: PlanTests.target(["replicaSet": "rs1"]))
    #expect(finding?.cause == .other)
    #expect(finding?.notes.first?.contains("rs1") == true)
  }

  @Test func wireVersions() {
    let finding = Self.finding(
      15,
      "Server at localhost:1 reports wire version 2, but this version of libmongoc requires at least 6 (MongoDB 3.6)",
      origin: .library("libmongoc"))
    #expect(finding?.cause == .other)
    #expect(finding?.notes.isEmpty == false)
  }

  @Test(
    arguments: [
      ([("version", .text("6.0.14"))], "localhost", "MongoDB", "6.0.14"),
      (
        [("version", .text("7.0.1")), ("modules", .list([.text("enterprise")]))], "localhost",
        "MongoDB Enterprise", "7.0.1"
      ),
      (
        [("version", .text("7.0.42")), ("ferretdbVersion", .text("v1.21.0"))], "localhost", "FerretDB",
        "1.21.0"
      ),
      (
        [("version", .text("7.0.77")), ("ferretdb", .object([("version", .text("v2.0.0"))]))], "h",
        "FerretDB", "2.0.0"
      ),
      (
        [("version", .text("5.0.0"))], "x.cluster-1.eu-west-1.docdb.amazonaws.com", "Amazon DocumentDB",
        "5.0.0"
      ),
      ([("version", .text("4.2.0"))], "acc.mongo.cosmos.azure.com", "Azure Cosmos DB for MongoDB", "4.2.0"),
      ([("version", .text("8.0.4"))], "c0-shard-00-00.ab1.mongodb.net", "MongoDB Atlas", "8.0.4"),
    ] as [([(String, BSON)], String, String, String)])
  func identities(fields: [(String, BSON)], host: String, product: String, version: String) throws {
    let answer = try #require(BSONDocument(BSON.document(fields)))
    #expect(ServerIdentity(mongo: answer, host: host) == ServerIdentity(product: product, version: version))
  }

  @Test(arguments: [[], [("version", .text(""))], [("version", .number(7))]] as [[(String, BSON)]])
  func noVersion(fields: [(String, BSON)]) throws {
    #expect(ServerIdentity(mongo: try #require(BSONDocument(BSON.document(fields))), host: "h") == nil)
  }
}
