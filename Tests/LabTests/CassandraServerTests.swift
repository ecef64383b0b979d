import Foundation
import Lab
import Testing

/// What kind of TLS the server has, and which version of the protocol it speaks × five modes.
@Suite struct CassandraServerTests {
  static let ca = "--ssl-ca {pki}/ca.pem "
  static let lacksTLS = Ending.fails(.lacksTLS, advising: .disabled)
  static let requiresTLS = CassandraServer.inPlain
  static let mismatch = Ending.fails(.versionMismatch)

  static func tls(
    _ title: String, _ server: CassandraServer, _ options: String = "", inPlain: Ending = requiresTLS
  ) -> Situation {
    Situation(
      title, cassandra: server, ca + options, inPlain, .encrypted, .encrypted, .chain, .identity)
  }

  static func refused(_ title: String, _ server: CassandraServer, _ options: String = "") -> Situation {
    Situation(title, cassandra: server, ca + options, requiresTLS, mismatch, mismatch, mismatch, mismatch)
  }

  static func plain(_ title: String, _ server: CassandraServer) -> Situation {
    Situation(title, cassandra: server, ca, .plain, lacksTLS, lacksTLS, lacksTLS, lacksTLS)
  }

  static func limited(_ minimum: String, _ maximum: String) -> CassandraServer {
    CassandraServer.encrypted.with(\.minimumTLS, minimum).with(\.maximumTLS, maximum)
  }

  static let situations = [
    plain("no TLS", .plain),
    plain(
      "no TLS, older words",
      .plain.with(\.versions, [3, 4]).with(\.otherVersions, []).with(
        \.refusal,
        "Invalid or unsupported protocol version ({asked}); the lowest supported version is 3 and the greatest is 4"
      )),
    tls("TLS", .encrypted),
    tls("TLS, silent to others", .encrypted.with(\.silent, true)),
    tls("TLS, breaks off others", .encrypted.with(\.silent, true).with(\.breaksOff, true)),
    tls("TLS and plain text", .optional, inPlain: .plain),
    tls("TLS, by the IPv4 address", .encrypted).with(\.host, "127.0.0.1"),
    tls("TLS, by the IPv6 address", .encrypted).with(\.host, "::1"),
    tls("TLS 1.2 only", limited("1.2", "1.2")),
    tls("TLS 1.3 only", limited("1.3", "1.3")),
    tls("TLS 1.3 wanted, and there", limited("1.3", "1.3"), "--tls-min 1.3"),
    refused("TLS 1.3 wanted, and not there", limited("1.2", "1.2"), "--tls-min 1.3"),
    refused("TLS 1.1 only", limited("1.1", "1.1")),
    tls("TLS 1.1 only, allowed", limited("1.1", "1.1"), "--tls-min 1.1"),
  ]
  @Test(arguments: Row.all(situations)) func server(_ row: Row) throws { try row.judge() }

  static let versions = [
    tls("v3 only", CassandraServer.encrypted.with(\.versions, [3])),
    tls("v5 only", CassandraServer.encrypted.with(\.versions, [5])),
    tls(
      "v3, and newer ones in beta",
      CassandraServer.encrypted.with(\.versions, [3]).with(\.otherVersions, ["4/v4-beta", "5/v5-beta"])),
    tls(
      "v3, in the words of Cassandra 2.1",
      CassandraServer.encrypted.with(\.versions, [3]).with(
        \.refusal, "Invalid or unsupported protocol version: {asked}")),
    Situation(
      "none in common", cassandra: CassandraServer.encrypted.with(\.versions, [6]), ca, requiresTLS,
      Ending.encrypted.thenFails(.other), Ending.encrypted.thenFails(.other), Ending.chain.thenFails(.other),
      Ending.identity.thenFails(.other)),
  ]
  @Test(arguments: Row.all(versions)) func version(_ row: Row) throws { try row.judge() }

  private func run(_ server: CassandraServer, _ mode: Mode, _ options: [String]) throws -> ProgramResult {
    try Program.run(
      [
        "--engine", "scylla", "-h", "localhost", "-p", String(Lab.start(cassandra: server).port), "--ssl",
        mode.rawValue,
      ]
        + ["--ssl-ca", Lab.pki + "/ca.pem", "--format", "json"] + options)
  }

  /// There the same is found out without credentials.
  @Test(
    arguments: [
      (CassandraServer.encrypted, Cause?.none), (.plain, .lacksTLS),
      (limited("1.1", "1.1"), .versionMismatch),
      (.mutual, .clientCertificateRequired), (.mutual.with(\.maximumTLS, "1.2"), .clientCertificateRequired),
      (.with("expired"), .expired), (.with("unknown-ca"), .untrusted), (.with("wrong-name"), .wrongHost),
    ])
  func untilTLS(server: CassandraServer, cause: Cause?) throws {
    let result = try run(server, .verifyIdentity, ["--until", "tls"])
    #expect(result.exitCode == cause?.exitCode ?? 0, "\(result)")
    let report = try #require(Report(result.output))
    #expect(report.diagnosis?.cause == cause?.rawValue, "\(result)")
    #expect(report.diagnosis?.stage ?? "tls" == "tls", "\(result)")
  }

  @Test func untilAuth() throws {
    let server = try RunningCassandra(.plain)
    let result = try Program.run(
      [
        "cassandra://\(Account.user)@127.0.0.1:\(server.port)/nosuch", "--password", "env:LAB_PASSWORD",
        "--until", "auth", "--format", "json",
      ],
      environment: ["LAB_PASSWORD": Account.password])
    #expect(
      result.exitCode == 0 && Report(result.output)?.stages.map(\.name) == ["connect", "auth"], "\(result)")
    #expect(try server.received().flatMap(\.queries).isEmpty)
  }

  /// Where no question is put, the answer to the ClientHello is proof enough.
  @Test func waitingAsksNothing() throws {
    let server = try RunningCassandra(.plain)
    let result = try Program.run(
      ["cassandra://127.0.0.1:\(server.port)", "--ssl", "required", "--wait", "1", "--format", "json"])
    #expect(result.exitCode == Cause.lacksTLS.exitCode, "\(result)")
    #expect(try server.received().count == 1)
  }

  /// Preferred is Required here, and says so once.
  @Test func preferredIsRequired() throws {
    let result = try run(.encrypted, .preferred, ["--until", "tls"])
    let warnings = try #require(Report(result.output)).warnings
    #expect(result.exitCode == 0 && warnings.filter { $0.contains("Preferred") }.count == 1, "\(result)")
    #expect(
      warnings.contains(
        "The driver for Cassandra has no TLS fallback: Preferred behaves the same as Required."),
      "\(result)")
  }
}
