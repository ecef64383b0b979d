import Foundation
import Lab
import Testing

/// Runs the program against a fake of MySQL 8.
enum MySQL8 {
  static func run(
    _ server: RunningFakeMySQL, _ mode: Mode, user: String = Account.user, _ options: [String] = []
  ) throws -> ProgramResult {
    var arguments = [
      "--engine", "mysql", "-h", "localhost", "-4", "-p", String(server.port), "-U", user, "--ssl",
      mode.rawValue,
      "--format", "json", "--timeout", "10",
    ]
    if user != "nopass" { arguments += ["--password", "env:LAB_PASSWORD"] }
    if mode == .verifyCA || mode == .verifyIdentity { arguments += try ["--ssl-ca", Lab.pki + "/ca.pem"] }
    let password = user == Account.keeper ? Account.keeperPassword : Account.password
    return try Program.run(arguments + options, environment: ["LAB_PASSWORD": password])
  }
}

/// Logins at a fake of MySQL 8 that the vendors' clients log in to as well × modes.
@Suite struct MySQL8Tests {
  /// A server, an account, and how the login ends.
  struct Login: Sendable, CustomTestStringConvertible {
    var title: String
    var server: FakeMySQL
    var user = Account.user
    /// nil: it connects.
    var causes: [Mode: Cause]
    /// What the note has to say, where it fails.
    var note: String?
    var recommended: String?
    /// The modes in which the password itself reaches the server, inside TLS.
    var tellsPassword: Set<Mode> = []
    var testDescription: String { title }
  }

  static let encrypted: Set<Mode> = [.preferred, .required, .verifyCA, .verifyIdentity]
  static func all(_ cause: Cause) -> [Mode: Cause] {
    Dictionary(uniqueKeysWithValues: Mode.allCases.map { ($0, cause) })
  }
  static func over(_ modes: Set<Mode>, _ cause: Cause) -> [Mode: Cause] {
    all(cause).filter { modes.contains($0.key) }
  }

  static let logins = [
    Login(
      title: "full authentication", server: .mysql8, causes: [.disabled: .requiresTLS],
      note: "so it was not sent", recommended: "required", tellsPassword: encrypted),
    Login(title: "cached", server: .mysql8.with(\.cache, .full), causes: [:]),
    Login(
      title: "cached, over TLS only", server: .requiresTLS.with(\.cache, .full),
      causes: [.disabled: .requiresTLS],
      recommended: "required"),
    Login(title: "native", server: .native, causes: [:]),
    Login(title: "native after a switch", server: .mysql8, user: "legacy", causes: [:]),
    Login(
      title: "caching after a switch", server: .mysql8.with(\.greetingPlugin, .native),
      causes: [.disabled: .requiresTLS], tellsPassword: encrypted),
    Login(title: "no password", server: .mysql8, user: "nopass", causes: [:]),
    Login(
      title: "no TLS, not cached", server: .plain,
      causes: [
        .disabled: .requiresTLS, .preferred: .authentication, .required: .lacksTLS, .verifyCA: .lacksTLS,
        .verifyIdentity: .lacksTLS,
      ]),
    Login(
      title: "no TLS, cached", server: .plain.with(\.cache, .full),
      causes: [.required: .lacksTLS, .verifyCA: .lacksTLS, .verifyIdentity: .lacksTLS]),
    Login(
      title: "sha256", server: .mysql8.with(\.plugin, .sha256), causes: [.disabled: .authentication],
      note: "over TLS only", recommended: "required", tellsPassword: encrypted),
    Login(
      title: "PAM", server: .mysql8, user: "pam",
      causes: over([.disabled, .preferred, .required], .authentication),
      note: "only after the server's certificate",
      recommended: "verify-identity", tellsPassword: [.verifyCA, .verifyIdentity]),
    Login(
      title: "locked", server: .native, user: "locked", causes: all(.accessDenied)),
    Login(
      title: "expired", server: .native, user: "expired", causes: all(.authentication)),
    Login(
      title: "REQUIRE SSL", server: .native, user: "tlsonly", causes: [.disabled: .requiresTLS],
      note: "went on to the login", recommended: "required"),
    Login(
      title: "REQUIRE SSL, cached", server: .mysql8.with(\.cache, .full), user: "tlsonly",
      causes: [.disabled: .requiresTLS], recommended: "required"),
    Login(
      title: "REQUIRE X509, password acknowledged", server: .mutual.with(\.cache, .full),
      causes: all(.clientCertificateRequired)),
    Login(
      title: "REQUIRE X509, native", server: .mutual.with(\.plugin, .native), causes: all(.authentication),
      note: "REQUIRE X509"),
    Login(title: "unknown user", server: .native, user: "nobody", causes: all(.authentication)),
  ]

  @Test(arguments: logins, Mode.allCases) func login(_ login: Login, mode: Mode) async throws {
    try await SideBySide.run {
      let server = try RunningFakeMySQL(login.server)
      let result = try MySQL8.run(server, mode, user: login.user)
      let report = try #require(Report(result.output), "\(result)")
      #expect(report.diagnosis?.cause == login.causes[mode]?.rawValue, "\(result.output)")
      #expect(result.exitCode == login.causes[mode]?.exitCode ?? 0)
      if let note = login.note, let notes = report.diagnosis?.notes {
        #expect(notes.contains { $0.contains(note) }, "\(notes)")
      }
      if let recommended = login.recommended, let diagnosis = report.diagnosis {
        #expect(diagnosis.recommendedMode == recommended)
      }
      let received = try server.received()
      #expect(received.allSatisfy { !$0.proofsInClear.contains { $0.hasPrefix("password") } })
      let told = received.contains { $0.proofs.contains { $0.hasPrefix("password") } }
      #expect(told == login.tellsPassword.contains(mode), "the password went out: \(told)")
      if login.causes[mode] == nil {
        #expect(report.server?.product == "MySQL")
        #expect(report.server?.version == "8.0.36")
        #expect(report.ssl.encrypted == (mode != .disabled && login.server.certificate != nil))
      }
      #expect(try SchemaValidator.faults(in: result.output).isEmpty)
    }
  }

  /// Who answered, by the variables that tell the products apart; and what the reader should know of the session.
  @Test(
    arguments: [
      (FakeMySQL.native, "MySQL", "8.0.36"), (.aurora, "Amazon Aurora MySQL", "3.06.0"),
      (.tidb, "TiDB", "7.5.1"),
      (
        .native.with(\.variables, ["version_comment": "Percona Server (GPL), Release 27"]), "Percona Server",
        "8.0.36"
      ),
      (.native.with(\.version, "8.0.30-Vitess"), "Vitess", "8.0.30"),
      (
        .native.with(\.version, "8.0.34-Vitess").with(\.variables, ["version_comment": "PlanetScale"]),
        "PlanetScale (Vitess)", "8.0.34"
      ),
    ]) func product(server: FakeMySQL, product: String, version: String) throws
  {
    let report = try #require(
      Report(try MySQL8.run(RunningFakeMySQL(server.with(\.cache, .full)), .required).output))
    #expect(report.server?.product == product)
    #expect(report.server?.version == version)
  }

  @Test func warnings() throws {
    let readOnly = FakeMySQL.native.with(\.variables, ["innodb_read_only": "ON"])
    let report = try #require(Report(try MySQL8.run(RunningFakeMySQL(readOnly), .required).output))
    #expect(report.warnings.contains("The server is read-only."))
  }

  /// MySQL's own variables of a session that takes nothing but a new password.
  @Test func queriesThatAreRefused() throws {
    let refusing = FakeMySQL.native.with(
      \.refusal, .init(.query, 1820, "HY000", "You must reset your password"))
    let report = try #require(Report(try MySQL8.run(RunningFakeMySQL(refusing), .required).output))
    #expect(report.ok)
    #expect(report.warnings.contains { $0.contains("has expired") })
  }
}
