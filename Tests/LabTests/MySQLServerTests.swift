import Lab
import Testing

/// What a MariaDB server offers and whom it lets in × five modes.
@Suite struct MySQLServerTests {
  static let trust = "--ssl-ca {pki}/ca.pem"
  static let lacks = Ending.fails(.lacksTLS, advising: .preferred)
  static let mismatch = Ending.fails(.versionMismatch)
  static let requires = Ending.fails(.requiresTLS, advising: .required)

  static func takesAll(_ title: String, _ server: MariaDBServer, _ options: String = trust) -> Situation {
    Situation(title, mariadb: server, options, .plain, .encrypted, .encrypted, .chain, .identity)
  }

  /// It refuses everybody before there could be TLS.
  static func refusesAll(_ title: String, _ server: MariaDBServer, _ cause: Cause) -> Situation {
    let ending = Ending.fails(cause)
    return Situation(title, mariadb: server, trust, ending, ending, ending, ending, ending)
      .with(\.host, "127.0.0.1")
  }

  // The endings: disabled, preferred, required, verify-ca, verify-identity.
  static let situations = [
    Situation("no TLS", mariadb: .plain, trust, .plain, .fallback, lacks, lacks, lacks),
    takesAll("TLS optional", .optional),
    Situation(
      "require_secure_transport", mariadb: .requiresTLS, trust, requires, .encrypted, .encrypted, .chain,
      .identity),
    takesAll("a CA for client certificates", .mutual),
    takesAll("read-only", .readOnly).with(\.remark, "read-only"),
    refusesAll("no connection left", .full, .tooMany),
    refusesAll("host blocked", .blocked, .accessDenied),
    refusesAll("host not allowed", .notAllowed, .accessDenied),
    MySQLLoginTests.fails("no user may have a connection", .noUsers, .tooMany),
  ]

  static let versions = [
    takesAll("TLS 1.2 only", .tls12),
    takesAll("TLS 1.2 only and demanded", .tls12, trust + " --tls-min 1.2"),
    Situation(
      "TLS 1.2 only, 1.3 demanded", mariadb: .tls12, trust + " --tls-min 1.3", .plain, .fallback, mismatch,
      mismatch, mismatch),
    takesAll("TLS 1.3 only", .tls13),
    takesAll("TLS 1.3 only and demanded", .tls13, trust + " --tls-min 1.3"),
    Situation("TLS 1.1 only", mariadb: .tls11, trust, .plain, .fallback, mismatch, mismatch, mismatch),
    takesAll("TLS 1.1 only and allowed", .tls11, trust + " --tls-min 1.1").with(\.warning, "1.1"),
    takesAll("TLS 1.1 only, 1.0 allowed", .tls11, trust + " --tls-min 1.0").with(\.warning, "1.0"),
  ]

  /// The other engine of the family, and the two names for one server.
  static let kin = [
    takesAll("mariadb: TLS optional", .optional),
    Situation("mariadb: no TLS", mariadb: .plain, trust, .plain, .fallback, lacks, lacks, lacks),
    Situation(
      "mariadb: require_secure_transport", mariadb: .requiresTLS, trust, requires, .encrypted, .encrypted,
      .chain, .identity),
    CertificateTable<MariaDBServer>.untrusted("mariadb: self-signed", "self-signed", trust),
  ].map { $0.with(\.engine, "mariadb") }

  @Test(arguments: Row.all(situations)) func situation(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(versions)) func version(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(kin)) func engine(_ row: Row) throws { try row.judge() }

  /// The last connection is an administrator's: the refusal comes after the login, inside TLS where there is some.
  @Test(arguments: Mode.allCases) func noConnectionLeftForUsers(mode: Mode) throws {
    let server = MariaDBServer.fullForUsers.own("full for users in \(mode.rawValue)")
    let situation = MySQLLoginTests.fails("no connection left for users", server, .tooMany)
    try Row(situation: situation, mode: mode).judge()
  }

  /// Preferred failed both ways: the report is the TLS pass's, and the plain pass is a note.
  @Test func preferredFailsBothWays() throws {
    var server = MariaDBServer.requiresTLS
    server.tlsVersion = "TLSv1.2"
    let situation = Situation(
      "TLS 1.2 only, 1.3 demanded, no plain logins", any: server, "--tls-min 1.3",
      endings: Mode.allCases.map { _ in Self.mismatch }
    ).with(\.note, "In plain text")
    try Row(situation: situation, mode: .preferred).judge()
  }

  @Test func productAndVersion() throws {
    let port = try String(Lab.start(mariadb: .optional).port)
    for engine in ["mysql", "mariadb"] {
      let result = try Program.run(
        [
          "--engine", engine, "-h", "localhost", "-p", port, "-U", MySQLAccount.user, "--password",
          "env:LAB_PASSWORD", "--format", "json",
        ], environment: ["LAB_PASSWORD": MySQLAccount.password])
      let server = try #require(Report(result.output)?.server, "\(result)")
      let said = try MariaDBServerTests.login(
        .optional, MariaDBServerTests.plain, statement: "select version()")
      #expect(
        server.product == "MariaDB" && said.hasPrefix("\(server.version)-MariaDB"), "\(said): \(result)")
    }
  }
}
