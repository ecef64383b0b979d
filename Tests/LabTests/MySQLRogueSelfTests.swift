import Foundation
import Lab
import Testing

/// The lab's rogues get from a careless client what they want, and its scripts of MySQL's packets are understood:
/// otherwise rows in which they get nothing would prove nothing.
@Suite struct MySQLRogueSelfTests {
  static let caching = "caching_sha2_password"
  static let decrypted = "password, decrypted"

  /// What a rogue is given by PyMySQL, in plain text and in TLS.
  static let gains: [(rogue: MySQLRogue, plain: String, tls: String)] = [
    (.clearPassword, "password", "password"), (.dialog, "password", "password"),
    (.sha256OwnKey, decrypted, "password"), (.cachingOwnKey, decrypted, "password"),
    (.cachingOwnKeyBySwitch, decrypted, "password"),
  ]

  @Test(arguments: gains) func given(rogue: MySQLRogue, plain: String, tls: String) throws {
    for (mode, proof) in [(MySQLClient.TLS.none, plain), (.required, tls)] {
      let server = try RunningFakeMySQL(.rogue(rogue))
      let answer = try MySQLClient.pymysql.login(port: server.port, tls: mode)
      #expect(answer.code == nil, "\(answer)")
      let connection = try #require(server.received().last)
      #expect(connection.proofs == [Self.caching, proof], "\(rogue), \(mode)")
      #expect(connection.proofsInClear == (mode == .none ? [Self.caching, proof] : []), "\(rogue), \(mode)")
      #expect(connection.answers.last?.isEmpty == false, "\(rogue), \(mode)")
    }
  }

  /// All at once is as good as in turn, and comes before the client has said anything.
  @Test(
    arguments: gains.map(\.rogue), [FakeMySQL.Haste.withGreeting, .afterHandshake]
  ) func allAtOnce(rogue: MySQLRogue, haste: FakeMySQL.Haste) throws {
    let server = try RunningFakeMySQL(.rogue(rogue).with(\.haste, haste))
    let tls = haste == .afterHandshake
    // In TLS PyMySQL asks for no key, and so takes the key that is there for an answer.
    let answer = try MySQLClient.pymysql.login(port: server.port, tls: tls ? .required : .none)
    let connection = try #require(server.received().last)
    let secret = !tls && [.sha256OwnKey, .cachingOwnKey, .cachingOwnKeyBySwitch].contains(rogue)
    #expect(connection.proofs.last == (secret ? Self.decrypted : "password"), "\(rogue): \(answer)")
    #expect(connection.answers.count >= 1, "\(rogue): \(answer)")
  }

  /// MariaDB's client, whose library is the program's.
  func mariadb(_ server: RunningFakeMySQL, _ options: String...) throws -> ProgramResult {
    try Command.run(
      [
        Lab.mariadbClient(), "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--port=\(server.port)",
        "--user=tester", "-BN", "-e", "select version()", "appdb",
      ] + options,
      environment: Program.cleanEnvironment.merging(["MYSQL_PWD": Account.password]) { $1 }, timeout: 20)
  }

  /// It knows the plugins of old, and takes what is smuggled in front of TLS for what comes inside it.
  @Test(arguments: [MySQLRogue.oldPassword, .oldPasswordByte]) func mariadbsOldPasswords(rogue: MySQLRogue)
    throws
  {
    for (option, inClear) in [("--skip-ssl", true), ("--ssl", false)] {
      let server = try RunningFakeMySQL(.rogue(rogue))
      let result = try mariadb(server, option)
      #expect(result.output == "8.0.36\n", "\(result)")
      let connection = try #require(server.received().last)
      #expect(connection.proofs == [Self.caching, "mysql_old_password"])
      #expect(connection.proofsInClear == (inClear ? connection.proofs : []))
    }
  }

  @Test(arguments: [FakeMySQL.Haste.withGreeting, .withGreetingForTLS])
  func mariadbTakesWhatIsSmuggled(haste: FakeMySQL.Haste) throws {
    let server = try RunningFakeMySQL(.rogue(.clearPassword).with(\.haste, haste))
    let result = try mariadb(server, "--ssl-ca=\(Lab.pki)/ca.pem", "--ssl-verify-server-cert")
    #expect(result.output == "8.0.36\n", "\(result)")
    let connection = try #require(server.received().last)
    #expect(connection.tls != nil && connection.proofs == [Self.caching, "password"])
    #expect(connection.proofsInClear.isEmpty)
  }

  /// The numbers are those that they would have after SSLRequest.
  @Test func numberedForTLS() throws {
    let server = try RunningFakeMySQL(.rogue(.clearPassword).with(\.haste, .withGreetingForTLS))
    let answer = try MySQLClient.pymysql.login(port: server.port)
    #expect(answer.text?.contains("got 3 expected 2") == true, "\(answer)")
  }

  /// What these clients do not take is what they say they have been sent.
  @Test(
    arguments: [
      (.oldPassword, .pymysql, "scramble_old_password"), (.oldPasswordByte, .pymysql, "unknown auth switch"),
      (.pathAsPlugin, .pymysql, "../../tmp/evil"), (.localInfile("/etc/hostname"), .pymysql, "LOAD_LOCAL"),
      (.protocol9, .libmysqlclient, "server version = 9"),
      (.okAsGreeting, .libmysqlclient, "server version = 0"),
      (.hugeGreeting, .pymysql, "timed out"),
    ] as [(MySQLRogue, MySQLClient, String)])
  func refused(rogue: MySQLRogue, client: MySQLClient, text: String) throws {
    let server = try RunningFakeMySQL(.rogue(rogue))
    let answer = try client.login(
      port: server.port, tls: .required, queries: ["SELECT 1"], timeout: rogue == .hugeGreeting ? 1 : 10)
    #expect(answer.text?.contains(text) == true, "\(answer)")
    #expect(try server.received().last?.answers.isEmpty == true)
  }

  /// A wrong password does as well.
  @Test(arguments: [MySQLRogue.welcome, .welcomeFast]) func everybodyIsWelcome(rogue: MySQLRogue) throws {
    let server = try RunningFakeMySQL(.rogue(rogue))
    let answer = try MySQLClient.libmysqlclient.login(
      port: server.port, user: "nobody", password: "wrong", tls: .required, queries: ["SELECT CURRENT_USER()"]
    )
    #expect(answer.rows == [[["nobody@%"]]], "\(answer)")
  }

  @Test(
    arguments: [
      (MySQLRefusal.Moment.greeting, MySQLClient.TLS.none, "1040"), (.greeting, .required, "1040"),
      (.sslRequest, .required, "WRONG_VERSION_NUMBER"), (.login, .none, "1040"), (.login, .required, "1040"),
      (.query, .required, "1040"),
    ]) func errors(moment: MySQLRefusal.Moment, tls: MySQLClient.TLS, text: String) throws
  {
    let server = try RunningFakeMySQL(.refusing(.tooMany.at(moment)))
    let answer = try MySQLClient.pymysql.login(port: server.port, tls: tls)
    #expect(answer.text?.contains(text) == true, "\(answer)")
    let connection = try #require(server.received().last)
    #expect((connection.login == nil) == (moment == .greeting || moment == .sslRequest))
    #expect(connection.decrypted.isEmpty == (tls == .none || connection.login == nil))
  }

  /// The server has TLS, and its greeting does not say so.
  @Test func anOfferThatWasWithheld() throws {
    let server = try RunningFakeMySQL(.mysql8.with(\.offersTLS, false))
    #expect(try MySQLClient.pymysql.login(port: server.port, tls: .required).code == 2026)
    #expect(try server.received().last?.plain == [])
    #expect(try MySQLClient.pymysql.login(port: server.port).code == nil)
  }

  /// In the middle, with a certificate that nobody would accept who looks at it.
  @Test(arguments: MySQLClient.allCases) func inTheMiddle(client: MySQLClient) throws {
    let server = try RunningFakeMySQL(.mysql8)
    let middle = try RunningFakeMySQL.middle(to: server.port, certificate: "self-signed")
    let answer = try client.login(port: middle.port, tls: .required, queries: ["SELECT CURRENT_USER()"])
    #expect(answer.rows == [[["tester@%"]]], "\(answer)")
    let overheard = try #require(middle.received().last)
    #expect(overheard.proofs == [Self.caching, "password"] && overheard.proofsInClear.isEmpty)
    #expect(overheard.login?.user == Account.user && overheard.tls != nil)
    #expect(try overheard.decrypted == server.received().last?.decrypted)

    #expect(try client.login(port: middle.port, tls: .verified).code != nil)
    let refused = try #require(middle.received().last)
    #expect(refused.decrypted.isEmpty && refused.login == nil && !refused.plain.isEmpty)
    #expect(try middle.received().count == 2)
  }

  /// The good certificate's own key is what tells the middle from the server.
  @Test func inTheMiddleUnnoticed() throws {
    let server = try RunningFakeMySQL(.native)
    let middle = try RunningFakeMySQL.middle(to: server.port, certificate: "good")
    #expect(try MySQLClient.pymysql.login(port: middle.port, tls: .verified).code == nil)
    #expect(try middle.received().last?.proofs == ["mysql_native_password"])
  }

  @Test func stripping() throws {
    let server = try RunningFakeMySQL(.mysql8)
    let middle = try RunningFakeMySQL.stripping(to: server.port)
    #expect(try MySQLClient.pymysql.login(port: middle.port, tls: .required).code == 2026)
    #expect(try middle.received().last?.plain == [])
    #expect(try MySQLClient.pymysql.login(port: middle.port).code == nil)
    #expect(try middle.received().last?.proofsInClear == [Self.caching])
    #expect(try middle.received().last?.login?.user == Account.user)
  }

  static let greeting = [false, true].map { Step.mysql(MySQLMessage.greeting(tls: $0)) }
  static let login: [Step] = [.hearMySQL, .mysql(MySQLMessage.fastPath), .mysql(MySQLMessage.ok)]
  /// PyMySQL's SET NAMES, SET AUTOCOMMIT and ping.
  static let opening = Array(repeating: [Step.hearMySQL, .mysql(MySQLMessage.ok)], count: 3).flatMap(\.self)

  /// A script speaks as a server does.
  @Test(arguments: [MySQLClient.TLS.none, .required]) func aScript(tls: MySQLClient.TLS) throws {
    let secured: [Step] = tls == .none ? [Self.greeting[0]] : [Self.greeting[1], .hearMySQL, .secure()]
    let server = try MisbehavingServer(secured + Self.login + [.mysqlSession])
    let answer = try MySQLClient.pymysql.login(port: server.port, tls: tls, queries: ["SELECT VERSION()"])
    #expect(answer.rows == [[["8.0.36"]]], "\(answer)")
    let heard = try #require(server.heard().last)
    #expect(heard.scrambles == [Self.caching] && heard.holdsProof)
    #expect(heard.inner.isEmpty == (tls == .none))
  }

  /// Every kind of packet, each understood as what it is.
  @Test(
    arguments: [
      ([.mysql(MySQLMessage.error(1045, "28000", "not you"))], "(1045, 'not you')"),
      ([.mysql(MySQLMessage.authSwitch("sha256_password")), .hearMySQL, .stall], "timed out"),
      ([.mysql(MySQLMessage.authSwitch("who_knows"))], "who_knows"),
      ([.mysql(MySQLMessage.more([9]))], "Unknown result for fast auth: 9"),
      ([.mysql(MySQLMessage.fullPath), .hearMySQL, .stall], "timed out"),
      (
        [.mysql(MySQLMessage.ok), .hearMySQL, .mysql(MySQLMessage.error(3024, "HY000", "too late"))],
        "(3024, 'too late')"
      ),
      (
        [.mysql(MySQLMessage.ok)] + opening + [
          .hearMySQL, .mysql(MySQLMessage.answer("x"), limit: 20), .stall,
        ], "timed out"
      ),
      (
        [.mysql(MySQLMessage.ok)] + opening + [
          .hearMySQL, .mysql(MySQLMessage.answer("x"), limit: 20), .close,
        ], "2013"
      ),
      ([.mysql(MySQLMessage.ok, pause: 0.001), .hearMySQL, .reset], "Connection reset by peer"),
    ] as [([Step], String)]) func packets(script: [Step], text: String) throws
  {
    let server = try MisbehavingServer([Self.greeting[0], .hearMySQL] + script)
    let answer = try MySQLClient.pymysql.login(port: server.port, timeout: text == "timed out" ? 1 : 10)
    #expect(answer.text?.contains(text) == true, "\(answer)")
  }

  @Test func anEarlyRefusal() throws {
    let server = try MisbehavingServer([.mysql(MySQLMessage.refusal(1129, "Host is blocked")), .close])
    #expect(try MySQLClient.libmysqlclient.login(port: server.port).code == 1129)
  }

  /// A result set as the queries of a script are answered.
  @Test func anAnswer() throws {
    let rows = MySQLMessage.answer(["a", "b"], [["1", "2"], ["3", "4"]])
    let script: [Step] = [Self.greeting[0]] + Self.login + Self.opening
    // What every client is made to ask first.
    let cipher: [Step] = [
      .hearMySQL, .mysql(MySQLMessage.answer(["Variable_name", "Value"], [["Ssl_cipher", ""]])),
    ]
    let server = try MisbehavingServer(script + cipher + [.hearMySQL, .mysql(rows), .stall])
    let answer = try MySQLClient.pymysql.login(port: server.port, queries: ["SELECT * FROM t"])
    #expect(answer.rows == [[["1", "2"], ["3", "4"]]], "\(answer)")
  }
}
