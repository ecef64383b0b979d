import Foundation
import Lab
import Testing

/// What kind of TLS the server has × five modes.
@Suite struct RedisServerTests {
  static let ca = "--ssl-ca {pki}/ca.pem "
  static let lacksTLS = Ending.fails(.lacksTLS, advising: .disabled)
  static let requiresTLS = RedisServer.inPlain
  static let mismatch = Ending.fails(.versionMismatch)

  static func tls(_ title: String, _ server: RedisServer, _ options: String = "") -> Situation {
    Situation(
      title, redis: server, ca + options, requiresTLS, .encrypted, .encrypted, .chain, .identity)
  }

  static func refused(_ title: String, _ server: RedisServer, _ options: String = "") -> Situation {
    Situation(title, redis: server, ca + options, requiresTLS, mismatch, mismatch, mismatch, mismatch)
  }

  static let situations = [
    Situation(
      "no TLS", redis: .plain, ca + "--timeout 2", .plain, lacksTLS, lacksTLS, lacksTLS, lacksTLS),
    tls("TLS", .good),
    tls("TLS, by the IPv4 address", .good).with(\.host, "127.0.0.1"),
    tls("TLS, by the IPv6 address", .good).with(\.host, "::1"),
    tls("TLS 1.2 only", .tls12),
    tls("TLS 1.3 only", .tls13),
    tls("TLS 1.3 wanted, and there", .tls13, "--tls-min 1.3"),
    refused("TLS 1.3 wanted, and not there", .tls12, "--tls-min 1.3"),
    refused("TLS 1.1 only", .tls11),
    tls("TLS 1.1 only, allowed", .tls11, "--tls-min 1.1"),
  ]
  @Test(arguments: Row.all(situations)) func server(_ row: Row) throws { try row.judge() }

  private func run(
    _ server: RedisServer, _ mode: Mode, _ options: [String], timeout: String = "5"
  ) throws -> ProgramResult {
    try Program.run(
      [
        "--engine", "redis", "-h", "localhost", "-p", String(Lab.start(redis: server).port), "--ssl",
        mode.rawValue,
      ]
        + ["--ssl-ca", Lab.pki + "/ca.pem", "--format", "json", "--timeout", timeout] + options)
  }

  /// There the same is found out without credentials.
  @Test(
    arguments: [
      (RedisServer.good, Cause?.none), (.plain, .lacksTLS), (.tls11, .versionMismatch),
      (.mutual, .clientCertificateRequired), (.mutual12, .clientCertificateRequired),
      (.with("expired"), .expired), (.with("unknown-ca"), .untrusted), (.with("wrong-name"), .wrongHost),
    ])
  func untilTLS(server: RedisServer, cause: Cause?) throws {
    let result = try run(server, .verifyIdentity, ["--until", "tls"], timeout: "2")
    #expect(result.exitCode == cause?.exitCode ?? 0, "\(result)")
    let report = try #require(Report(result.output))
    #expect(report.diagnosis?.cause == cause?.rawValue, "\(result)")
    #expect(report.diagnosis?.stage ?? "tls" == "tls", "\(result)")
  }

  @Test func untilTLSWithACertificate() throws {
    let pair = try ["--ssl-cert", Lab.pki + "/client.crt", "--ssl-key", Lab.pki + "/client.key"]
    for server in [RedisServer.mutual, .mutual12] {
      let result = try run(server, .verifyIdentity, ["--until", "tls"] + pair)
      #expect(result.exitCode == 0, "\(result)")
    }
  }

  /// Where no question is put, silence stays silence.
  @Test func waitingAsksNothing() throws {
    let result = try run(.plain, .required, ["--wait", "1"], timeout: "0.5")
    #expect(result.exitCode == Cause.timedOut.exitCode, "\(result)")
  }

  /// Preferred is Required here, and says so.
  @Test func preferredIsRequired() throws {
    let result = try run(.good.open, .preferred, [])
    #expect(result.exitCode == 0, "\(result)")
    let warnings = try #require(Report(result.output)).warnings
    #expect(
      warnings.contains { $0.contains("no TLS fallback: Preferred behaves the same as Required") },
      "\(result)")
  }

  @Test(arguments: [Mode.disabled, .preferred, .required]) func unixSocket(mode: Mode) throws {
    let socket = try Lab.start(redis: .good).socket
    let result = try Program.run(
      ["--engine", "redis", "-h", socket, "-U", Account.user, "--password", "env:LAB_PASSWORD", "-d", "1"]
        + ["--ssl", mode.rawValue, "--format", "json"], environment: ["LAB_PASSWORD": Account.password])
    guard mode != .required else {
      #expect(result.exitCode == 64 && result.errors.contains("Unix socket"), "\(result)")
      return
    }
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == 0 && report.ssl.encrypted == false && report.address == socket, "\(result)")
    #expect(!report.warnings.contains { $0.contains("clear text") }, "\(result)")
  }

  @Test func noUnixSocket() throws {
    let path = "/nonexistent/" + String(repeating: "x", count: 20)
    let result = try Program.run(["--engine", "redis", "-h", path, "--format", "json"])
    #expect(result.exitCode == Cause.refused.exitCode, "\(result)")
    #expect(Report(result.output)?.diagnosis?.stage == "connect", "\(result)")
    let tooLong = try Program.run(["--engine", "redis", "-h", "/" + String(repeating: "x", count: 200)])
    #expect(tooLong.exitCode == 64 && tooLong.errors.contains("has at most"), "\(tooLong)")
  }

  /// Its path says it all.
  @Test func portOfAUnixSocket() throws {
    let socket = try Lab.start(redis: .plain.open).socket
    let result = try Program.run(["--engine", "redis", "-h", socket, "-p", "7", "--format", "json"])
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == 0, "\(result)")
    #expect(report.warnings.contains { $0.contains("not used on a Unix socket") }, "\(result)")
  }

  /// The next host has its turn where nobody listens, and where the connection is lost.
  @Test func severalHosts() throws {
    let (unused, closing) = try (Lab.unusedPort(), FakeServer(then: .close))
    let port = try Lab.start(redis: .plain.open).port
    let result = try Program.run([
      "redis://127.0.0.1:\(unused),127.0.0.1:\(closing.port),localhost:\(port)/2", "--format", "json",
    ])
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == 0 && report.address?.hasSuffix(":\(port)") == true, "\(result)")
  }
}
