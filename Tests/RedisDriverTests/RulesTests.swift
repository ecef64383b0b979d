import ConnectCore
import Testing

@testable import RedisDriver

/// Errors as servers have said them: Redis 7.0.15, but for those that say otherwise.
@Suite("Redis' errors and their causes")
struct RulesTests {
  static let recorded: [(String, Cause)] = [
    ("NOAUTH Authentication required.", .authenticationFailed),
    ("NOAUTH HELLO must be called with the client already authenticated", .authenticationFailed),
    ("WRONGPASS invalid username-password pair or user is disabled.", .authenticationFailed),
    (
      "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
      .authenticationFailed
    ),
    ("ERR Client sent AUTH, but no password is set", .authenticationFailed),  // Redis 5
    ("ERR invalid password", .authenticationFailed),  // Redis 5
    ("ERR wrong number of arguments for 'auth' command", .authenticationFailed),  // Redis 5
    ("ERR operation not permitted", .authenticationFailed),  // Redis 2.6
    ("ERR unknown command 'AUTH', with args beginning with: 'x' ", .authenticationFailed),
    ("NOPERM this user has no permissions to run the 'ping' command", .accessDenied),
    (
      "DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.",
      .accessDenied
    ),
    ("LOADING Redis is loading the dataset in memory", .serverNotReady),
    (
      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", .serverNotReady
    ),
    (
      "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
      .serverNotReady
    ),
    ("CLUSTERDOWN The cluster is down", .serverNotReady),
    ("ERR max number of clients reached", .tooManyConnections),
    ("ERR max number of clients + cluster connections reached", .tooManyConnections),
    ("ERR max concurrent connections exceeded", .tooManyConnections),  // hosted services
    ("ERR NOAUTH Authentication required.", .authenticationFailed),  // Pika
    (
      "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
      .serverNotReady
    ),
    ("ERR DB index is out of range", .databaseNotFound),
    ("ERR invalid DB index", .databaseNotFound),
    ("ERR value is not an integer or out of range", .databaseNotFound),
    ("ERR SELECT is not allowed in cluster mode", .databaseNotFound),
    ("ERR unknown command 'SELECT', with args beginning with: '3' ", .databaseNotFound),
  ]

  @Test("by their words", arguments: recorded)
  func causes(text: String, cause: Cause) { #expect(finding(text)?.cause == cause) }

  @Test("What nobody has a rule for stays unnamed", arguments: ["ERR syntax error", "", "hello", "OOM x"])
  func unknown(text: String) { #expect(finding(text) == nil) }

  @Test("A code is a word in capitals")
  func codes() {
    #expect(RedisErrors.code(of: "WRONGPASS invalid") == "WRONGPASS")
    #expect(RedisErrors.code(of: "NOAUTH") == "NOAUTH")
    #expect(RedisErrors.code(of: "Unknown command") == nil)
    #expect(RedisErrors.code(of: "") == nil)
    #expect(RedisErrors.code(of: "ERR NOAUTH Authentication required.") == "NOAUTH")
    #expect(RedisErrors.code(of: "ERR DB index is out of range") == "ERR")
  }

  @Test("What refuses AUTH in words that nobody knows refuses the login")
  func unknownRefusals() {
    #expect(finding("ERR go away", asked: true)?.cause == .authenticationFailed)
    #expect(finding("ERR max number of clients reached", asked: true)?.cause == .tooManyConnections)
    #expect(finding("ERR go away", .query, asked: true) == nil)
  }

  @Test(
    "What a refusal of PING says about the way to a session",
    arguments: [
      ("DENIED Redis is running in protected mode", .final), ("LOADING Redis is loading", .final),
      ("MASTERDOWN Link with MASTER is down", .final), ("BUSY Redis is busy running a script", .final),
      ("ERR max number of clients reached", .final), ("ERR max concurrent connections exceeded", .final),
      ("NOAUTH Authentication required.", .login), ("ERR NOAUTH Authentication required.", .login),
      ("ERR operation not permitted", .login), ("NOPERM this user has no permissions", .remark),
      ("ERR unknown command `PING`, with args beginning with: ", .remark),
      ("ERR unknown command 'ping'", .remark), ("MISCONF Redis is configured to save", .remark),
      ("ERR unknown command 'SELECT'", .unclear), ("ERR what", .unclear), ("", .unclear),
    ] as [(String, RedisRule.Meaning)])
  func meanings(text: String, meaning: RedisRule.Meaning) {
    #expect(RedisRules.meaning(of: text) == meaning)
  }

  @Test(
    "What a server without AUTH repeats is left out",
    arguments: [
      "'AUTH', with args beginning with: 'me' 's3cret", "`AUTH`, with args beginning with: `s3cret`, ",
    ])
  func echo(text: String) {
    let error = RedisErrors.refusalOfLogin("ERR unknown command \(text)")
    #expect(error.text.hasSuffix("with args beginning with: …") && error.nativeCode == "ERR")
    #expect(RedisErrors.refusalOfLogin("WRONGPASS no").text == "WRONGPASS no")
  }

  @Test("An answer that is none of the protocol's")
  func notValid() {
    let failure = ConnectionFailure(stage: .auth, event: .other("the answer to AUTH is not valid Redis"))
    let finding = RedisRules().finding(for: failure, target: Self.target)
    #expect(finding?.cause == .wrongProtocol && finding?.advice?.message.contains("not valid Redis") == true)
    let other = ConnectionFailure(stage: .auth, event: .other("there is no memory"))
    #expect(RedisRules().finding(for: other, target: Self.target) == nil)
  }

  private static let target = ConnectionTarget(
    engine: .redis, hosts: [HostPort(host: "localhost", port: 6379)], ssl: SSLSettings(mode: .disabled))

  private func finding(_ text: String, _ stage: ConnectionStage = .auth, asked: Bool = false) -> Finding? {
    let failure = ConnectionFailure(
      stage: stage, event: .serverReported, error: RedisErrors.error(text), credentialsRequested: asked)
    return RedisRules().finding(for: failure, target: Self.target)
  }
}
