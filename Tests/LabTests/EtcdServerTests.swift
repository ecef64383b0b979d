import Lab
import Testing

/// What kind of TLS the server has × five modes.
@Suite struct EtcdServerTests {
  static let ca = "--ssl-ca {pki}/ca.pem "
  static let lacksTLS = Ending.fails(.lacksTLS, advising: .disabled)
  static let requiresTLS = EtcdServer.inPlain
  static let mismatch = Ending.fails(.versionMismatch)

  static func tls(_ title: String, _ server: EtcdServer, _ options: String = "") -> Situation {
    Situation(title, etcd: server, ca + options, requiresTLS, .encrypted, .encrypted, .chain, .identity)
  }

  static func refused(_ title: String, _ server: EtcdServer, _ options: String = "") -> Situation {
    Situation(title, etcd: server, ca + options, requiresTLS, mismatch, mismatch, mismatch, mismatch)
  }

  static let situations = [
    Situation("no TLS", etcd: .plain, ca, .plain, lacksTLS, lacksTLS, lacksTLS, lacksTLS),
    tls("TLS", .good),
    tls("TLS, by the IPv4 address", .good).with(\.host, "127.0.0.1"),
    tls("TLS, by the IPv6 address", .good).with(\.host, "::1"),
    tls("TLS 1.2 only", .tls12),
    tls("TLS 1.3 only", .tls13),
    tls("TLS 1.3 wanted, and there", .good, "--tls-min 1.3"),
    refused("TLS 1.3 wanted, and not there", .tls12, "--tls-min 1.3"),
    refused("TLS 1.1 only", .tls11),
    tls("TLS 1.1 only, allowed", .tls11, "--tls-min 1.1"),
  ]
  @Test(arguments: Row.all(situations)) func server(_ row: Row) throws { try row.judge() }

  private func run(
    _ server: EtcdServer, _ mode: Mode, _ options: [String], timeout: String = "5"
  ) throws -> ProgramResult {
    try Program.run(
      ["--engine", "etcd", "-h", "localhost", "-p", String(Lab.start(etcd: server).port)]
        + ["--ssl", mode.rawValue, "--ssl-ca", Lab.pki + "/ca.pem", "--format", "json"]
        + ["--timeout", timeout] + options)
  }

  /// There the same is found out without credentials.
  @Test(
    arguments: [
      (EtcdServer.good, Cause?.none), (.plain, .lacksTLS), (.tls11, .versionMismatch),
      (.mutual, .clientCertificateRequired), (.mutual12, .clientCertificateRequired),
      (.with("expired"), .expired), (.with("unknown-ca"), .untrusted), (.with("wrong-name"), .wrongHost),
    ])
  func untilTLS(server: EtcdServer, cause: Cause?) throws {
    let result = try run(server, .verifyIdentity, ["--until", "tls"], timeout: "2")
    #expect(result.exitCode == cause?.exitCode ?? 0, "\(result)")
    let report = try #require(Report(result.output))
    #expect(report.diagnosis?.cause == cause?.rawValue, "\(result)")
    #expect(report.diagnosis?.stage ?? "tls" == "tls", "\(result)")
  }

  @Test func untilTLSWithACertificate() throws {
    let pair = try ["--ssl-cert", Lab.pki + "/client.crt", "--ssl-key", Lab.pki + "/client.key"]
    for server in [EtcdServer.mutual, .mutual12] {
      let result = try run(server, .verifyIdentity, ["--until", "tls"] + pair)
      #expect(result.exitCode == 0, "\(result)")
    }
  }

  @Test func untilAuth() throws {
    let result = try run(.good.open, .required, ["--until", "auth"])
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == 0 && report.stages.map(\.name).last == "auth", "\(result)")
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
}
