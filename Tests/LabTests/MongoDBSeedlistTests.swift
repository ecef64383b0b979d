import Foundation
import Lab
import Testing

/// mongodb+srv:// against name servers of the lab's own.
///
/// The program sees a resolv.conf that leads to them, in a mount namespace of its own, which takes root, as port 53
/// does.
@Suite struct MongoDBSeedlistTests {
  static let cluster = "cluster.example.test"

  /// Records that lead to these ports on 127.0.0.1, by the names a.example.test, b.example.test …
  static func records(_ ports: [Int], text: String? = nil, domain: String = "example.test") -> [NameServer
    .Record]
  {
    let names = zip("abcdef", ports).map { (name: "\($0).\(domain)", port: $1) }
    return names.map { .init("_mongodb._tcp.\(cluster)", "SRV", "\($0.port) \($0.name)") }
      + names.map { .init($0.name, "A", "127.0.0.1") } + (text.map { [.init(cluster, "TXT", $0)] } ?? [])
  }

  struct Outcome {
    var result: ProgramResult
    var report: Report
    var questions: [String]
  }

  func run(
    _ server: NameServer, _ options: [String] = [], path: String = "", password: String = Account.password
  ) throws -> Outcome {
    try #require(geteuid() == 0, "A name server of one's own takes root: run this test as root.")
    let running = try Lab.start(nameserver: server)
    let folder = try TemporaryFolder()
    let command = try running.wrap(
      [
        Program.path, "mongodb+srv://tester@\(Self.cluster)/\(path)", "--password", "env:LAB_PASSWORD",
        "--format", "json", "--ssl-ca", Lab.pki + "/ca.pem",
      ] + options, in: folder)
    let result = try Command.run(
      command,
      environment: Program.cleanEnvironment.merging([
        "HOME": "/nonexistent", "LAB_PASSWORD": password,
      ]) { $1 })
    #expect(try SchemaValidator.faults(in: result.output) == [])
    return Outcome(
      result: result, report: try #require(Report(result.output), "\(result)"),
      questions: try running.questions())
  }

  @Test(arguments: [NameServer.Behaviour.answer, .truncate]) func aCluster(behaviour: NameServer.Behaviour)
    throws
  {
    let port = try Lab.start(mongodb: .optional).port
    let outcome = try run(
      NameServer(Self.records([port], text: "auth|Source=admin"), behaviour), path: "appdb")
    #expect(outcome.result.exitCode == 0, "\(outcome.result)")
    #expect(outcome.report.host == "a.example.test")
    // The scheme turns TLS on, and says that others verify.
    #expect(outcome.report.ssl.requested == "required" && outcome.report.ssl.encrypted == true)
    #expect(outcome.report.warnings.contains { $0.contains("--ssl verify-identity") }, "\(outcome.result)")
    #expect(outcome.questions.contains("_mongodb._tcp.cluster.example.test 33"))
    #expect(outcome.report.stages.first?.name == "resolve")
  }

  /// Rules judge by what the records have said, too.
  @Test func settingsOfTheRecords() throws {
    let port = try Lab.start(mongodb: .optional).port
    let refused = try run(
      NameServer(Self.records([port], text: "authSource=%61dmin")), ["--password", "pass:wrong"],
      path: "appdb")
    #expect(refused.result.exitCode == Cause.authentication.exitCode, "\(refused.result)")
    #expect(
      refused.report.diagnosis?.notes.contains { $0.contains("--auth-source") } == false, "\(refused.result)")
    let primary = MongoServer.optional.with(\.role, .primary).with(\.name, "a.example.test")
    let other = try run(
      NameServer(
        Self.records([try Lab.start(mongodb: primary).port], text: "authSource=admin&replicaSet=other")))
    #expect(other.result.exitCode == Cause.other.exitCode, "\(other.result)")
    #expect(
      other.report.diagnosis?.notes.contains { $0.contains("replica set other") } == true, "\(other.result)")
    let balanced = try run(
      NameServer(Self.records([port], text: "loadBalanced=true")), path: "?replicaSet=rs0")
    #expect(balanced.result.exitCode == Cause.nameResolutionFailed.exitCode, "\(balanced.result)")
    #expect(balanced.result.output.contains("the replicaSet of the URL"), "\(balanced.result)")
  }

  /// The certificate has to carry the name of the server, which is not the cluster's.
  @Test func theServersNameIsVerified() throws {
    let good = try Lab.start(mongodb: .with("wildcard")).port
    let bad = try Lab.start(mongodb: .with("good")).port
    let identity = ["--ssl", "verify-identity"]
    let matches = try run(NameServer(Self.records([good])), identity)
    #expect(matches.result.exitCode == 0, "\(matches.result)")
    #expect(matches.report.ssl.verified == "identity")
    let differs = try run(NameServer(Self.records([bad])), identity)
    #expect(differs.result.exitCode == Cause.wrongHost.exitCode, "\(differs.result)")
  }

  @Test func theModeMayTurnTLSOff() throws {
    let port = try Lab.start(mongodb: .plain).port
    let outcome = try run(NameServer(Self.records([port])), ["--ssl", "disabled"])
    #expect(outcome.result.exitCode == 0, "\(outcome.result)")
    #expect(outcome.report.ssl.encrypted == false)
    let lacks = try run(NameServer(Self.records([port])))
    #expect(lacks.result.exitCode == Cause.lacksTLS.exitCode, "\(lacks.result)")
  }

  @Test func severalServers() throws {
    let unused = try Lab.unusedPort()
    let port = try Lab.start(mongodb: .optional).port
    let outcome = try run(NameServer(Self.records([unused, port])), ["--until", "tls"])
    #expect(outcome.result.exitCode == 0, "\(outcome.result)")
    #expect(outcome.report.host == "b.example.test")
  }

  @Test(
    arguments: [
      ([], NameServer.Behaviour.answer, "no SRV records"), ([], .refuse, "SRV records"),
      ([], .fail, "SRV records"),
      ([], .garbage, "cannot be read"),
      (records([1], domain: "example.org"), .answer, "outside its domain"),
      (records([1], text: "ssl=false"), .answer, "may say authSource"),
      // A path, a name that ends early for C, and a dot that is no separator.
      (
        [.init("_mongodb._tcp." + cluster, "SRV", "27017 %2Ftmp%2Fs.example.test")], .answer, "cannot be read"
      ),
      (
        [.init("_mongodb._tcp." + cluster, "SRV", "27017 localhost%00.example.test")], .answer,
        "cannot be read"
      ),
      ([.init("_mongodb._tcp." + cluster, "SRV", "27017 a%2Eb.example.test")], .answer, "cannot be read"),
      ([.init("_mongodb._tcp." + cluster, "SRV", "0 a.example.test")], .answer, "no host with a port"),
    ] as [([NameServer.Record], NameServer.Behaviour, String)])
  func noCluster(records: [NameServer.Record], behaviour: NameServer.Behaviour, note: String) throws {
    let outcome = try run(NameServer(records, behaviour))
    #expect(outcome.result.exitCode == Cause.nameResolutionFailed.exitCode, "\(outcome.result)")
    #expect(outcome.report.diagnosis?.stage == "resolve")
    #expect(outcome.report.diagnosis?.notes.contains { $0.contains(note) } == true, "\(outcome.result)")
  }

  /// The system's resolver would wait for 5 s and ask again.
  @Test func silentNameServers() async throws {
    try await SideBySide.run {
      let outcome = try run(NameServer([], .silence), ["--timeout", "1.5"])
      #expect(outcome.result.exitCode == Cause.timedOut.exitCode, "\(outcome.result)")
      #expect(outcome.report.diagnosis?.stage == "resolve")
      // A debug build on a busy machine takes its time to begin.
      #expect((1_500...1_750).contains(outcome.report.elapsedMs), "\(outcome.result)")
    }
  }

  @Test(arguments: [
    ["mongodb+srv://cluster.example.test:27017/"], ["mongodb+srv://a.example.test,b.example.test/"],
    ["mongodb+srv://cluster.example.test/", "-p", "27017"],
    ["mongodb+srv://cluster.example.test/?directConnection=true"],
    ["mongodb+srv://cluster.example.test/?srvMaxHosts=many"],
  ]) func usage(arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.exitCode == 64, "\(result)")
  }
}
