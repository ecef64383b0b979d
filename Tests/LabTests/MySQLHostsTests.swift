import Foundation
import Lab
import Testing

/// Several hosts of MariaDB's, some of them dead: which is tried, which wins, and what is told.
@Suite struct MySQLHostsTests {
  static func run(_ arguments: [String], hosts: String? = nil) throws -> (
    result: ProgramResult, report: Report
  ) {
    try SeveralHosts.run("mysql", arguments, hosts: hosts)
  }

  @Test(arguments: ["mysql", "mariadb"]) func theFirstHostRefusesTheSecondTakes(scheme: String) throws {
    let good = try Lab.start(mariadb: .optional).port
    let closed = try Lab.unusedPort()
    let (result, report) = try SeveralHosts.run(
      scheme, ["\(scheme)://127.0.0.1:\(closed),127.0.0.1:\(good)/appdb?ssl-mode=VERIFY_IDENTITY"])
    #expect(result.exitCode == 0 && report.ssl.verified == "identity", "\(result)")
    #expect(report.address == "127.0.0.1:\(good)")
    #expect(
      SeveralHosts.causes(report) == [
        "127.0.0.1:\(closed) connection-refused", "127.0.0.1:\(good) connected",
      ], "\(result)")
  }

  /// A dead host gets its share of the time, and no more.
  @Test func theFirstHostIsDeadTheSecondTakes() async throws {
    try await SideBySide.run {
      let good = try Lab.start(mariadb: .optional).port
      let dead = try MisbehavingServer.full(on: "127.0.0.3").port
      let (result, report) = try Self.run([
        "mysql://127.0.0.3:\(dead),127.0.0.1:\(good)/appdb?ssl-mode=REQUIRED", "--timeout", "4",
      ])
      #expect(result.exitCode == 0 && report.elapsedMs < 3_500, "\(result)")
      #expect(report.address == "127.0.0.1:\(good)")
      #expect(
        SeveralHosts.causes(report) == ["127.0.0.3:\(dead) timed-out", "127.0.0.1:\(good) connected"],
        "\(result)")
    }
  }

  /// Each address is one attempt, in the order of the list.
  @Test func aListInTheOption() throws {
    let good = try Lab.start(mariadb: .optional).port
    let (result, report) = try Self.run([
      "-h", "127.0.0.9,127.0.0.1", "-p", String(good), "--ssl", "required",
    ])
    #expect(result.exitCode == 0, "\(result)")
    #expect(
      SeveralHosts.causes(report) == [
        "127.0.0.9:\(good) connection-refused", "127.0.0.1:\(good) connected",
      ], "\(result)")
  }

  /// A server that refuses the login has decided: no other host gets the password.
  @Test func aRefusedLoginIsNotTriedElsewhere() throws {
    let first = try Lab.start(mariadb: .optional).port
    let second = try Lab.start(mariadb: .mutual).port
    let hosts = "mysql://127.0.0.1:\(first),127.0.0.1:\(second)/appdb?ssl-mode=REQUIRED"
    let (result, report) = try SeveralHosts.run("mysql", [hosts], user: MySQLAccount.locked)
    #expect(result.exitCode == Cause.accessDenied.exitCode, "\(result)")
    #expect(report.attempts.map(\.address) == ["127.0.0.1:\(first)"], "\(result)")
  }

  /// A certificate that is refused is not got around by another host.
  @Test func aRefusedCertificateIsNotGotAround() throws {
    let first = try Lab.start(mariadb: .with("self-signed")).port
    let second = try Lab.start(mariadb: .optional).port
    let (result, report) = try Self.run([
      "mysql://127.0.0.1:\(first),127.0.0.1:\(second)/appdb?ssl-mode=VERIFY_CA"
    ])
    #expect(result.exitCode == Cause.untrusted.exitCode, "\(result)")
    #expect(report.attempts.map(\.address) == ["127.0.0.1:\(first)"], "\(result)")
  }

  static let many = "::1 many.test\n127.0.0.1 many.test\n127.0.0.2 many.test\n"

  @Test func ipv6FirstAndRefused() throws {
    var server = MariaDBServer.optional.own("IPv4 only")
    server.listen = ["127.0.0.1"]
    let good = try Lab.start(mariadb: server).port
    let (result, report) = try Self.run(
      ["-h", "many.test", "-p", String(good), "--ssl", "required"], hosts: Self.many)
    #expect(result.exitCode == 0, "\(result)")
    #expect(
      SeveralHosts.causes(report) == ["[::1]:\(good) connection-refused", "127.0.0.1:\(good) connected"],
      "\(result)")
  }

  /// Nobody listens on any: each address is told.
  @Test func everyAddressRefuses() throws {
    let port = try Lab.unusedPort()
    let (result, report) = try Self.run(["-h", "many.test", "-p", String(port)], hosts: Self.many)
    #expect(result.exitCode == Cause.refused.exitCode && report.attempts.count == 3, "\(result)")
    for address in ["[::1]", "127.0.0.1", "127.0.0.2"] {
      #expect(report.diagnosis?.notes.contains { $0.contains("\(address):\(port)") } == true, "\(result)")
    }
  }
}
