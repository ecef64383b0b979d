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
  }

  private func finding(_ text: String) -> Finding? {
    let failure = ConnectionFailure(stage: .auth, event: .serverReported, error: RedisErrors.error(text))
    let target = ConnectionTarget(
      engine: .redis, hosts: [HostPort(host: "localhost", port: 6379)], ssl: SSLSettings(mode: .disabled))
    return RedisRules().finding(for: failure, target: target)
  }
}
