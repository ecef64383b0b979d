import Testing

@testable import RedisDriver

/// hiredis itself, fed from memory.
@Suite("Reading Redis' replies")
struct ReplyReaderTests {
  private let hiredis: Hiredis

  init() throws { hiredis = try Hiredis.shared.get() }

  private func read(_ texts: String...) throws -> [RedisReplyReader.Look] {
    let reader = try #require(RedisReplyReader(hiredis))
    return texts.map { text in reader.feed(Array(text.utf8)) ? reader.next() : .invalid("too long") }
  }

  @Test("Every kind of reply")
  func kinds() throws {
    #expect(try read("+PONG\r\n") == [.reply(.status("PONG"))])
    #expect(try read("-ERR no\r\n") == [.reply(.error("ERR no"))])
    #expect(try read(":-42\r\n") == [.reply(.integer(-42))])
    #expect(try read("$3\r\na\0b\r\n") == [.reply(.string("a\0b"))])
    #expect(try read("$-1\r\n") == [.reply(.null)])
    #expect(try read("*0\r\n") == [.reply(.array([]))])
    #expect(
      try read("*3\r\n*2\r\n:1\r\n+x\r\n$0\r\n\r\n-E y\r\n") == [
        .reply(.array([.array([.integer(1), .status("x")]), .string(""), .error("E y")]))
      ])
  }

  @Test("Replies in pieces, and several at once")
  func pieces() throws {
    #expect(try read("$5\r\nhe", "llo\r", "\n+") == [.incomplete, .incomplete, .reply(.string("hello"))])
    let reader = try #require(RedisReplyReader(hiredis))
    #expect(reader.feed(Array("+a\r\n+b\r\n:1\r\n".utf8)))
    #expect(
      (0..<4).map { _ in reader.next() } == [
        .reply(.status("a")), .reply(.status("b")), .reply(.integer(1)), .incomplete,
      ])
  }

  @Test(
    "What is no reply, or promises too much, ends it",
    arguments: [
      "HTTP/1.1 400 Bad Request\r\n", "*2147483647\r\n", "*4294967297\r\n", "*9223372036854775807\r\n",
      "*5000\r\n", "*-7\r\n", "$-7\r\n", "$99999999999999999999\r\n", ":nonsense\r\n",
      String(repeating: "*1\r\n", count: 2_000), "%1\r\n+a\r\n+b\r\n",
    ])
  func hostile(text: String) throws {
    guard case .invalid(let words) = try read(text)[0] else {
      Issue.record("\(text.prefix(40)) was taken")
      return
    }
    #expect(!words.isEmpty)
  }

  @Test("Arrays of arrays have no more parts than one alone")
  func manyParts() throws {
    let row = "*1000\r\n" + String(repeating: ":1\r\n", count: 1_000)
    guard case .invalid = try read("*5\r\n" + String(repeating: row, count: 5))[0] else {
      Issue.record("5005 parts were taken")
      return
    }
  }

  @Test("A long promise costs nothing, and what comes is bounded")
  func endless() throws {
    let reader = try #require(RedisReplyReader(hiredis))
    #expect(reader.feed(Array("$536870912\r\n".utf8)))
    #expect(reader.next() == .incomplete)
    let block = [UInt8](repeating: 0x61, count: 1 << 16)
    var fed = 0
    while reader.feed(block) {
      #expect(reader.next() == .incomplete)
      fed += block.count
    }
    #expect(fed <= RedisReplyReader.mostBytes)
    // Small replies without end are no one reply.
    let patient = try #require(RedisReplyReader(hiredis))
    for _ in 0..<100_000 {
      #expect(patient.feed(Array("+PONG\r\n".utf8)))
      guard case .reply = patient.next() else {
        Issue.record("no reply")
        return
      }
    }
  }

  @Test("Commands carry any bytes")
  func commands() {
    #expect(
      hiredis.bytes(of: ["AUTH", "", "p w\r\n$%ü"])
        == Array("*3\r\n$4\r\nAUTH\r\n$0\r\n\r\n$9\r\np w\r\n$%ü\r\n".utf8))
    #expect(hiredis.bytes(of: ["PING"]) == RedisGreeting.ping)
  }
}
