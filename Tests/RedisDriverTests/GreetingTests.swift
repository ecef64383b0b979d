import Testing

@testable import RedisDriver

@Suite("Who answers PING")
struct GreetingTests {
  @Test(
    "Redis",
    arguments: [
      "+PONG\r\n", "-NOAUTH Authentication required.\r\n", "-ERR max number of clients reached\r\n",
    ])
  func redis(text: String) {
    let greeting = RedisGreeting(bytes: Array(text.utf8))
    #expect(greeting.isComplete)
    #expect(!greeting.isForeign)
  }

  @Test(
    "Others",
    arguments: [
      "HTTP/1.1 400", "ERROR\r\n", "SSH-2.0-x", "+OK POP3 ready\r\n", "\u{15}\u{3}\u{1}", "* OK IMAP",
      "INFO {}",
    ])
  func others(text: String) { #expect(RedisGreeting(bytes: Array(text.utf8)).isForeign) }

  @Test("A part of a line tells nothing yet", arguments: ["", "+PO", "-NO"])
  func parts(text: String) { #expect(!RedisGreeting(bytes: Array(text.utf8)).isComplete) }

  @Test("A reply to PING is PONG or an error")
  func replies() {
    #expect(RedisGreeting.isRedis(.status("PONG")))
    #expect(RedisGreeting.isRedis(.error("ERR x")))
    for reply in [RedisReply.status("OK"), .string("PONG"), .integer(1), .null, .array([])] {
      #expect(!RedisGreeting.isRedis(reply))
    }
  }
}
