import Foundation
import Lab
import Testing

/// Several hosts, several addresses of one name, one of them dead: which is tried, which wins, and what is told.
@Suite struct PostgreSQLHostsTests {
  static func run(_ arguments: [String], hosts: String? = nil) throws -> (
    result: ProgramResult, report: Report
  ) {
    try SeveralHosts.run("postgres", arguments, hosts: hosts)
  }

  static func causes(_ report: Report) -> [String] { SeveralHosts.causes(report) }

  @Test func theFirstHostRefusesTheSecondTakes() throws {
    let good = try Lab.start(.optional).port
    let closed = try Lab.unusedPort()
    let (result, report) = try Self.run([
      "postgres://127.0.0.1:\(closed),127.0.0.1:\(good)/appdb?sslmode=verify-full"
    ])
    #expect(result.exitCode == 0, "\(result)")
    #expect(report.address == "127.0.0.1:\(good)")
    #expect(
      Self.causes(report) == ["127.0.0.1:\(closed) connection-refused", "127.0.0.1:\(good) connected"],
      "\(result)")
  }

  /// A dead host gets its share of the time, and no more.
  @Test func theFirstHostIsDeadTheSecondTakes() async throws {
    try await SideBySide.run {
      let good = try Lab.start(.optional).port
      let dead = try MisbehavingServer.full(on: "127.0.0.3").port
      let (result, report) = try Self.run([
        "postgres://127.0.0.3:\(dead),127.0.0.1:\(good)/appdb?sslmode=require", "--timeout", "2",
      ])
      #expect(result.exitCode == 0 && report.elapsedMs < 1_500, "\(result)")
      #expect(report.address == "127.0.0.1:\(good)")
      #expect(
        Self.causes(report) == ["127.0.0.3:\(dead) timed-out", "127.0.0.1:\(good) connected"], "\(result)")
    }
  }

  /// What the first host got is told although the second is the one that counts.
  @Test func thePasswordThatTheFirstHostGotIsTold() throws {
    let good = try Lab.start(.optional).port
    let curious = try MisbehavingServer(
      [
        .hearPacket, .send("N"), .close,
      ],
      then: [
        .hearPacket, .send(PostgresMessage.authentication(3)), .hearMessage,
        .send(PostgresMessage.error("57P03", "the database system is starting up")), .close,
      ]
    ).port
    let (result, report) = try Self.run(["postgres://127.0.0.1:\(curious),127.0.0.1:\(good)/appdb"])
    #expect(result.exitCode == 0, "\(result)")
    #expect(report.warnings.contains { $0.contains("in clear text") }, "\(result)")
  }

  /// Preferred failed both ways, and on the second the password went in clear.
  @Test func thePasswordOfAFailedPlainPassIsTold() throws {
    let alert: [UInt8] = [0x15, 3, 3, 0, 2, 2, 70]
    let curious = try MisbehavingServer(
      [
        .hearPacket, .send("S"), .hearHandshake, .send(alert), .close,
      ],
      then: [
        .hearPacket, .send(PostgresMessage.authentication(3)), .hearMessage,
        .send(PostgresMessage.error("28P01", "password authentication failed")), .close,
      ]
    ).port
    let (result, report) = try Self.run(["postgres://127.0.0.1:\(curious)/appdb"])
    #expect(report.diagnosis?.cause == Cause.versionMismatch.rawValue, "\(result)")
    #expect(report.warnings.contains { $0.contains("in clear text") }, "\(result)")
  }

  @Test func theFirstHostStallsTheSecondIsNotReady() async throws {
    try await SideBySide.run {
      let stalls = try MisbehavingServer([.stall], then: [.close]).port
      let script: [Step] = [
        .hearPacket, .send(PostgresMessage.error("57P03", "the database system is starting up")),
      ]
      let starting = try MisbehavingServer(script).port
      let (result, report) = try Self.run([
        "postgres://127.0.0.1:\(stalls),127.0.0.1:\(starting)/appdb?sslmode=disable", "--timeout", "2",
      ])
      #expect(result.exitCode == Cause.notReady.exitCode && report.elapsedMs < 1_500, "\(result)")
      #expect(
        Self.causes(report) == ["127.0.0.1:\(stalls) timed-out", "127.0.0.1:\(starting) server-not-ready"],
        "\(result)")
    }
  }

  /// All hosts are dead: the time is the timeout, however many there are.
  @Test func allHostsAreDead() async throws {
    try await SideBySide.run {
      let dead = try MisbehavingServer.full().port
      let hosts = (1...3).map { _ in "127.0.0.1:\(dead)" }.joined(separator: ",")
      let (result, report) = try Self.run(["postgres://\(hosts)/appdb", "--timeout", "1.5"])
      #expect(result.exitCode == Cause.timedOut.exitCode && abs(report.elapsedMs - 1_500) < 200, "\(result)")
      #expect(report.attempts.count == 3 && report.diagnosis?.stage == "connect", "\(result)")
    }
  }

  /// The certificate has to carry the host's name, and hostaddr is where it is found.
  @Test func hostaddr() throws {
    let good = try Lab.start(.optional).port
    let (result, report) = try Self.run([
      "postgres://elsewhere.example.test:\(good)/appdb?hostaddr=127.0.0.1&sslmode=verify-full"
    ])
    #expect(result.exitCode == Cause.wrongHost.exitCode, "\(result)")
    #expect(report.address == "127.0.0.1:\(good)" && report.tls?.serverName == "elsewhere.example.test")
    let (chain, _) = try Self.run([
      "postgres://elsewhere.example.test:\(good)/appdb?hostaddr=127.0.0.1&sslmode=verify-ca"
    ])
    #expect(chain.exitCode == 0, "\(chain)")
  }

  static let many = "::1 many.test\n127.0.0.1 many.test\n127.0.0.2 many.test\n"

  /// The first address is IPv6 and dead: the next one is tried a quarter of a second later, not at the timeout.
  @Test func ipv6FirstAndDead() async throws {
    try await SideBySide.run {
      let server = PostgresServer(certificate: "good").listening(on: ["127.0.0.1"])
      let good = try Lab.start(server).port
      let dead = try MisbehavingServer.full(on: "::1", port: good)
      let (result, report) = try Self.run(
        ["-h", "many.test", "-p", String(dead.port), "--ssl", "verify-ca", "--timeout", "5"], hosts: Self.many
      )
      #expect(result.exitCode == 0 && report.elapsedMs < 1_000, "\(result)")
      #expect(report.address == "127.0.0.1:\(good)")
      #expect(Self.causes(report).first == "[::1]:\(good) timed-out", "\(result)")
      #expect(Self.causes(report).last == "127.0.0.1:\(good) connected", "\(result)")
    }
  }

  @Test func ipv6FirstAndRefused() throws {
    let server = PostgresServer(certificate: "good").listening(on: ["127.0.0.1"])
    let good = try Lab.start(server.own("IPv4 only")).port
    let (result, report) = try Self.run(
      ["-h", "many.test", "-p", String(good), "--ssl", "required"], hosts: Self.many)
    #expect(result.exitCode == 0, "\(result)")
    #expect(
      Self.causes(report) == ["[::1]:\(good) connection-refused", "127.0.0.1:\(good) connected"], "\(result)")
  }

  /// Nobody listens on any: each address is told.
  @Test func everyAddressRefuses() throws {
    let port = try Lab.unusedPort()
    let (result, report) = try Self.run(["-h", "many.test", "-p", String(port)], hosts: Self.many)
    #expect(result.exitCode == Cause.refused.exitCode, "\(result)")
    #expect(report.attempts.count == 3, "\(result)")
    for address in ["[::1]", "127.0.0.1", "127.0.0.2"] {
      #expect(report.diagnosis?.notes.contains { $0.contains("\(address):\(port)") } == true, "\(result)")
    }
    let (only, sixth) = try Self.run(["-h", "many.test", "-p", String(port), "-6"], hosts: Self.many)
    #expect(
      only.exitCode == Cause.refused.exitCode && sixth.attempts.map(\.address) == ["[::1]:\(port)"], "\(only)"
    )
  }

  @Test func unixSocket() throws {
    let server = try Lab.start(PostgresServer(hba: ["local all all scram-sha-256"]))
    let (result, report) = try Self.run(["-h", server.socketFolder, "-p", String(server.port)])
    let path = "\(server.socketFolder)/.s.PGSQL.\(server.port)"
    #expect(result.exitCode == 0, "\(result)")
    #expect(report.address == path && report.ssl.encrypted == false)
    #expect(Self.causes(report) == ["\(path) connected"], "\(result)")
    let (none, missing) = try Self.run(["-h", server.socketFolder, "-p", "1"])
    #expect(none.exitCode == Cause.refused.exitCode, "\(none)")
    #expect(missing.attempts.first?.address == "\(server.socketFolder)/.s.PGSQL.1", "\(none)")
  }
}

extension PostgresServer {
  fileprivate func listening(on addresses: [String]) -> PostgresServer {
    var server = self
    server.listen = addresses
    return server
  }
}
