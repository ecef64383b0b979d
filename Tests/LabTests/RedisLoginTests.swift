import Foundation
import Lab
import Testing

/// Who logs in, to which database, and how the server is × modes: on a server without TLS in Disabled, and on one with
/// TLS in all five.
@Suite struct RedisLoginTests {
  /// - Parameter onTLSPort: the cause there in every mode, where it is another: a full server hangs up before TLS.
  static func rows(
    _ title: String, on server: RedisServer = .plain, _ cause: Cause? = nil, onTLSPort: Cause? = nil,
    _ options: String = "", change: (inout Situation) -> Void = { _ in }
  ) -> [Row] {
    func ending(_ reached: Ending, _ cause: Cause?) -> Ending {
      cause.map { reached.thenFails($0) } ?? reached
    }
    let inPlain = ending(.plain, cause)
    var plain = Situation(
      title + ", no TLS", redis: server, options, inPlain, inPlain, inPlain, inPlain, inPlain)
    var secured = Situation(
      title, any: server.with(\.certificate, "good"), "--ssl-ca {pki}/ca.pem " + options,
      endings: [RedisServer.inPlain]
        + [Ending.encrypted, .encrypted, .chain, .identity].map { ending($0, cause) })
    if let onTLSPort { secured.endings = Array(repeating: .fails(onTLSPort), count: 5) }
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
    rows("user that is off", .authentication) { $0.user = RedisAccount.disabled },
    rows("user that needs no password") {
      $0.user = RedisAccount.nopass
      $0.password = "anything"
    },
    rows("password with everything in it") {
      $0.user = RedisAccount.keeper
      $0.password = Account.keeperPassword
    },
    rows("the default user's password") { $0.user = "" },
    rows("a wrong password of the default user's", .authentication) {
      $0.user = ""
      $0.password = "wrong"
    },
    rows("an empty password", .authentication) { $0.password = "" },
    rows("REDISCLI_AUTH") {
      $0.user = ""
      $0.password = nil
      $0.environment = ["REDISCLI_AUTH": Account.password]
    },
    rows("no credentials where some are needed", .authentication) {
      $0.user = ""
      $0.password = nil
      $0.note = "No password was given."
    },
    rows("a user without a password where one is needed", .authentication) {
      $0.password = nil
      $0.note = "No password was given."
    },
    rows("no credentials where none are needed", on: .plain.open) {
      $0.user = ""
      $0.password = nil
    },
    rows("a user without a password where none is needed", on: .plain.open) {
      $0.password = nil
      $0.remark = "not that of “tester”"
    },
    rows("a user and password where none is needed", on: .plain.open),
    rows("a password where none is needed", on: .plain.open, .authentication) {
      $0.user = ""
      $0.note = "it lets in who gives none"
    },
    rows(
      "AUTH is not there", on: .plain.open.with(\.settings, ["rename-command": "AUTH \"\""]), .authentication
    ) {
      $0.note = "has no AUTH"
    },
    rows("PING is not there", on: withoutPing) { $0.remark = "unknown command" },
    rows("PING is not there, and the password is wrong", on: withoutPing, .authentication) {
      $0.password = "wrong"
    },
    rows("PING is not there, and no password is given", on: withoutPing, .authentication) {
      $0.user = ""
      $0.password = nil
      $0.note = "No password was given."
    },
    rows("PING is not there, and nobody has to log in", on: withoutPing.open) {
      $0.user = ""
      $0.password = nil
      $0.remark = "unknown command"
    },
  ].flatMap { $0 }

  static let withoutPing = RedisServer.plain.with(\.settings, ["rename-command": "PING \"\""])

  static let rights = [
    rows("a user who may do nothing") {
      $0.user = RedisAccount.poor
      $0.database = nil
      $0.remark = "NOPERM"
    },
    rows("a user who may not choose the database", .accessDenied) { $0.user = RedisAccount.poor },
    rows("a user who may not choose, and need not") {
      $0.user = RedisAccount.poor
      $0.database = "0"
    },
    rows("no database") { $0.database = nil },
    rows("the last database") { $0.database = "3" },
    rows("a database that is not there", .noDatabase) { $0.database = "4" },
    rows("a number that is too long", .noDatabase) { $0.database = "99999999999999999999" },
  ].flatMap { $0 }

  static let states = [
    rows("loading", on: .plain.open.with(\.loads, true), .notReady) {
      $0.password = nil
      $0.note = "loading its data"
    },
    rows("loading, and a login is needed", on: .plain.with(\.loads, true), .notReady),
    rows("replica without its master", on: .plain.with(\.isOrphan, true), .notReady) { $0.note = "replica" },
    rows("full", on: .plain.with(\.heldConnections, 1), .tooMany, onTLSPort: .lost),
    rows("cluster", on: .plain.with(\.isCluster, true)) { $0.database = nil },
    rows("cluster's only database", on: .plain.with(\.isCluster, true)) { $0.database = "0" },
    rows("cluster, another database", on: .plain.with(\.isCluster, true), .noDatabase) {
      $0.note = "no database but 0"
    },
    rows("Sentinel", on: .plain.with(\.isSentinel, true)) { $0.database = nil },
    rows("Sentinel, with the first database", on: .plain.with(\.isSentinel, true)) { $0.database = "00" },
    rows("Sentinel, with a database", on: .plain.with(\.isSentinel, true), .noDatabase) {
      $0.note = "Sentinel"
    },
  ].flatMap { $0 }

  @Test(arguments: users) func user(_ row: Row) throws { try row.judge() }
  @Test(arguments: rights) func right(_ row: Row) throws { try row.judge() }
  @Test(arguments: states) func state(_ row: Row) throws { try row.judge() }

  @Test func protectedMode() throws {
    let server = RedisServer.plain.open.with(\.deniesOthers, true)
    for password in [nil, Account.password] {
      var situation = Situation(
        "protected mode", any: server, endings: Array(repeating: .plain.thenFails(.accessDenied), count: 5))
      situation.password = password
      situation.note = "protected mode"
      try Row(situation: situation, mode: .disabled).judge()
    }
  }
}
