import Foundation
import Lab
import Testing

/// Engines that are PostgreSQL's kin, and options that change how far a test goes and how it is judged.
@Suite struct PostgreSQLOptionTests {
  static let engines = ["redshift", "cockroachdb", "cockroach", "pg"].flatMap { engine in
    [
      Situation(
        "\(engine): no TLS", .plain, "", .plain, .fallback, PostgreSQLServerTests.lacks,
        PostgreSQLServerTests.lacks, PostgreSQLServerTests.lacks),
      Situation(
        "\(engine): hostssl only", .requiresTLS, "--ssl-ca {pki}/ca.pem",
        .fails(.requiresTLS, advising: .required), .encrypted, .encrypted, .chain, .identity),
      CertificateTable<PostgresServer>.untrusted(
        "\(engine): self-signed", "self-signed", "--ssl-ca {pki}/ca.pem"),
    ].map { $0.with(\.engine, engine) }
  }

  @Test(arguments: Row.all(engines)) func kin(_ row: Row) throws { try row.judge() }

  func run(
    _ server: PostgresServer, _ options: [String], password: String = Account.password
  ) throws -> ProgramResult {
    let port = try String(Lab.start(server).port)
    return try Program.run(
      ["--engine", "postgres", "-h", "localhost", "-p", port, "-d", Account.database, "--format", "json"]
        + options, environment: ["LAB_PASSWORD": password])
  }

  static let login = ["-U", Account.user, "--password", "env:LAB_PASSWORD"]

  @Test(
    arguments: [
      ("connect", ["resolve", "connect"]), ("tls", ["resolve", "connect", "tls"]),
      ("auth", ["resolve", "connect", "tls", "auth"]),
      ("query", ["resolve", "connect", "tls", "auth", "query"]),
    ])
  func until(stage: String, stages: [String]) throws {
    let result = try run(.requiresTLS, Self.login + ["--ssl", "required", "--until", stage])
    #expect(result.exitCode == 0, "\(result)")
    // A name that is an address or stands in a file may be resolved too quickly to be a stage.
    let found = try #require(Report(result.output), "\(result)").stages.map(\.name)
    #expect(found.filter { $0 != "resolve" } == stages.filter { $0 != "resolve" }, "\(result)")
  }

  @Test func untilTLSNeedsNoCredentials() throws {
    let server = PostgresServer(certificate: "good", hba: ["local all all trust"]).own("until tls")
    let options = ["--ssl-ca", try Lab.pki + "/ca.pem", "--ssl", "verify-identity", "--until", "tls"]
    let result = try run(server, options)
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.ok && report.ssl.encrypted == true && report.ssl.verified == "identity", "\(result)")
    #expect(report.tls?.certificates.first?.names.contains("localhost") == true, "\(result)")
    #expect(try !Lab.start(server).logText().contains("FATAL"))
  }

  /// Plain text was not tried, so nothing is said of how it ended, and no way on leads to another usage error.
  @Test(arguments: [Mode.preferred, .required, .verifyIdentity])
  func untilTLSOfAServerWithoutTLS(mode: Mode) throws {
    let result = try run(.plain, ["--ssl", mode.rawValue, "--until", "tls"])
    #expect(result.exitCode == Cause.lacksTLS.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.recommendedMode == "preferred" && diagnosis.suggestion.contains("--until auth"))
    #expect(!diagnosis.message.contains("failed too"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  @Test func untilTLSFindsTheCertificateAtFault() throws {
    let options = ["--ssl-ca", try Lab.pki + "/ca.pem", "--ssl", "verify-identity", "--until", "tls"]
    let result = try run(.with("expired"), options)
    #expect(result.exitCode == Cause.expired.exitCode, "\(result)")
  }

  @Test func untilTLSWithoutTLSIsAUsageError() throws {
    let result = try run(.optional, ["--ssl", "disabled", "--until", "tls"])
    #expect(result.exitCode == 64 && result.output.isEmpty, "\(result)")
  }

  @Test(
    arguments: [
      ("server-requires-tls", 0, true), ("connected", 2, false), ("authentication-failed", 2, false),
    ])
  func expecting(cause: String, exitCode: Int32, met: Bool) throws {
    let result = try run(.requiresTLS, Self.login + ["--ssl", "disabled", "--expect", cause])
    #expect(result.exitCode == exitCode, "\(result)")
    let report = try #require(Report(result.output), "\(result)")
    #expect(!report.ok && report.expected == cause && report.asExpected == met, "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  @Test func expectingConnected() throws {
    let result = try run(.requiresTLS, Self.login + ["--ssl", "required", "--expect", "connected"])
    #expect(result.exitCode == 0, "\(result)")
    #expect(Report(result.output)?.asExpected == true, "\(result)")
  }

  /// A Unix socket is never encrypted, and a mode that demands encryption has no place there.
  @Test func unixSocketUntilConnect() throws {
    let server = try Lab.start(.optional)
    let arguments = ["--engine", "postgres", "-p", String(server.port), "--until", "connect", "-h"]
    #expect(try Program.run(arguments + [server.socketFolder]).exitCode == 0)
    let nobody = try Program.run(arguments + ["/nonexistent"])
    #expect(nobody.exitCode == Cause.refused.exitCode, "\(nobody)")
  }

  @Test(arguments: Mode.allCases) func unixSocket(mode: Mode) throws {
    let server = try Lab.start(
      PostgresServer(certificate: "good", hba: ["local all all scram-sha-256"]))
    let result = try Program.run(
      ["--engine", "postgres", "-h", server.socketFolder, "-p", String(server.port), "-d", Account.database]
        + Self.login + ["--ssl", mode.rawValue, "--format", "json"],
      environment: ["LAB_PASSWORD": Account.password])
    if mode == .disabled || mode == .preferred {
      #expect(result.exitCode == 0, "\(result)")
      #expect(Report(result.output)?.ssl.encrypted == false, "\(result)")
    } else {
      #expect(result.exitCode == 64 && result.output.isEmpty, "\(result)")
    }
  }

  /// Asked for in clear, the password goes nowhere that others could see: over no network, or there is none.
  @Test(arguments: [true, false]) func passwordThatNobodyCouldSee(overSocket: Bool) throws {
    let server = try Lab.start(
      PostgresServer(certificate: nil, hba: ["local all all password", "host all all all password"]))
    let host = overSocket ? ["-h", server.socketFolder] : ["-h", "127.0.0.1"]
    let password = overSocket ? ["--password", "env:LAB_PASSWORD"] : []
    let result = try Program.run(
      ["--engine", "postgres", "-p", String(server.port), "-U", Account.user, "-d", Account.database]
        + host + password + ["--ssl", "disabled", "--format", "json"],
      environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == (overSocket ? 0 : Cause.authentication.exitCode), "\(result)")
    let report = try #require(Report(result.output), "\(result)")
    #expect(!report.warnings.contains { $0.contains("clear text") }, "\(result)")
  }

  @Test func showCertificates() throws {
    let options = [
      "--ssl-ca", try Lab.pki + "/ca.pem", "--ssl", "verify-identity", "--show-certs", "--format", "text",
    ]
    let pem = try String(contentsOfFile: Lab.pki + "/expired.crt", encoding: .utf8)
    let result = try run(.with("expired"), options)
    #expect(result.exitCode == Cause.expired.exitCode)
    #expect(result.output.contains(pem.trimmingCharacters(in: .newlines)), "\(result)")
  }
}
