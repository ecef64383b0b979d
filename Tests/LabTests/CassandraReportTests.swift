import Foundation
import Lab
import Testing

/// Who answers, contact points, URLs and round trips.
@Suite struct CassandraReportTests {
  static let login = ["-U", Account.user, "--password", "env:LAB_PASSWORD", "--format", "json"]

  private func run(_ arguments: [String]) throws -> (result: ProgramResult, report: Report) {
    let result = try Program.run(arguments + Self.login, environment: ["LAB_PASSWORD": Account.password])
    return (result, try #require(Report(result.output), "\(result)"))
  }

  private func server(
    _ change: (inout CassandraServer) -> Void
  ) throws -> Report.Server? {
    var server = CassandraServer.plain
    change(&server)
    return try run(["cassandra://127.0.0.1:\(Lab.start(cassandra: server).port)"]).report.server
  }

  @Test func products() throws {
    let cassandra = try server { $0.clusterName = "Weather" }
    #expect(cassandra?.product == "Cassandra" && cassandra?.version == "4.1.3")
    #expect(cassandra?.details == ["cluster Weather", "data center dc1"])
    let scylla = try server {
      $0.options = ["SCYLLA_SHARD": ["0"], "SCYLLA_NR_SHARDS": ["2"]]
      $0.releaseVersion = "3.0.8"
      $0.scyllaVersion = "6.2.0"
    }
    #expect(scylla?.product == "ScyllaDB" && scylla?.version == "6.2.0")
    #expect(scylla?.details?.contains("as Cassandra 3.0.8") == true)
    let older = try server { $0.options = ["SCYLLA_SHARD": ["0"]] }
    #expect(older?.product == "ScyllaDB" && older?.version == "4.1.3")
    let dse = try server {
      $0.otherVersions = ["65/dse-v1", "66/dse-v2"]
      $0.dseVersion = "6.8.16"
    }
    #expect(dse?.product == "DataStax Enterprise" && dse?.version == "6.8.16")
    let keyspaces = try server {
      $0.authenticator = "com.amazon.helenus.auth.HelenusAuthenticator"
      $0.clusterName = "Amazon Keyspaces"
    }
    #expect(keyspaces?.product == "Amazon Keyspaces")
    let astra = try server { $0.clusterName = "cndb" }
    #expect(astra?.product == "DataStax Astra")
  }

  @Test("A server that does not say its version")
  func nullVersion() throws {
    let server = CassandraServer.plain.with(\.releaseVersion, nil)
    let port = try Lab.start(cassandra: server).port
    let (result, report) = try run(["cassandra://127.0.0.1:\(port)"])
    #expect(report.server?.product == "Cassandra" && report.server?.version == "", "\(result)")
    let text = try Program.run([
      "cassandra://127.0.0.1:\(port)", "-U", "tester", "--password", "pass:s3cret-Pa55",
    ])
    #expect(text.output.contains(" Cassandra (cluster Test Cluster, data center dc1)\n"), "\(text)")
  }

  @Test("What a server may put into the report has bounds")
  func bounds() throws {
    var server = CassandraServer.plain
    server.clusterName = String(repeating: "C", count: 60_000)
    server.releaseVersion = String(repeating: "4", count: 60_000)
    server.warnings = (0..<2_000).map { "warning \($0)" }
    let (result, report) = try run(["cassandra://127.0.0.1:\(Lab.start(cassandra: server).port)"])
    #expect(
      report.server?.version.count == 1_001 && report.server?.details?.first?.count == 1_001, "\(report)")
    #expect(report.warnings.filter { $0.contains("warning 1") }.count == 11, "\(report.warnings)")
    #expect(report.warnings.contains { $0.contains("1980 further warnings") }, "\(report.warnings)")
    #expect(result.output.utf8.count < 8_000)
  }

  @Test func textReport() throws {
    let port = try Lab.start(cassandra: .plain).port
    let result = try Program.run([
      "scylla://127.0.0.1:\(port)", "-U", "tester", "--password", "pass:s3cret-Pa55",
    ])
    #expect(result.output.contains("Cassandra 4.1.3 (cluster Test Cluster, data center dc1)"), "\(result)")
  }

  @Test("Warnings of the server's are told")
  func warnings() throws {
    let server = CassandraServer.plain.with(\.warnings, ["Aggregation query used without partition key"])
    let report = try run(["cassandra://127.0.0.1:\(Lab.start(cassandra: server).port)"]).report
    #expect(report.warnings.contains { $0.contains("Aggregation query") })
    #expect(report.warnings.contains { $0.contains("clear text") })
  }

  // MARK: Contact points

  @Test("The next contact point has its turn where one is not there, or cannot serve")
  func contactPoints() throws {
    let good = try Lab.start(cassandra: .plain).port
    let unused = try Lab.unusedPort()
    let closing = try FakeServer(then: .close)
    let joining = CassandraServer(errors: [.startup: .init(0x1002, "bootstrapping")])
    let busy = CassandraServer(errors: [.options: .init(0x1001, "overloaded")])
    let (result, report) = try run([
      "cassandra://127.0.0.1:\(unused),127.0.0.1:\(closing.port),127.0.0.1:\(Lab.start(cassandra: joining).port),127.0.0.1:\(Lab.start(cassandra: busy).port),127.0.0.1:\(good)/appdb"
    ])
    #expect(result.exitCode == 0 && report.port == good, "\(result)")
    #expect(
      report.attempts.map(\.cause) == [
        "connection-refused", "connection-lost", "server-not-ready", "server-not-ready", nil,
      ], "\(result)")
  }

  /// What one server speaks says nothing of the next.
  @Test func eachContactPointBeginsAnew() throws {
    var old = CassandraServer(errors: [.startup: .init(0x1002, "bootstrapping")])
    old.versions = [3]
    old.otherVersions = []
    var newer = CassandraServer.plain
    newer.versions = [4]
    newer.otherVersions = []
    let good = try RunningCassandra(newer)
    let (result, report) = try run([
      "cassandra://127.0.0.1:\(Lab.start(cassandra: old).port),127.0.0.1:\(good.port)/appdb"
    ])
    #expect(result.exitCode == 0 && report.port == good.port, "\(result)")
    #expect(report.attempts.count == 3, "\(result)")
    #expect(try good.received().map(\.version) == [4])
  }

  /// Messages that nobody asked for, small ones and large ones, for as long as the client listens.
  static let floods: [(body: Int, cause: String)] = [(8, "wrong-protocol"), (500_000, "timed-out")]

  @Test("The next contact point has its turn where one sends without end", arguments: floods)
  func floodedContactPoint(flood: (body: Int, cause: String)) throws {
    let event = CQLMessage.frame(0x0C, Array(repeating: 0, count: flood.body), stream: 0xffff)
    let flooder = try MisbehavingServer([.hearCQL, .send(event, times: 10_000_000)])
    let good = try Lab.start(cassandra: .plain).port
    let (result, report) = try run([
      "cassandra://127.0.0.1:\(flooder.port),127.0.0.1:\(good)/appdb", "--timeout", "4",
    ])
    #expect(result.exitCode == 0 && report.port == good, "\(result)")
    #expect(report.attempts.map(\.cause) == [flood.cause, nil], "\(result)")
  }

  @Test("No other contact point after a login that was refused, or a certificate that does not do")
  func theFirstAnswerCounts() throws {
    let good = try RunningCassandra(.optional)
    let wrong = CassandraServer(errors: [
      .auth: .init(0x100, "Provided username tester and/or password are incorrect")
    ])
    let (refused, _) = try run([
      "cassandra://127.0.0.1:\(Lab.start(cassandra: wrong).port),127.0.0.1:\(good.port)"
    ])
    #expect(refused.exitCode == Cause.authentication.exitCode, "\(refused)")
    let (untrusted, _) = try run([
      "cassandra://localhost:\(Lab.start(cassandra: .with("unknown-ca")).port),localhost:\(good.port)",
      "--ssl", "verify-ca",
      "--ssl-ca", Lab.pki + "/ca.pem",
    ])
    #expect(untrusted.exitCode == Cause.untrusted.exitCode, "\(untrusted)")
    #expect(try good.received().isEmpty)
  }

  @Test("A list on which nobody serves ends with the last one's failure")
  func nobody() throws {
    let unused = try Lab.unusedPort()
    let joining = CassandraServer(errors: [.startup: .init(0x1002, "bootstrapping")])
    let (result, report) = try run([
      "cassandra://127.0.0.1:\(Lab.start(cassandra: joining).port),127.0.0.1:\(unused)"
    ])
    #expect(result.exitCode == Cause.refused.exitCode && report.attempts.count == 2, "\(result)")
  }

  /// Another version of the protocol is one connection more to the same host.
  @Test func attempts() throws {
    let server = CassandraServer.plain.with(\.versions, [5])
    let (result, report) = try run(["cassandra://127.0.0.1:\(Lab.start(cassandra: server).port)/appdb"])
    #expect(result.exitCode == 0 && report.attempts.count == 2, "\(result)")
    #expect(report.stages.map(\.name) == ["connect", "auth", "query"])
  }

  // MARK: What is sent

  @Test("The keyspace of a URL is taken as it is written, and percent-decoded")
  func keyspaces() throws {
    for (path, query) in [
      ("CamelCase", "USE \"CamelCase\""),
      ("with%20%22quotes%22%3B%20and%20more", "USE \"with \"\"quotes\"\"; and more\""),
    ] {
      let server = try RunningCassandra(.plain)
      let (result, _) = try run(["cql://127.0.0.1:\(server.port)/\(path)"])
      #expect(result.exitCode == 0, "\(result)")
      #expect(try server.received().first?.queries.last == query)
    }
  }

  @Test("The keyspace as a parameter")
  func keyspaceParameter() throws {
    let server = try RunningCassandra(.plain)
    let (result, report) = try run(["cassandra://127.0.0.1:\(server.port)?keyspace=CamelCase"])
    #expect(result.exitCode == 0 && !report.warnings.contains { $0.contains("keyspace") }, "\(result)")
    #expect(try server.received().first?.queries.last == "USE \"CamelCase\"")
  }

  @Test func unixSockets() throws {
    for arguments in [["--engine", "cassandra", "-h", "/tmp/cql.sock"], ["cassandra://%2Ftmp%2Fcql.sock"]] {
      for mode in [[], ["--ssl", "required"]] {
        let result = try Program.run(arguments + mode)
        #expect(result.exitCode == 64 && result.output.isEmpty, "\(result)")
        #expect(
          result.errors.contains("is a Unix socket, and Cassandra is tested over TCP only"), "\(result)")
      }
    }
  }

  @Test("One connection, the name for SNI, no compression")
  func theServersSide() throws {
    let server = try RunningCassandra(.mutual)
    let pki = try Lab.pki
    let (result, _) = try run([
      "cassandra://localhost:\(server.port)/appdb", "--ssl", "verify-identity", "--ssl-ca", pki + "/ca.pem",
      "--ssl-cert",
      pki + "/client.crt", "--ssl-key", pki + "/client.key",
    ])
    #expect(result.exitCode == 0, "\(result)")
    let heard = try server.received()
    #expect(heard.count == 1 && heard[0].serverName == "localhost" && heard[0].clientCertificate)
    #expect(heard[0].startup == ["CQL_VERSION": "3.0.0", "DRIVER_NAME": "tablepro-connect"])
    #expect(heard[0].queries.count == 2)
  }

  /// Connect, the handshake, OPTIONS, STARTUP, the login, system.local, the keyspace.
  @Test func roundTrips() async throws {
    try await RoundTrips.expect([7], CassandraServer.encrypted, ["--ssl", "verify-identity"])
    try await RoundTrips.expect([5], CassandraServer.encrypted, ["--ssl", "required", "--until", "auth"])
    try await RoundTrips.expect([2], CassandraServer.encrypted, ["--ssl", "required", "--until", "tls"])
    try await RoundTrips.expect([6], CassandraServer.plain, ["--ssl", "disabled"])
  }
}
