import Foundation
import Lab
import Testing

/// Servers that send the login on to another one, as Azure SQL Database does.
@Suite struct SQLServerRoutingTests {
  struct Run {
    var result: ProgramResult
    var report: Report
    var first: [TDSConnection]
    var second: [TDSConnection]
  }

  /// Logs in to a server of kind `first` that sends on to one of kind `second`.
  func run(
    _ mode: Mode, from first: FakeTDS = .optional, to second: FakeTDS = .optional, host: String = "localhost",
    _ options: String...
  ) throws -> Run {
    let behind = try second.own(UUID().uuidString).start()
    let front = try first.with(\.routing, FakeTDS.Routing(host: host, port: behind.port)).own(
      UUID().uuidString
    )
    .start()
    var arguments = [
      "--engine", "sqlserver", "-h", "localhost", "-p", String(front.port), "-U", Account.user,
    ]
    arguments += ["--password", "env:LAB_PASSWORD", "-d", Account.database, "--ssl", mode.rawValue]
    arguments += ["--format", "json", "--timeout", "5"]
    if mode == .verifyCA || mode == .verifyIdentity { arguments += try ["--ssl-ca", Lab.pki + "/ca.pem"] }
    let result = try Program.run(arguments + options, environment: ["LAB_PASSWORD": Account.password])
    let report = try #require(Report(result.output), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
    return try Run(result: result, report: report, first: front.received(), second: behind.received())
  }

  @Test(arguments: Mode.allCases) func followed(mode: Mode) throws {
    let run = try run(mode)
    #expect(run.result.exitCode == 0, "\(run.result)")
    #expect(run.first.count == 1 && run.second.count == 1)
    #expect(run.second.first?.login?.passwordRight == true)
    #expect(run.second.first?.login?.server.hasPrefix("localhost,") == true)
    #expect(run.report.ssl.encrypted == (mode != .disabled))
    #expect(
      run.report.ssl.verified == ["verify-ca": "chain", "verify-identity": "identity"][mode.rawValue]
        ?? "none")
    #expect(run.report.warnings.contains { $0.contains("redirected the login to localhost:") })
    if mode != .disabled { #expect(run.second.first?.sessionEncrypted == true) }
    for connection in run.first + run.second where mode != .disabled {
      #expect(!connection.showed(Account.password))
    }
  }

  /// The second server's certificate is verified like the first one's, before it gets anything.
  @Test(arguments: [
    (Mode.verifyCA, "unknown-ca", Cause.untrusted), (.verifyIdentity, "wrong-name", .wrongHost),
    (.verifyIdentity, "expired", .expired),
  ]) func theSecondCertificateIsBad(mode: Mode, certificate: String, cause: Cause) throws {
    let run = try run(mode, to: .with(certificate))
    #expect(run.report.diagnosis?.cause == cause.rawValue, "\(run.result)")
    #expect(run.report.diagnosis?.stage == "tls")
    #expect(run.second.count == 1 && run.second.allSatisfy { !$0.got(Account.password) && $0.login == nil })
  }

  /// A name that was given for the first server is not the second one's.
  @Test func serverNameIsForTheFirst() throws {
    let run = try run(
      .verifyIdentity, from: .with("wrong-name"), to: .optional, "--server-name", "db.example.test")
    #expect(run.result.exitCode == 0, "\(run.result)")
    #expect(run.second.first?.hello?.serverName == "localhost")
  }

  /// A second server without TLS gets no login in the modes that ask for TLS.
  @Test(arguments: [Mode.required, .verifyCA, .verifyIdentity]) func theSecondHasNoTLS(mode: Mode) throws {
    let run = try run(mode, to: .plain)
    #expect(run.report.diagnosis?.cause == Cause.lacksTLS.rawValue, "\(run.result)")
    #expect(run.second.allSatisfy { $0.login == nil && !$0.showed(Account.password) })
  }

  @Test func theSecondRequiresTLS() throws {
    let run = try run(.disabled, to: .requiresTLS)
    #expect(run.report.diagnosis?.cause == Cause.requiresTLS.rawValue, "\(run.result)")
  }

  @Test func nobodyListensThere() throws {
    let port = try Lab.unusedPort()
    let server = try FakeTDS.optional.with(\.routing, FakeTDS.Routing(host: "127.0.0.1", port: port)).own()
      .start()
    let result = try Program.run(
      [
        "--engine", "sqlserver", "-h", "localhost", "-p", String(server.port), "-U", Account.user,
        "--password",
        "env:LAB_PASSWORD", "--ssl", "required", "--format", "json",
      ], environment: ["LAB_PASSWORD": Account.password])
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.diagnosis?.cause == Cause.refused.rawValue, "\(result)")
    #expect(
      report.diagnosis?.notes.contains { $0.contains("redirected the login to 127.0.0.1:\(port)") } == true)
  }

  /// Once, and not in circles.
  @Test func redirectedTwice() throws {
    let end = try FakeTDS.optional.own().start()
    let run = try run(
      .required, to: .optional.with(\.routing, FakeTDS.Routing(host: "localhost", port: end.port)))
    #expect(run.report.diagnosis?.cause == Cause.other.rawValue, "\(run.result)")
    #expect(
      run.report.diagnosis?.notes.contains { $0.contains("redirects it again") } == true, "\(run.result)")
    #expect(try end.received(patience: 0).isEmpty)
  }

  @Test func loginFailsAtTheSecond() throws {
    let run = try run(.required, to: .refusing(TDSError(40613)))
    #expect(run.report.diagnosis?.cause == Cause.notReady.rawValue, "\(run.result)")
    #expect(run.report.ssl.encrypted == true)
  }
}
