import Lab
import Testing

/// Who logs in, to which keyspace, and how the server is × modes: on a server without TLS in Disabled, and on one with
/// TLS in all five.
@Suite struct CassandraLoginTests {
  static func rows(
    _ title: String, on server: CassandraServer = .plain, _ cause: Cause? = nil,
    change: (inout Situation) -> Void = { _ in }
  ) -> [Row] {
    func ending(_ reached: Ending) -> Ending { cause.map { reached.thenFails($0) } ?? reached }
    var plain = Situation(
      title + ", no TLS", any: server, endings: Array(repeating: ending(.plain), count: 5))
    var secured = Situation(
      title, any: server.with(\.certificate, "good"), "--ssl-ca {pki}/ca.pem",
      endings: [CassandraServer.inPlain] + [Ending.encrypted, .encrypted, .chain, .identity].map(ending))
    change(&plain)
    change(&secured)
    // Its note is about the login, which a port with TLS does not come to in Disabled.
    let noted = [Row(situation: plain, mode: .disabled)] + Row.all([secured]).dropFirst()
    secured.note = nil
    return noted + [Row(situation: secured, mode: .disabled)]
  }

  static func with(_ authenticator: String?) -> CassandraServer {
    CassandraServer.plain.with(\.authenticator, authenticator)
  }

  static func refusing(_ moment: CassandraServer.Moment, _ code: Int, _ text: String) -> CassandraServer {
    CassandraServer.plain.with(\.errors, [moment: .init(code, text)])
  }

  static let users = [
    rows("user and password"),
    rows("wrong password", .authentication) { $0.password = "wrong" },
    rows("unknown user", .authentication) { $0.user = "nobody" },
    rows("password with everything in it") {
      $0.user = Account.keeper
      $0.password = Account.keeperPassword
    },
    rows("an empty password", .authentication) { $0.password = "" },
    rows("no credentials where some are needed", .authentication) {
      $0.user = ""
      $0.password = nil
      $0.note = "No password was given."
    },
    rows("a user without a password", .authentication) {
      $0.password = nil
      $0.note = "No password was given."
    },
    rows("a password without a user", .authentication) {
      $0.user = ""
      $0.note = "no user was given"
    },
    rows("no credentials where none are needed", on: with(nil)) {
      $0.user = ""
      $0.password = nil
    },
    rows("a password where none is needed", on: with(nil)) { $0.remark = "asked for no password" },
    rows("Astra's user, and a token that is not good", .authentication) {
      $0.user = "token"
      $0.password = "AstraCS:not-it"
      $0.note = "AstraCS"
    },
    rows("may not log in", on: refusing(.auth, 0x100, "tester is not permitted to log in"), .accessDenied),
    rows(
      "may not log in to this data center",
      on: refusing(.query, 0x2100, "You do not have access to this datacenter (dc1)"), .accessDenied),
    rows(
      "the accounts cannot be read",
      on: refusing(.auth, 0x100, "Unable to perform authentication: Cannot achieve consistency level QUORUM"),
      .notReady),
  ].flatMap { $0 }

  static let authenticators =
    [
      rows("DataStax's", on: with("com.datastax.bdp.cassandra.auth.DseAuthenticator")),
      rows(
        "DataStax's, wrong password", on: with("com.datastax.bdp.cassandra.auth.DseAuthenticator"),
        .authentication
      ) {
        $0.password = "wrong"
      },
      rows("Amazon's", on: with("com.amazon.helenus.auth.HelenusAuthenticator")),
      rows("ScyllaDB's, in transition", on: with("com.scylladb.auth.TransitionalAuthenticator")) {
        $0.remark = "proves nothing of the password"
      },
      rows(
        "ScyllaDB's, in transition, wrong password", on: with("com.scylladb.auth.TransitionalAuthenticator")
      ) {
        $0.password = "wrong"
        $0.remark = "proves nothing of the password"
      },
    ].flatMap { $0 }
    + [
      "com.datastax.bdp.cassandra.auth.KerberosAuthenticator", "org.example.auth.ScramAuthenticator",
    ].flatMap { name in rows(name, on: with(name), .authentication) { $0.note = "No password was sent" } }
    + [
      "com.instaclustr.cassandra.ldap.LDAPAuthenticator", "org.example.Authenticator",
    ].flatMap { unknown($0) }

  /// Who names an authenticator that may be anything gets the password if its certificate was verified.
  static func unknown(_ name: String) -> [Row] {
    let title = "the authenticator “\(name)”"
    let withheld = [Ending.plain, .encrypted, .encrypted].map {
      $0.thenFails(.authentication, advising: .verifyIdentity)
    }
    var plain = Situation(
      title + ", no TLS", any: with(name), endings: Array(repeating: withheld[0], count: 5))
    plain.note = "No password was sent to the authenticator"
    var secured = Situation(
      title, any: with(name).with(\.certificate, "good"), "--ssl-ca {pki}/ca.pem",
      endings: [CassandraServer.inPlain] + withheld.dropFirst() + [.chain, .identity])
    secured.note = plain.note
    return [Row(situation: plain, mode: .disabled)] + Row.all([secured]).dropFirst()
  }

  static let keyspaces = [
    rows("no keyspace") { $0.database = nil },
    rows("upper case in its name") { $0.database = "CamelCase" },
    rows("quotation marks in its name") { $0.database = "with \"quotes\"; and more" },
    rows("a keyspace that is not there", .noDatabase) { $0.database = "nosuch" },
    rows("a keyspace in the wrong case", .noDatabase) { $0.database = "camelcase" },
    rows("a keyspace that wants to be a statement", .noDatabase) { $0.database = "x\"; DROP KEYSPACE appdb" },
    rows(
      "a keyspace that is not for all", on: refusing(.use, 0x2100, "User tester has no permission"),
      .accessDenied),
  ].flatMap { $0 }

  /// Amazon Keyspaces' accounts need not have rights on it.
  static let unreadable = rows(
    "system.local is not for all",
    on: refusing(.query, 0x2100, "User tester has no SELECT permission on <table system.local>")
  ) { $0.remark = "may not read system.local" }

  static let states = [
    rows("bootstrapping", on: refusing(.startup, 0x1002, "Cannot read from a bootstrapping node"), .notReady)
    {
      $0.note = "joining the cluster"
    },
    rows("bootstrapping, told by the query", on: refusing(.query, 0x1002, "Bootstrapping"), .notReady),
    rows("overloaded", on: refusing(.startup, 0x1001, "Server is in overloaded state"), .notReady) {
      $0.note = "overloaded"
    },
    rows(
      "overloaded, told by OPTIONS", on: refusing(.options, 0x1001, "Request breached global limit"),
      .notReady),
    rows("replicas away", on: refusing(.query, 0x1000, "Cannot achieve consistency level ONE"), .notReady),
    rows("read timeout", on: refusing(.query, 0x1200, "Operation timed out"), .notReady),
    rows("too many", on: refusing(.startup, 0x1001, "Too many connections"), .tooMany),
    rows("something unexpected", on: refusing(.startup, 0x0000, "java.lang.NullPointerException"), .other),
    rows("a protocol error", on: refusing(.startup, 0x000A, "Invalid message"), .other),
  ].flatMap { $0 }

  @Test(arguments: users) func user(_ row: Row) throws { try row.judge() }
  @Test(arguments: authenticators) func authenticator(_ row: Row) throws { try row.judge() }
  @Test(arguments: keyspaces) func keyspace(_ row: Row) throws { try row.judge() }
  @Test(arguments: unreadable) func systemLocal(_ row: Row) throws { try row.judge() }
  @Test(arguments: states) func state(_ row: Row) throws { try row.judge() }

  /// Cassandra breaks off what is too many without a word, before TLS.
  @Test(arguments: Mode.allCases) func full(mode: Mode) throws {
    let server = CassandraServer.optional.with(\.full, true)
    var situation = Situation("full", any: server, endings: Array(repeating: .fails(.lost), count: 5))
    situation.note = "native_transport_max_concurrent_connections"
    try Row(situation: situation, mode: mode).judge()
  }

  /// What it closes later is not for that.
  @Test func closedAfterTheHandshake() throws {
    let server = try MisbehavingServer([.secure(), .close])
    let result = try Program.run([
      "--engine", "cassandra", "-h", "127.0.0.1", "-p", String(server.port), "--ssl", "required", "--format",
      "json",
    ])
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.lost.rawValue, "\(result)")
    #expect(!diagnosis.notes.contains { $0.contains("native_transport") }, "\(result)")
  }

  /// A right that is missing is no login that was refused.
  @Test func unauthorizedAfterTheLogin() throws {
    let server = Self.refusing(.use, 0x2100, "User tester has no permission on <keyspace appdb>")
    let port = try Lab.start(cassandra: server).port
    let result = try Program.run(
      [
        "cassandra://\(Account.user)@127.0.0.1:\(port)/\(Account.database)", "--password", "env:LAB_PASSWORD",
        "--format", "json",
      ],
      environment: ["LAB_PASSWORD": Account.password])
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.accessDenied.rawValue && diagnosis.stage == "query", "\(result)")
    #expect(
      diagnosis.message
        == "User “\(Account.user)” has logged in, but may not use the keyspace “\(Account.database)”.",
      "\(result)")
  }

  /// What is refused on this side is not said to be the server's refusal, and names what to change.
  @Test func thePasswordWasWithheld() throws {
    for (name, mode, option) in [
      ("org.example.Authenticator", Mode.disabled, true), ("org.example.Authenticator", .required, true),
      ("org.example.KerberosAuthenticator", .verifyIdentity, false),
    ] {
      let server = Self.with(name).with(\.certificate, mode == .disabled ? nil : "good")
      let result = try Program.run(
        [
          "--engine", "cassandra", "-h", "localhost", "-p", String(Lab.start(cassandra: server).port),
          "--ssl",
        ]
          + [mode.rawValue, "--ssl-ca", Lab.pki + "/ca.pem", "-U", Account.user, "--password"]
          + ["env:LAB_PASSWORD", "--format", "json"],
        environment: ["LAB_PASSWORD": Account.password])
      let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
      #expect(diagnosis.message.hasPrefix("TablePro did not send the password: "), "\(result)")
      #expect(diagnosis.suggestion.contains("--ssl verify-identity") == option, "\(result)")
      #expect(diagnosis.notes.contains { $0.contains(" \(name)") }, "\(result)")
    }
  }

  /// Nothing is sent to a way of logging in that is not known, where nobody knows who the server is.
  @Test func thePasswordIsNotSentToEverybody() throws {
    for name in ["com.instaclustr.cassandra.ldap.LDAPAuthenticator", "org.example.Authenticator"] {
      let server = try RunningCassandra(Self.with(name))
      let result = try Program.run(
        ["--engine", "cassandra", "-h", "127.0.0.1", "-p", String(server.port), "-U", Account.user]
          + ["--password", "env:LAB_PASSWORD"], environment: ["LAB_PASSWORD": Account.password])
      #expect(result.exitCode == Cause.authentication.exitCode, "\(result)")
      let heard = try server.received()
      #expect(heard.allSatisfy { !$0.contains(Account.password) && !$0.contains(Account.user) })
    }
  }
}
