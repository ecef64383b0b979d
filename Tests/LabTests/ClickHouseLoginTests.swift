import Foundation
import Lab
import Testing

/// Who logs in, to which database, and how the server is × modes: on a server without TLS in Disabled, and on one with
/// TLS in all five.
@Suite struct ClickHouseLoginTests {
  static func rows(
    _ title: String, on server: ClickHouseServer = .plain, _ cause: Cause? = nil, _ options: String = "",
    change: (inout Situation) -> Void = { _ in }
  ) -> [Row] {
    func ending(_ reached: Ending) -> Ending { cause.map { reached.thenFails($0) } ?? reached }
    let inPlain = ending(.plain)
    var plain = Situation(
      title + ", no TLS", clickhouse: server, options, inPlain, inPlain, inPlain, inPlain, inPlain)
    var secured = Situation(
      title, any: server.with(\.certificate, "good"), "--ssl-ca {pki}/ca.pem " + options,
      endings: [ClickHouseServer.inPlain] + [Ending.encrypted, .encrypted, .chain, .identity].map(ending))
    change(&plain)
    change(&secured)
    // Its note is about the login, which a port with TLS does not come to in Disabled.
    let noted = [Row(situation: plain, mode: .disabled)] + Row.all([secured]).dropFirst()
    secured.note = nil
    return noted + [Row(situation: secured, mode: .disabled)]
  }

  static let users = [
    rows("user and password"),
    rows("wrong password", .authentication) { $0.password = "wrong" },
    rows("unknown user", .authentication) { $0.user = "nobody" },
    rows("no user is the user default") { $0.user = "" },
    rows("a wrong password of the default user's", .authentication) {
      $0.user = ""
      $0.password = "wrong"
    },
    rows("password with everything in it") {
      $0.user = ClickHouseAccount.keeper
      $0.password = Account.keeperPassword
    },
    rows("an empty password", .authentication) { $0.password = "" },
    rows("no credentials where some are needed", .authentication) {
      $0.user = ""
      $0.password = nil
      $0.note = "No password was given."
    },
    rows("a user without a password where one is needed", .authentication) {
      $0.password = nil
      $0.note = "No password was given."
    },
    rows("user that needs no password") {
      $0.user = ClickHouseAccount.nopass
      $0.password = nil
    },
    rows("a password where none is needed", .authentication) { $0.user = ClickHouseAccount.nopass },
    rows("a server as it comes from its package", on: .plain.with(\.isOpen, true)) {
      $0.user = ""
      $0.password = nil
    },
    rows("CLICKHOUSE_USER and _PASSWORD") {
      $0.user = ""
      $0.password = nil
      $0.environment = ["CLICKHOUSE_USER": Account.user, "CLICKHOUSE_PASSWORD": Account.password]
    },
    // What a header cannot hold goes by Basic, and arrives as it is.
    rows("a space behind the password", .authentication) { $0.password = Account.password + " " },
    rows("a line break in the password", .authentication) {
      $0.password = Account.password + "\nX-ClickHouse-User: default"
    },
    rows("letters of all the world", .authentication) { $0.password = "пароль-密码-é" },
  ].flatMap { $0 }

  static let rights = [
    rows("no database") { $0.database = nil },
    rows("another database") { $0.database = "other" },
    rows("a database that is not there", .noDatabase) { $0.database = "nowhere" },
    rows("a database whose name has everything in it", .noDatabase) { $0.database = "a&user=b#c/d?é%41" },
    rows("a user who may not come from here", .accessDenied) {
      $0.user = ClickHouseAccount.elsewhere
      $0.note = "does not hold this computer's address"
    },
    rows("a user who may not use the database", .accessDenied) { $0.user = ClickHouseAccount.poor },
    rows("a user who may use this database") {
      $0.user = ClickHouseAccount.poor
      $0.database = "other"
    },
    rows("a user who may change nothing") { $0.user = ClickHouseAccount.reader },
    rows("a user who may use no memory", .notReady) { $0.user = ClickHouseAccount.starved },
  ].flatMap { $0 }

  static let states = [
    rows("busy", on: .plain.with(\.isBusy, true), .tooMany),
    rows("busy, and a wrong password", on: .plain.with(\.isBusy, true), .authentication) {
      $0.password = "wrong"
    },
  ].flatMap { $0 }

  @Test(arguments: users) func user(_ row: Row) throws { try row.judge() }
  @Test(arguments: rights) func right(_ row: Row) throws { try row.judge() }
  @Test(arguments: states) func state(_ row: Row) throws { try row.judge() }

  /// The quota is used up by and by.
  @Test func quota() throws {
    var situation = Situation(
      "quota", any: ClickHouseServer.plain.with(\.settings, ["keep_alive_timeout": "4"]),
      endings: Array(repeating: .plain.thenFails(.tooMany), count: 5))
    situation.user = ClickHouseAccount.counted
    let port = try situation.server.place().port
    for _ in 1...3 {
      _ = try Program.run(
        ["--engine", "clickhouse", "-h", "localhost", "-p", String(port)],
        environment: ["CLICKHOUSE_USER": ClickHouseAccount.counted, "CLICKHOUSE_PASSWORD": Account.password])
    }
    try Row(situation: situation, mode: .disabled).judge()
  }
}
