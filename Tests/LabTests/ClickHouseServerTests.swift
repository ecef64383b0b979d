import Foundation
import Lab
import Testing

/// What kind of TLS the server has × five modes.
@Suite struct ClickHouseServerTests {
  static let ca = "--ssl-ca {pki}/ca.pem "
  static let lacksTLS = Ending.fails(.lacksTLS, advising: .disabled)
  static let requiresTLS = ClickHouseServer.inPlain
  static let mismatch = Ending.fails(.versionMismatch)

  static func tls(_ title: String, _ server: ClickHouseServer, _ options: String = "") -> Situation {
    Situation(
      title, clickhouse: server, ca + options, requiresTLS, .encrypted, .encrypted, .chain, .identity)
  }

  static func refused(_ title: String, _ server: ClickHouseServer, _ options: String = "") -> Situation {
    Situation(title, clickhouse: server, ca + options, requiresTLS, mismatch, mismatch, mismatch, mismatch)
  }

  static let situations = [
    Situation(
      "no TLS", clickhouse: .plain, ca + "--timeout 2", .plain, lacksTLS, lacksTLS, lacksTLS, lacksTLS),
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
    _ port: Int, _ mode: Mode, _ options: [String], timeout: String = "5"
  ) throws -> ProgramResult {
    try Program.run(
      ["--engine", "clickhouse", "-h", "localhost", "-p", String(port), "--ssl", mode.rawValue]
        + ["--ssl-ca", Lab.pki + "/ca.pem", "--format", "json", "--timeout", timeout] + options,
      environment: ["CLICKHOUSE_USER": Account.user, "CLICKHOUSE_PASSWORD": Account.password])
  }

  /// There the same is found out without credentials.
  @Test(
    arguments: [
      (ClickHouseServer.good, Cause?.none), (.plain, .lacksTLS), (.tls11, .versionMismatch),
      (.mutual, .clientCertificateRequired), (.mutual12, .clientCertificateRequired),
      (.with("expired"), .expired), (.with("unknown-ca"), .untrusted), (.with("wrong-name"), .wrongHost),
    ])
  func untilTLS(server: ClickHouseServer, cause: Cause?) throws {
    let port = try Lab.start(clickhouse: server).port
    let result = try run(port, .verifyIdentity, ["--until", "tls"], timeout: "2")
    #expect(result.exitCode == cause?.exitCode ?? 0, "\(result)")
    let report = try #require(Report(result.output))
    #expect(report.diagnosis?.cause == cause?.rawValue, "\(result)")
    #expect(report.diagnosis?.stage ?? "tls" == "tls", "\(result)")
  }

  @Test func untilTLSWithACertificate() throws {
    let pair = try ["--ssl-cert", Lab.pki + "/client.crt", "--ssl-key", Lab.pki + "/client.key"]
    for server in [ClickHouseServer.mutual, .mutual12] {
      let port = try Lab.start(clickhouse: server).port
      let result = try run(port, .verifyIdentity, ["--until", "tls"] + pair)
      #expect(result.exitCode == 0, "\(result)")
    }
  }

  /// The ports of clickhouse-client's protocol are another service, and the report says which port would do.
  @Test(arguments: Mode.allCases, [false, true]) func nativePort(mode: Mode, secured: Bool) throws {
    let running = try Lab.start(clickhouse: .good)
    let result = try run(secured ? running.nativeTLSPort : running.nativePort, mode, [], timeout: "3")
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == Cause.wrongProtocol.exitCode, "\(result)")
    #expect(report.diagnosis?.message.contains("clickhouse-client's own protocol") == true, "\(result)")
    let suggestion = report.diagnosis?.suggestion ?? ""
    #expect(suggestion.contains("\(running.plainPort) (HTTP, as the server says)"), "\(result)")
    #expect(suggestion.contains("8443 (HTTPS)"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  /// The port beside it may have TLS: that comes before going on without.
  @Test func plainPort() throws {
    let result = try run(Lab.start(clickhouse: .good).plainPort, .verifyIdentity, [], timeout: "2")
    #expect(result.exitCode == Cause.lacksTLS.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.suggestion.contains("--port 8443"), "\(result)")
    #expect(diagnosis.recommendedMode == "disabled", "\(result)")
  }

  @Test(arguments: [Mode.required, .verifyIdentity]) func nativePortUntilTLS(mode: Mode) throws {
    let running = try Lab.start(clickhouse: .good)
    let result = try run(running.nativePort, mode, ["--until", "tls"], timeout: "3")
    #expect(result.exitCode == Cause.wrongProtocol.exitCode, "\(result)")
  }

  /// Where no question is put, what the server said stays what it is.
  @Test func waitingAsksNothing() throws {
    let silent = try MisbehavingServer([.hearHandshake, .stall])
    let result = try run(silent.port, .required, ["--wait", "1"], timeout: "0.5")
    #expect(result.exitCode == Cause.timedOut.exitCode, "\(result)")
  }

  /// A container's proxy accepts, and hangs up as long as there is no server behind it.
  @Test func waitsForAContainer() throws {
    let port = try Lab.containerProxy(to: Lab.start(clickhouse: .plain).port, closing: 0.7)
    let once = try run(port, .disabled, [])
    #expect(once.exitCode == Cause.lost.exitCode, "\(once)")
    let result = try run(port, .disabled, ["--wait", "10"])
    #expect(result.exitCode == 0, "\(result)")
  }

  /// Preferred is Required here, and says so.
  @Test func preferredIsRequired() throws {
    let result = try run(Lab.start(clickhouse: .good).port, .preferred, [])
    #expect(result.exitCode == 0, "\(result)")
    let warnings = try #require(Report(result.output)).warnings
    #expect(
      warnings.contains { $0.contains("no TLS fallback: Preferred behaves the same as Required") },
      "\(result)")
  }

  /// The next host has its turn where nobody listens, and not where the password was sent.
  @Test func severalHosts() throws {
    let unused = try Lab.unusedPort()
    let port = try Lab.start(clickhouse: .plain).port
    let url = "clickhouse://\(Account.user):\(Account.password)@127.0.0.1:\(unused),localhost:\(port)/shop"
    let result = try Program.run([url, "--format", "json"])
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == 0 && report.address?.hasSuffix(":\(port)") == true, "\(result)")
  }
}
