import Foundation
import Lab
import Testing

/// Other vendors' clients take the fake for MySQL 8, and it knows what they told it.
@Suite struct FakeMySQLTests {
  static let caching = "caching_sha2_password"
  static let native = "mysql_native_password"

  /// A login, and how it ends with each client.
  struct Login: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var fake: FakeMySQL
    var tls = MySQLClient.TLS.none
    var user = Account.user
    var password = Account.password
    var database = Account.database
    var certificate: String?
    /// The error that it ends with; nil: it logs in.
    var code: Int?
    /// What the server has in hand after that.
    var proofs: [String]
    var clients = MySQLClient.allCases

    init(
      _ title: String, _ fake: FakeMySQL, _ tls: MySQLClient.TLS = .none, code: Int? = nil,
      proofs: [String]
    ) {
      (testDescription, self.fake, self.tls, self.code, self.proofs) = (title, fake, tls, code, proofs)
    }

    func with<Value>(_ path: WritableKeyPath<Login, Value>, _ value: Value) -> Login {
      var login = self
      login[keyPath: path] = value
      return login
    }
  }

  static let fast = FakeMySQL.mysql8.with(\.cache, .full)
  static let strict = FakeMySQL.requiresTLS
  static let decrypted = "password, decrypted"

  static let logins = [
    Login("full path in TLS", .mysql8, .verified, proofs: [caching, "password"]),
    Login("fast path in TLS", fast, .verified, proofs: [caching]),
    Login("fast path in plain text", fast, proofs: [caching]),
    Login("TLS 1.2", .tls12, .verified, proofs: [caching, "password"]),
    Login("native in plain text", .native, proofs: [native]),
    Login("native in TLS", .native, .verified, proofs: [native]),
    Login("native after a switch", .mysql8, .verified, proofs: [caching, native]).with(\.user, "legacy"),
    Login(
      "caching after a switch", .mysql8.with(\.greetingPlugin, .native), .verified,
      proofs: [caching, native, "password"]
    ).with(\.clients, [.pymysql]),
    Login("sha256 in TLS", .mysql8.with(\.plugin, .sha256), .verified, proofs: [caching, "password"]),
    Login("without a password", .mysql8, proofs: []).with(\.user, "nopass").with(\.password, ""),
    Login("no database", .mysql8, .verified, proofs: [caching, "password"]).with(\.database, ""),
    Login("with a certificate", .mutual, .verified, proofs: [caching, "password"])
      .with(\.certificate, "client"),
    Login("the keeper", .mysql8, .verified, proofs: [caching, "password"])
      .with(\.user, Account.keeper).with(\.password, Account.keeperPassword),

    Login("wrong password", .mysql8, .required, code: 1045, proofs: []).with(\.password, "wrong"),
    Login("wrong password, cached", fast, .required, code: 1045, proofs: []).with(\.password, "wrong"),
    Login("wrong password, native", .native, code: 1045, proofs: []).with(\.password, "wrong"),
    Login("unknown user", .mysql8, .required, code: 1045, proofs: [caching, "password"])
      .with(\.user, "nobody"),
    Login("no certificate", .mutual, .required, code: 1045, proofs: [caching, "password"]),
    Login("TLS wanted by the account", fast, code: 1045, proofs: [caching]).with(\.user, "tlsonly"),
    Login("secure transport", strict.with(\.cache, .full), code: 3159, proofs: [caching]),
    Login("secure transport, native", strict.with(\.plugin, .native), code: 3159, proofs: [caching, native]),
    Login("secure transport, in TLS", strict, .verified, proofs: [caching, "password"]),
    Login("unknown database", .mysql8, .required, code: 1049, proofs: [caching, "password"])
      .with(\.database, "nowhere"),
    Login("closed database", .mysql8, .required, code: 1044, proofs: [caching, "password"])
      .with(\.database, "closed"),
    Login("locked", .mysql8, .required, code: 3118, proofs: [caching, "password"]).with(\.user, "locked"),
    Login("expired", .mysql8, .required, code: 1862, proofs: [caching, "password"]).with(\.user, "expired"),
    Login("too many connections", .refusing(.tooMany), .none, code: 1040, proofs: []),
    Login("blocked", .refusing(.hostBlocked), .none, code: 1129, proofs: []),
    Login("not allowed", .refusing(.hostNotAllowed), .none, code: 1130, proofs: []),

    // In plain text the password in full goes encrypted with the server's key. PyMySQL asks for it.
    Login("full path in plain text", .mysql8, proofs: [caching, decrypted]).with(\.clients, [.pymysql]),
    Login("full path without TLS", .plain, proofs: [caching, decrypted]).with(\.clients, [.pymysql]),
    Login("wrong password, in plain text", .plain, code: 1045, proofs: []).with(\.password, "wrong")
      .with(\.clients, [.pymysql]),
    Login("sha256 in plain text", .plain.with(\.plugin, .sha256), proofs: [caching, decrypted])
      .with(\.clients, [.pymysql, .libmysqlclient]),
    // The password is looked at first, as by MySQL.
    Login("secure transport, full path", strict, code: 3159, proofs: [caching, decrypted])
      .with(\.clients, [.pymysql]),
    Login("secure transport and a wrong password", strict, code: 1045, proofs: []).with(\.password, "wrong")
      .with(\.clients, [.pymysql]),
    // Oracle's C library sends nothing with a key that it does not know: "requires secure connection".
    Login("full path without a key", .mysql8, code: 2061, proofs: [caching])
      .with(\.clients, [.libmysqlclient]),
    // Oracle's Python client gives the password away in clear, which MySQL too takes for a wrong one.
    Login("full path in clear", .mysql8, code: 1045, proofs: [caching, "password"])
      .with(\.clients, [.connector]),
  ]

  @Test(arguments: logins) func login(_ login: Login) throws {
    for client in login.clients {
      let server = try RunningFakeMySQL(login.fake)
      let answer = try client.login(
        port: server.port, user: login.user, password: login.password, database: login.database,
        tls: login.tls, certificate: login.certificate, queries: ["SELECT VERSION(), CURRENT_USER()"])
      let story: Comment = "\(login.testDescription), \(client): \(answer)"
      #expect(answer.code == login.code, story)
      let received = try server.received()
      #expect(received.count == 1, story)
      let connection = try #require(received.last, story)
      #expect(connection.proofs == login.proofs, story)
      #expect(connection.proofsInClear == (login.tls == .none ? login.proofs : []), story)
      guard login.code == nil else {
        #expect(connection.queries.isEmpty, story)
        continue
      }
      #expect(answer.rows == [[[login.fake.version, "\(login.user)@%"]]], story)
      #expect(connection.login?.user == login.user, story)
      #expect(connection.login?.database == login.database, story)
      #expect(answer.cipher?.isEmpty == (login.tls == .none), story)
      #expect((connection.tls == nil) == (login.tls == .none), story)
      #expect(connection.tls?.clientCertificate ?? false == (login.certificate != nil), story)
      #expect(connection.decrypted.isEmpty == (login.tls == .none), story)
    }
  }

  /// Each is refused in its own way; what counts is that nothing came.
  @Test(arguments: MySQLClient.allCases, ["self-signed", "wrong-name", "expired"])
  func aBadCertificate(client: MySQLClient, certificate: String) throws {
    let server = try RunningFakeMySQL(.with(certificate))
    let answer = try client.login(port: server.port, tls: .verified)
    #expect(answer.code != nil, "\(answer)")
    let connection = try #require(server.received().last)
    #expect(connection.decrypted.isEmpty && connection.login == nil && connection.proofs.isEmpty)
    #expect(!connection.plain.isEmpty && !connection.contains(Account.user))
    #expect(try client.login(port: server.port, tls: .required).code == nil)
  }

  /// A password that was told once is not told again.
  @Test func theCacheFills() throws {
    let server = try RunningFakeMySQL(.mysql8.with(\.cache, .fills))
    for _ in 1...2 { #expect(try MySQLClient.pymysql.login(port: server.port, tls: .verified).code == nil) }
    #expect(try server.received().map(\.proofs) == [[Self.caching, "password"], [Self.caching]])
  }

  @Test func theNameThatWasAskedFor() throws {
    let server = try RunningFakeMySQL(.mysql8)
    _ = try MySQLClient.pymysql.login(port: server.port, tls: .verified)
    #expect(try server.received().last?.tls?.serverName == "localhost")
    #expect(try server.received().last?.tls?.version == "TLSv1.3")
  }

  @Test(arguments: MySQLClient.allCases) func queries(client: MySQLClient) throws {
    let server = try RunningFakeMySQL(
      .aurora.with(\.userTable, [["User": Account.user, "ssl_type": "X509"]]))
    let answer = try client.login(
      port: server.port, tls: .verified,
      queries: [
        "SHOW VARIABLES WHERE Variable_name IN ('version', 'aurora_version', 'tidb_version', 'read_only')",
        "SHOW GLOBAL VARIABLES LIKE 'innodb\\_read%'", "SELECT @@version_comment AS comment, 7, 'a, b'",
        "SELECT ssl_type FROM mysql.user WHERE user = 'tester'",
      ])
    #expect(
      answer.rows == [
        [["aurora_version", "3.06.0"], ["read_only", "OFF"], ["version", "8.0.32"]],
        [["innodb_read_only", "OFF"]], [["Source distribution", "7", "a, b"]], [["X509"]],
      ], "\(answer)")
  }

  @Test(
    arguments: [
      ("SELECT ssl_type FROM mysql.user", FakeMySQL.mysql8, 1142), ("FROB", .mysql8, 1064),
      ("SELECT @@nonsense", .mysql8, 1193), ("USE nowhere", .mysql8, 1049), ("USE closed", .mysql8, 1044),
      ("SELECT 1", .refusing(.queryTimeout), 3024),
    ]) func errorsOfQueries(query: String, fake: FakeMySQL, code: Int) throws
  {
    // Oracle's clients put queries of their own first.
    let client = MySQLClient.pymysql
    let answer = try client.login(port: RunningFakeMySQL(fake).port, tls: .verified, queries: [query])
    #expect(answer.code == code, "\(answer)")
  }
}
