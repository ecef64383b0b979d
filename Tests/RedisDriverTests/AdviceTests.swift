import ConnectCore
import Testing

@testable import RedisDriver

@Suite("What to change, where the cause's own words do not fit Redis")
struct AdviceTests {
  private func advice(
    _ text: String, _ stage: ConnectionStage = .query, user: String? = "tester", database: String? = "9"
  ) -> (message: String, change: String)? {
    let target = ConnectionTarget(
      engine: .redis, hosts: [HostPort(host: "localhost", port: 6379)], database: database, user: user,
      password: Secret("x"), ssl: SSLSettings(mode: .disabled))
    let failure = ConnectionFailure(stage: stage, event: .serverReported, error: RedisErrors.error(text))
    return RedisRules().finding(for: failure, target: target)?.advice
  }

  @Test func protectedMode() {
    let advice = advice("DENIED Redis is running in protected mode because", .auth)
    #expect(advice?.message.contains("its own computer") == true)
    #expect(advice?.change.contains("password") == true)
    #expect(advice?.change.contains("protected-mode no") == true)
    #expect(advice?.change.contains("from the server itself") == true)
  }

  @Test func aCommandThatTheUserMayNotRun() {
    let words = "NOPERM this user has no permissions to run the 'select' command"
    #expect(advice(words)?.message == "The user “tester” is logged in, but may not run SELECT.")
    #expect(advice(words)?.change.contains("-d/--database") == true)
    #expect(advice("NOPERM x", user: nil, database: nil)?.message.contains("logged in, but may not") == true)
    // Before the login it is about the login.
    #expect(advice(words, .auth) == nil)
  }

  @Test(arguments: ["ERR DB index is out of range", "ERR invalid DB index", "ERR value is not an integer"])
  func aDatabaseIsANumber(text: String) {
    let advice = advice(text)
    #expect(advice?.message == "The server has no database with the number 9.")
    #expect(advice?.change.contains("upper and lower case") == false)
    #expect(advice?.change.contains("counts from 0") == true)
  }

  @Test(arguments: ["ERR SELECT is not allowed in cluster mode", "ERR unknown command 'SELECT'"])
  func noDatabaseAtAll(text: String) {
    #expect(advice(text)?.change.contains("Leave Database empty") == true)
  }

  @Test func aServerWithoutUsers() {
    let words = "ERR wrong number of arguments for 'auth' command"
    #expect(advice(words, .auth)?.message.contains("“tester”") == true)
    #expect(advice(words, .auth)?.change.contains("leave -U/--user out") == true)
    #expect(advice(words, .auth, user: nil) == nil)
  }
}
