import Lab
import Testing

/// What the client shows of itself × five modes, with TLS 1.2, where the handshake tells, and TLS 1.3, where it is over
/// before the server has looked.
@Suite struct ClickHouseClientCertificateTests {
  typealias Table = ClientCertificateTable<ClickHouseServer>

  static let unknown = "--ssl-cert {pki}/client-unknown.crt --ssl-key {pki}/client-unknown.key"
  static let expired = "--ssl-cert {pki}/client-expired.crt --ssl-key {pki}/client-expired.key"
  static let optional = ClickHouseServer.mutual.with(\.clientMayBeNobody, true)

  static let certificates = [
    Table.client("absent", "", fails: .clientCertificateRequired),
    Table.client("absent, TLS 1.2", on: .mutual12, "", fails: .clientCertificateRequired),
    Table.client("absent, and optional", on: optional, ""),
    Table.client("good", Table.pair + "/client.key"),
    Table.client("good, TLS 1.2", on: .mutual12, Table.pair + "/client.key"),
    Table.client("certificate and key in one file", "--ssl-cert {pki}/client-both.pem"),
    Table.client("good, and nobody asked for it", on: .good, Table.pair + "/client.key"),
    Table.client("from an unknown CA", unknown, fails: .clientCertificateRejected),
    Table.client("from an unknown CA, TLS 1.2", on: .mutual12, unknown, fails: .clientCertificateRejected),
    Table.client(
      "from an unknown CA, and optional", on: optional, unknown, fails: .clientCertificateRejected),
    Table.client("expired", expired, fails: .clientCertificateRejected),
    Table.client("expired, TLS 1.2", on: .mutual12, expired, fails: .clientCertificateRejected),
  ]

  @Test(arguments: Row.all(certificates)) func certificate(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.keys)) func key(_ row: Row) throws { try row.judge() }

  /// The stage is the handshake's, whatever had begun when the alert came; and it is always the alert that is told.
  @Test(arguments: [Mode.preferred, .required, .verifyCA, .verifyIdentity])
  func theAlertIsCaught(mode: Mode) throws {
    let port = try Lab.start(clickhouse: .mutual).port
    for (options, cause, alert) in [
      ([], Cause.clientCertificateRequired, "alert 116"),
      (
        try ["--ssl-cert", Lab.pki + "/client-unknown.crt", "--ssl-key", Lab.pki + "/client-unknown.key"],
        .clientCertificateRejected, "alert 48"
      ),
    ] {
      for _ in 0..<10 {
        let result = try Program.run(
          [
            "clickhouse://localhost:\(port)", "--ssl", mode.rawValue, "--ssl-ca", Lab.pki + "/ca.pem",
            "--format",
            "json",
          ]
            + options)
        let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
        #expect(diagnosis.cause == cause.rawValue && diagnosis.stage == "tls", "\(result)")
        #expect(diagnosis.notes.contains { $0.contains(alert) }, "\(result)")
      }
    }
  }

  /// Others may read the key: a warning, and no more.
  @Test func openKey() throws {
    let port = try Lab.start(clickhouse: .mutual.with(\.isOpen, true)).port
    let result = try Program.run([
      "clickhouse://localhost:\(port)?secure=true", "--ssl-cert", Lab.pki + "/client.crt", "--ssl-key",
      Lab.pki + "/client-open.key", "--format", "json",
    ])
    #expect(result.exitCode == 0, "\(result)")
    #expect(Report(result.output)?.warnings.contains { $0.contains("chmod 600") } == true, "\(result)")
  }

  /// A user who is known by a certificate says so when a login without a password was refused; nobody else does.
  @Test(arguments: [true, false]) func loginByCertificate(given: Bool) throws {
    let refused = ClickHouseAnswer.exception(
      "403 Forbidden", 516, "tester: Authentication failed", "AUTHENTICATION_FAILED")
    let server = try MisbehavingServer([
      .secure(), .hearHTTP, .send(refused), .hearHTTP, .send(ClickHouseAnswer.row), .stall,
    ])
    let pair = try ["--ssl-cert", Lab.pki + "/client.crt", "--ssl-key", Lab.pki + "/client.key"]
    let result = try Program.run(
      ["ch://\(Account.user)@localhost:\(server.port)?secure=true", "--format", "json"] + (given ? pair : []))
    #expect(result.exitCode == (given ? 0 : Cause.authentication.exitCode), "\(result)")
    let heard = try #require(try server.heard().first)
    #expect(heard.contains("X-ClickHouse-SSL-Certificate-Auth: on") == given)
    #expect(!heard.contains("X-ClickHouse-Key"))
  }

  /// Logs in without a password, by a certificate that the server may know the user by.
  private static func logIn(at server: MisbehavingServer, to database: String = "") throws -> ProgramResult {
    try Program.run([
      "ch://\(Account.user)@localhost:\(server.port)/\(database)?secure=true", "--format", "json",
      "--ssl-cert",
      Lab.pki + "/client-both.pem",
    ])
  }

  private static let refusedAndClosed = ClickHouseAnswer.text(
    "403 Forbidden", ["Connection: close"], "Code: 516. DB::Exception: first: Authentication failed\n")

  /// The same where the server ends the connection with every answer.
  @Test(arguments: ["row", "refusal", "nothing"]) func loginByCertificateOverAnother(answer: String) throws {
    let second: [Step] =
      switch answer {
      case "row": [.send(ClickHouseAnswer.row)]
      case "refusal": [.send(ClickHouseAnswer.text("403 x", [], "Code: 516. DB::Exception: second\n"))]
      default: []
      }
    let server = try MisbehavingServer(
      [.secure(), .hearHTTP, .send(Self.refusedAndClosed), .close],
      then: [.secure(), .hearHTTP] + second + [.close])
    let result = try Self.logIn(at: server)
    let report = try #require(Report(result.output), "\(result)")
    #expect(try server.heard().count == 2)
    guard answer != "row" else { return #expect(result.exitCode == 0, "\(result)") }
    #expect(result.exitCode == Cause.authentication.exitCode, "\(result)")
    #expect(report.diagnosis?.serverResponse?.contains("first") == true, "\(result)")
    let said = report.diagnosis?.notes.contains { $0.contains("the login by the certificate alone") }
    #expect(said == (answer == "nothing"), "\(result)")
  }

  /// A second connection that fails before a question can be put is the last one.
  @Test(arguments: [[Step.reset], [.hearHandshake, .close], [.hearHandshake, .send("no TLS\n"), .close]])
  func noSecondConnection(end: [Step]) throws {
    let server = try MisbehavingServer(
      [.secure(), .hearHTTP, .send(Self.refusedAndClosed), .close], then: end)
    let result = try Self.logIn(at: server)
    let report = try #require(Report(result.output), "\(result)")
    #expect(result.exitCode == Cause.authentication.exitCode && report.attempts.count == 2, "\(result)")
    #expect(report.diagnosis?.serverResponse?.contains("first") == true, "\(result)")
    #expect(report.diagnosis?.notes.contains { $0.contains("no second connection") } == true, "\(result)")
    #expect(report.elapsedMs < 5_000, "\(result)")
  }

  /// The certificate was the login, and what comes after it is another matter.
  @Test func certificateWithoutTheDatabase() throws {
    let answers = ["Code: 516. DB::Exception: Authentication failed", "Code: 81. DB::Exception: No x"].map {
      ClickHouseAnswer.text("404 x", [], $0)
    }
    let server = try MisbehavingServer([
      .secure(), .hearHTTP, .send(answers[0]), .hearHTTP, .send(answers[1]), .stall,
    ])
    let result = try Self.logIn(at: server, to: "x")
    #expect(result.exitCode == Cause.noDatabase.exitCode, "\(result)")
  }

  /// Refused both ways, it is the first refusal that counts.
  @Test func certificateOfNobody() throws {
    let answers = ["first", "second"].map {
      ClickHouseAnswer.exception(
        "403 Forbidden", 516, "\($0): Authentication failed", "AUTHENTICATION_FAILED")
    }
    let server = try MisbehavingServer([
      .secure(), .hearHTTP, .send(answers[0]), .hearHTTP, .send(answers[1]), .stall,
    ])
    let result = try Self.logIn(at: server)
    #expect(result.exitCode == Cause.authentication.exitCode, "\(result)")
    #expect(Report(result.output)?.diagnosis?.serverResponse?.contains("first") == true, "\(result)")
  }
}
