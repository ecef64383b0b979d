import Foundation
import Lab
import Testing

/// Several endpoints, and members that come and go.
@Suite struct EtcdClusterTests {
  private func run(_ url: String, _ options: String...) throws -> (result: ProgramResult, report: Report) {
    let result = try Program.run([url, "--format", "json"] + options)
    #expect(try SchemaValidator.faults(in: result.output) == [], "\(result)")
    return (result, try #require(Report(result.output), "\(result)"))
  }

  /// Members that are down, lost or not ready are passed over.
  @Test func severalEndpoints() throws {
    let (unused, closing) = try (Lab.unusedPort(), FakeServer(then: .close))
    let leaderless = try Lab.start(etcd: .cluster(stopped: 2))
    let learner = try Lab.start(etcd: .learner).port
    let port = try Lab.start(etcd: .plain.open).port
    let hosts = [unused, closing.port, leaderless.ports[2], leaderless.port, learner, port]
    let url = "http://" + hosts.map { "127.0.0.1:\($0)" }.joined(separator: ",http://")
    let (result, report) = try run(url, "--engine", "etcd")
    #expect(result.exitCode == 0 && report.address == "127.0.0.1:\(port)", "\(result)")
    let causes = report.attempts.map(\.cause)
    #expect(
      causes == [
        "connection-refused", "connection-lost", "connection-refused", "server-not-ready", "server-not-ready",
        nil,
      ], "\(result)")
  }

  /// So are a balancer without members, and a member that ends in order.
  @Test func endpointsBehindOthers() throws {
    let none = HTTP2Message.frame(1, 5, stream: 1, HTTP2Message.header(":status", "503"))
    let end = HTTP2Message.frame(7, 0, [0, 0, 0, 0, 0, 0, 0, 0])
    let fakes = try [none, end].map {
      try MisbehavingServer([.hearHTTP2, .send(HTTP2Message.settings + $0), .stall])
    }
    let port = try Lab.start(etcd: .plain.open).port
    let hosts = (fakes.map(\.port) + [port]).map { "127.0.0.1:\($0)" }
    let (result, report) = try run("etcd://" + hosts.joined(separator: "/,etcd://"))
    #expect(result.exitCode == 0 && report.address == "127.0.0.1:\(port)", "\(result)")
    #expect(report.attempts.map(\.cause) == ["server-not-ready", "connection-lost", nil], "\(result)")
  }

  @Test func endpointsOfTheEnvironment() throws {
    let unused = try Lab.unusedPort()
    let port = try Lab.start(etcd: .good).port
    let result = try Program.run(
      ["--engine", "etcd", "--format", "json", "--ssl", "verify-identity"],
      environment: [
        "ETCDCTL_ENDPOINTS": "https://localhost:\(unused),https://localhost:\(port)",
        "ETCDCTL_USER": "\(EtcdAccount.user):\(Account.password)", "ETCDCTL_CACERT": Lab.pki + "/ca.pem",
      ])
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == 0 && report.ssl.verified == "identity", "\(result)")
    #expect(!result.output.contains(Account.password), "\(result)")
    let implied = try Program.run(
      ["--engine", "etcd", "--format", "json"],
      environment: [
        "ETCDCTL_ENDPOINTS": "https://localhost:\(port)", "ETCDCTL_USER": EtcdAccount.user,
        "ETCDCTL_PASSWORD": Account.password,
      ])
    let impliedReport = try #require(Report(implied.output), "\(implied)")
    #expect(implied.exitCode == 0 && impliedReport.ssl.requested == "required", "\(implied)")
    #expect(impliedReport.warnings.contains { $0.contains("https:// turns TLS on") }, "\(implied)")
  }

  /// etcdctl's variables for a client certificate.
  @Test func certificateOfTheEnvironment() throws {
    let port = try Lab.start(etcd: .mutual).port
    let pki = try Lab.pki
    let result = try Program.run(
      ["etcds://localhost:\(port)", "--ssl", "verify-identity"],
      environment: [
        "ETCDCTL_CACERT": pki + "/ca.pem", "ETCDCTL_CERT": pki + "/client.crt",
        "ETCDCTL_KEY": pki + "/client.key",
      ])
    #expect(result.exitCode == 0, "\(result)")
  }

  /// A wrong password is wrong at every member.
  @Test func theFirstAnswerCounts() throws {
    let (first, second) = try (Lab.start(etcd: .plain).port, Lab.start(etcd: .plain.open).port)
    let (result, report) = try run("etcd://x:y@127.0.0.1:\(first),127.0.0.1:\(second)")
    #expect(result.exitCode == Cause.authentication.exitCode && report.attempts.count == 1, "\(result)")
  }

  /// A member that waits for its cluster says nothing, and the report says what that may be.
  @Test(arguments: [Mode.disabled, .required]) func aMemberThatWaits(mode: Mode) async throws {
    try await SideBySide.run {
      let port = try Lab.start(etcd: .alone).port
      let (result, report) = try run("etcd://127.0.0.1:\(port)", "--timeout", "1", "--ssl", mode.rawValue)
      #expect(result.exitCode == Cause.timedOut.exitCode, "\(result)")
      #expect(report.diagnosis?.notes.contains { $0.contains("waits for the rest") } == true, "\(result)")
    }
  }

  /// The member that was stopped comes back while the program waits.
  @Test func waitingForALeader() async throws {
    try await SideBySide.run {
      let server = EtcdServer.cluster(stopped: 2).with(\.arguments, ["--max-txn-ops", "127"])
      let running = try Lab.start(etcd: server)
      let waiting = try Program.start(
        ["etcd://127.0.0.1:\(running.port)", "--format", "json", "--wait", "30"], timeout: 60)
      usleep(1_000_000)
      try Lab.restartMember(of: running)
      let result = waiting.wait()
      let report = try #require(Report(result.output), "\(result)")
      // On a busy machine the program begins later than its starter waits.
      #expect(result.exitCode == 0 && (report.tries ?? 0) >= 2, "\(result)")
      #expect(report.elapsedMs < 25_000, "\(result)")
    }
  }

  @Test func waitingInVain() async throws {
    try await SideBySide.run {
      let port = try Lab.start(etcd: .cluster(stopped: 2)).port
      let arguments = ["etcd://127.0.0.1:\(port)", "--format", "json", "--wait", "1.5"]
      let result = try SideBySide.runInTime(arguments, environment: [:])
      let report = try #require(Report(result.output), "\(result)")
      #expect(result.exitCode == Cause.notReady.exitCode && (report.tries ?? 0) >= 3, "\(result)")
      #expect((1_200...1_750).contains(report.elapsedMs), "\(result)")
    }
  }

  /// The members' own port speaks etcd's protocol too, and is the wrong one.
  @Test func peerPort() throws {
    let server = EtcdServer.plain.open.with(\.isPeer, true)
    let running = try Lab.start(etcd: server)
    let (result, report) = try run("etcd://127.0.0.1:\(running.port)")
    #expect(result.exitCode == 0, "\(result)")
    #expect(
      report.warnings.contains {
        $0.contains("members of the cluster talk to each other")
          && $0.contains("http://127.0.0.1:\(running.ports[0])")
      }, "\(result)")
    let client = try run("etcd://127.0.0.1:\(running.ports[0])").report
    #expect(!client.warnings.contains { $0.contains("each other") })
  }
}
