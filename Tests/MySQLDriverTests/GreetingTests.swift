import ConnectCore
import Testing

@testable import MySQLDriver

struct GreetingTests {
  @Test func nothingIsIncomplete() { #expect(MySQLFirstPacket([]) == .incomplete) }
}
