import Foundation
import Lab
import Testing

/// Options that change how far a test of MariaDB goes, where it goes, and how it is judged.
@Suite struct MySQLOptionTests {
  static let login = ["-U", MySQLAccount.user, "--password", "env:LAB_PASSWORD"]

  func run(
    _ server: MariaDBServer, _ options: [String], host: String = "localhost",
    password: String = MySQLAccount.password
  ) throws -> ProgramResult {
    let port = try String(Lab.start(mariadb: server).port)
    return try Program.run(
      ["--engine", "mysql", "-h", host, "-p", port, "--format", "json"] + options,
      environment: ["LAB_PASSWORD": password])
  }

  @Test(
    arguments: [
      ("connect", ["connect"]), ("tls", ["connect", "tls"]), ("auth", ["connect", "tls", "auth"]),
      ("query", ["connect", "tls", "auth", "query"]),
    ], [MariaDBServer.requiresTLS, .tls12])
  func until(_ row: (stage: String, stages: [String]), server: MariaDBServer) throws {
    let result = try run(server, Self.login + ["--ssl", "required", "--until", row.stage])
    #expect(result.exitCode == 0, "\(result)")
    // A name that is an address or stands in a file may be resolved too quickly to be a stage.
    let stages = try #require(Report(result.output), "\(result)").stages
    #expect(stages.map(\.name).filter { $0 != "resolve" } == row.stages, "\(result)")
    #expect(stages.allSatisfy { $0.ok }, "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  @Test(arguments: [("connect", ["connect"]), ("auth", ["connect", "auth"])])
  func untilInPlainText(stage: String, stages: [String]) throws {
    let result = try run(.optional, Self.login + ["--ssl", "disabled", "--until", stage])
    #expect(result.exitCode == 0, "\(result)")
    let found = try #require(Report(result.output), "\(result)").stages.map(\.name)
    #expect(found.filter { $0 != "resolve" } == stages, "\(result)")
  }

  /// Plain text was not tried, so nothing is said of how it ended.
  @Test(arguments: [Mode.preferred, .required, .verifyIdentity])
  func untilTLSOfAServerWithoutTLS(mode: Mode) throws {
    let result = try run(.plain, ["--ssl", mode.rawValue, "--until", "tls"])
    #expect(result.exitCode == Cause.lacksTLS.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.recommendedMode == "preferred" && diagnosis.suggestion.contains("--until auth"))
    #expect(!diagnosis.message.contains("failed too"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  @Test(
    arguments: [
      (MariaDBServer.with("expired"), Cause.expired), (.with("wrong-name"), .wrongHost),
      (.with("unknown-ca"), .untrusted), (.full, .tooMany), (.notAllowed, .accessDenied),
    ])
  func untilTLSFindsTheFault(server: MariaDBServer, cause: Cause) throws {
    let options = ["--ssl-ca", try Lab.pki + "/ca.pem", "--ssl", "verify-identity", "--until", "tls"]
    let result = try run(server, options)
    #expect(result.exitCode == cause.exitCode, "\(result)")
    #expect(Report(result.output)?.diagnosis?.stage == "tls", "\(result)")
  }

  /// Whoever may not come is not found out before the login.
  @Test func untilAuthNeedsNoQuery() throws {
    let result = try run(
      .optional, ["-U", MySQLAccount.expired, "--password", "env:LAB_PASSWORD"] + ["--until", "auth"])
    #expect(result.exitCode == 0, "\(result)")
    #expect(Report(result.output)?.warnings.contains { $0.contains("has expired") } == false, "\(result)")
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

  // MARK: Families of addresses

  @Test(
    arguments: [
      ("localhost", "-4", "127.0.0.1"), ("::1", nil, "[::1]"),
      ("[::1]", "-6", "[::1]"), ("127.0.0.1", "-4", "127.0.0.1"),
    ])
  func family(host: String, flag: String?, address: String) throws {
    let options =
      ["--ssl", "verify-identity", "--ssl-ca", try Lab.pki + "/ca.pem"] + (flag.map { [$0] } ?? [])
    let result = try run(.optional, Self.login + options, host: host)
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.ok && report.address?.hasPrefix(address + ":") == true, "\(result)")
  }

  @Test func anotherFamilyThanTheAddress() throws {
    let result = try run(.optional, Self.login + ["-6"], host: "127.0.0.1")
    #expect(result.exitCode == 64 && result.output.isEmpty && result.errors.contains("-6"), "\(result)")
  }

  // MARK: Unix sockets

  func overSocket(
    _ options: [String], user: String = MySQLAccount.user
  ) throws -> ProgramResult {
    try Program.run(
      [
        "--engine", "mysql", "-h", Lab.start(mariadb: .requiresTLS).socket, "-U", user, "-d",
        MySQLAccount.database,
        "--password", "env:LAB_PASSWORD", "--format", "json",
      ] + options, environment: ["LAB_PASSWORD": MySQLAccount.password])
  }

  /// A Unix socket is never encrypted, which to the server is as good as TLS, and a mode that demands encryption has
  /// no place there.
  @Test(arguments: Mode.allCases) func unixSocket(mode: Mode) throws {
    let result = try overSocket(["--ssl", mode.rawValue])
    guard mode == .disabled || mode == .preferred else {
      #expect(result.exitCode == 64 && result.output.isEmpty && !result.errors.isEmpty, "\(result)")
      return
    }
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.ok && report.ssl.encrypted == false && !report.ssl.fallback, "\(result)")
    let socket = try Lab.start(mariadb: .requiresTLS).socket
    #expect(report.address == socket, "\(result)")
    #expect(!report.warnings.contains { $0.contains("clear text") }, "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  @Test(arguments: [Mode.disabled, .preferred]) func unixSocketUntilTLS(mode: Mode) throws {
    let result = try overSocket(["--ssl", mode.rawValue, "--until", "tls"])
    #expect(result.exitCode == 64 && result.output.isEmpty, "\(result)")
  }

  @Test func unixSocketUntilConnect() throws {
    let result = try overSocket(["--until", "connect"])
    #expect(result.exitCode == 0, "\(result)")
    let nobody = try Program.run(["--engine", "mysql", "-h", "/nonexistent/mysql.sock", "--until", "connect"])
    #expect(nobody.exitCode == Cause.refused.exitCode, "\(nobody)")
  }

  @Test func unixSocketThatIsNone() throws {
    for path in ["/nonexistent/mysql.sock", "/tmp", "/dev/null"] {
      let result = try Program.run([
        "--engine", "mysql", "-h", path, "-U", MySQLAccount.user, "--format", "json",
      ])
      #expect(Report(result.output)?.diagnosis?.stage == "connect", "\(result)")
      #expect(result.exitCode == Cause.refused.exitCode, "\(path): \(result)")
    }
  }

  /// Only the system's user of that name could log in so.
  @Test func unixSocketOfAnother() throws {
    let result = try overSocket(["--ssl", "disabled"], user: MySQLAccount.bySocket)
    #expect(result.exitCode == Cause.authentication.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.recommendedMode == nil && diagnosis.nativeCode == "1698", "\(result)")
  }

  /// REQUIRE SSL holds on a Unix socket too, and no mode helps there.
  @Test func unixSocketThatHasToBeTLS() throws {
    let result = try overSocket(["--ssl", "disabled"], user: MySQLAccount.needsSSL)
    #expect(result.exitCode == Cause.authentication.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.recommendedMode == nil, "\(result)")
    #expect(diagnosis.notes.contains { $0.contains("REQUIRE SSL") }, "\(result)")
  }

  // MARK: Hosts that libmariadb would take for something else

  @Test(arguments: ["mysql://", "x://", "x://localhost", "a b", ":", "@", "localhost:3306", "a,", ",a"])
  func noHost(host: String) throws {
    let result = try run(.optional, Self.login, host: host)
    #expect(result.exitCode == 64 && result.output.isEmpty && !result.errors.isEmpty, "\(result)")
  }

  /// localhost is reached by TCP, as every other name.
  @Test func localhostIsNoSocket() throws {
    let socket = try Lab.start(mariadb: .optional).socket
    let port = try String(Lab.unusedPort())
    let environment = ["MYSQL_UNIX_PORT": socket, "LAB_PASSWORD": MySQLAccount.password]
    let result = try Program.run(
      ["--engine", "mysql", "-h", "localhost", "-p", port, "--format", "json"] + Self.login,
      environment: environment)
    #expect(result.exitCode == Cause.refused.exitCode, "\(result)")
    #expect(Report(result.output)?.warnings.contains { $0.contains("MYSQL_UNIX_PORT") } == true, "\(result)")
    // MariaDB's own client goes there.
    let client = try Command.run(
      [
        Lab.mariadbClient(), "--no-defaults", "--host=localhost", "--user=\(MySQLAccount.user)",
        "--password=\(MySQLAccount.password)", "--execute=select 1",
      ], environment: Program.cleanEnvironment.merging(environment) { $1 })
    #expect(client.exitCode == 0, "\(client)")
  }
}
