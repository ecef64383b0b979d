import Foundation
import Lab
import Testing

/// Replica sets: each member's outcome is told, and the primary is the one that is tested.
@Suite struct MongoDBReplicaSetTests {
  /// A set of two on ports of its own, or one whose second member is not there.
  struct ReplicaSet {
    let ports: [Int]

    init(_ server: MongoServer = .optional, second: MongoServer.Role? = .primary) throws {
      ports = try (0..<2).map { _ in try Lab.unusedPort() }
      let members = ports.map { "localhost:\($0)" }
      let member = server.with(\.members, members).with(\.primary, second == .secondary ? nil : members[1])
      _ = try Lab.start(mongodb: member.with(\.role, .secondary).with(\.port, ports[0]))
      if let second { _ = try Lab.start(mongodb: member.with(\.role, second).with(\.port, ports[1])) }
    }

    func test(
      hosts: [Int], _ parameters: String = "", mode: Mode = .disabled, timeout: String = "10"
    ) throws -> (result: ProgramResult, report: Report) {
      let list = hosts.map { "localhost:\(ports.indices.contains($0) ? ports[$0] : $0)" }.joined(
        separator: ",")
      let result = try Program.run(
        [
          "mongodb://tester@\(list)/\(parameters)", "--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue,
          "--ssl-ca", Lab.pki + "/ca.pem", "--format", "json", "--timeout", timeout,
        ], environment: ["LAB_PASSWORD": Account.password])
      #expect(try SchemaValidator.faults(in: result.output) == [])
      return (result, try #require(Report(result.output), "\(result)"))
    }

    func address(_ index: Int) -> String { "127.0.0.1:\(ports[index])" }
  }

  @Test(arguments: Mode.allCases) func thePrimaryIsFound(mode: Mode) throws {
    let set = try ReplicaSet()
    for (hosts, parameters) in [([0, 1], ""), ([0], "?replicaSet=rs0"), ([1, 0], "?replicaSet=rs0")] {
      let (result, report) = try set.test(hosts: hosts, parameters, mode: mode)
      #expect(result.exitCode == 0, "\(result)")
      #expect(report.address?.hasSuffix(":\(set.ports[1])") == true, "\(result)")
      #expect(report.ssl.encrypted == (mode != .disabled))
      #expect(
        report.ssl.verified == (mode == .verifyCA ? "chain" : mode == .verifyIdentity ? "identity" : "none"))
      #expect(report.attempts.filter { $0.cause == nil }.count == 2, "\(result)")
    }
  }

  @Test func aMemberIsDown() throws {
    let set = try ReplicaSet()
    let unused = try Lab.unusedPort()
    let (result, report) = try set.test(hosts: [unused, 0, 1])
    #expect(result.exitCode == 0, "\(result)")
    #expect(
      report.warnings.contains { $0.contains("localhost:\(unused)") && $0.contains("refused") }, "\(result)")
    #expect(report.attempts.contains { $0.cause == Cause.refused.rawValue }, "\(result)")
  }

  @Test func oneServerIsTestedByItself() throws {
    let set = try ReplicaSet()
    for parameters in ["", "?directConnection=true"] {
      let (result, report) = try set.test(hosts: [0], parameters)
      #expect(result.exitCode == 0, "\(result)")
      #expect(report.address?.hasSuffix(":\(set.ports[0])") == true, "\(result)")
      #expect(report.warnings.contains("The server is read-only."), "\(result)")
    }
  }

  @Test func noPrimary() throws {
    let set = try ReplicaSet(second: .secondary)
    let (result, report) = try set.test(hosts: [0, 1])
    #expect(result.exitCode == Cause.notReady.exitCode, "\(result)")
    let notes = try #require(report.diagnosis?.notes)
    for port in set.ports {
      #expect(
        notes.contains { $0.contains("localhost:\(port)") && $0.contains("is a secondary") }, "\(result)")
    }
    let (any, _) = try set.test(hosts: [0, 1], "?readPreference=nearest")
    #expect(any.exitCode == 0, "\(any)")
  }

  @Test func thePrimaryIsGone() throws {
    let set = try ReplicaSet(second: nil)
    let (result, report) = try set.test(hosts: [0], "?replicaSet=rs0")
    #expect(result.exitCode == Cause.refused.exitCode, "\(result)")
    #expect(
      report.diagnosis?.notes.contains { $0.contains("names localhost:\(set.ports[1]) the primary") } == true,
      "\(result)")
  }

  @Test func anotherSet() throws {
    let (result, report) = try ReplicaSet().test(hosts: [0], "?replicaSet=rs9")
    #expect(result.exitCode == Cause.other.exitCode, "\(result)")
    #expect(report.diagnosis?.notes.contains { $0.contains("rs9") } == true, "\(result)")
  }

  /// Members call each other by names that work among them only, as in a container's network.
  @Test func namesThatWorkElsewhere() throws {
    let server = MongoServer.optional.with(\.role, .primary).with(\.name, "db\u{2d}0.invalid.")
    let port = try Lab.start(mongodb: server).port
    let set = "mongodb://tester@localhost:\(port)/"
    func run(_ parameters: String) throws -> ProgramResult {
      try Program.run(
        [set + parameters, "--password", "env:LAB_PASSWORD", "--format", "json", "--timeout", "4"],
        environment: ["LAB_PASSWORD": Account.password])
    }
    let result = try run("?replicaSet=rs0")
    // Without name servers it takes until its share of the time is over.
    #expect(
      [Cause.nameResolutionFailed.exitCode, Cause.timedOut.exitCode].contains(result.exitCode), "\(result)")
    #expect(result.output.contains("directConnection=true"), "\(result)")
    #expect(try run("?directConnection=true").exitCode == 0)
  }

  /// Several faults: the one that came furthest is told, and all are listed.
  @Test func everyMemberIsTold() throws {
    let bad = try Lab.start(mongodb: .with("expired")).port
    let unused = try Lab.unusedPort()
    let (result, report) = try ReplicaSet().test(hosts: [unused, bad], "?replicaSet=rs0", mode: .verifyCA)
    #expect(result.exitCode == Cause.expired.exitCode, "\(result)")
    let causes = report.attempts.compactMap(\.cause)
    #expect(causes.contains("connection-refused") && causes.contains("certificate-expired"), "\(result)")
  }

  /// A member that says nothing takes its share of the time, and no more, wherever it stands in the list.
  @Test(arguments: ["connect", "hello", "tls"], [true, false])
  func aMemberThatStalls(place: String, comesFirst: Bool) async throws {
    let stalling = MongoServer.optional.with(.stall, at: place)
    try await SideBySide.run {
      let port = try Lab.start(mongodb: stalling).port
      let (result, report) = try ReplicaSet().test(
        hosts: comesFirst ? [port, 0, 1] : [0, 1, port], mode: place == "tls" ? .required : .disabled,
        timeout: "6")
      #expect(result.exitCode == 0, "\(result)")
      #expect(report.elapsedMs < 5_000, "\(result)")
      // Once the primary has told who belongs to its set, nobody waits for a server that does not.
      guard comesFirst || place == "tls" else { return }
      #expect(report.warnings.contains { $0.contains("localhost:\(port)") }, "\(result)")
    }
  }
}
