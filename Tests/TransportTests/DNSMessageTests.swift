import Testing

@testable import Transport

/// Answers of name servers, as they are on the line (RFC 1035 section 4).
@Suite struct DNSMessageTests {
  static func header(questions: UInt8 = 1, answers: UInt8) -> [UInt8] {
    [0x12, 0x34, 0x84, 0x80, 0, questions, 0, answers, 0, 0, 0, 0]
  }

  static func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  /// A message with one question and these answers, each a type and its data.
  static func message(_ answers: (UInt8, [UInt8])...) -> [UInt8] {
    header(answers: UInt8(answers.count)) + name("db.example.test") + [0, 33, 0, 1]
      + answers.flatMap { type, data in
        [0xC0, 12, 0, type, 0, 1, 0, 0, 0, 60, UInt8(data.count >> 8), UInt8(data.count & 255)] + data
      }
  }

  @Test func services() {
    let found = DNSMessage(
      Self.message(
        (33, [0, 1, 0, 2, 0x69, 0x89] + Self.name("a.example.test")),
        // The name goes on in the question.
        (33, [0, 0, 0, 5, 0x69, 0x8A, 1, 98, 0xC0, 15])))
    #expect(
      found?.services == [
        .init(priority: 1, weight: 2, port: 27017, target: "a.example.test"),
        .init(priority: 0, weight: 5, port: 27018, target: "b.example.test"),
      ])
  }

  @Test func textsAreJoined() {
    let text = [4] + Array("auth".utf8) + [8] + Array("Source=x".utf8)
    #expect(DNSMessage(Self.message((16, text)))?.texts == ["authSource=x"])
    #expect(DNSMessage(Self.message((16, [0])))?.texts == [""])
  }

  @Test func otherRecordsAreLeftOut() {
    let found = DNSMessage(Self.message((5, Self.name("elsewhere.test")), (16, [1, 65])))
    #expect(found?.services == [])
    #expect(found?.texts == ["A"])
  }

  @Test(
    arguments: [
      [], [1, 2, 3], header(answers: 1), header(questions: 9, answers: 0),
      // Data shorter or longer than it says.
      message((33, [0, 0, 0, 0, 1])), message((16, [9, 65])), message((33, [0, 0, 0, 0, 1, 1, 0, 0])),
      // A name that goes on at itself, further on, or in the middle of nowhere.
      header(questions: 0, answers: 1) + [0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0],
      header(questions: 0, answers: 1) + [0xC0, 200], header(questions: 0, answers: 1) + [0xC0],
      header(questions: 0, answers: 1) + [0x80, 1, 1],
      // A label that ends behind the message.
      header(questions: 1, answers: 0) + [63, 65],
    ] as [[UInt8]]) func notReadable(_ bytes: [UInt8])
  { #expect(DNSMessage(bytes) == nil) }

  /// DNS would let every byte pass; a host's name has letters, digits, - and _.
  @Test(arguments: ["a.b", "a\0", "/tmp/x", "a b", "é", "x@y", "a:1", "%"]) func namesOfNoHost(label: String)
  {
    let target = [UInt8(label.utf8.count)] + Array(label.utf8) + Self.name("example.test")
    #expect(DNSMessage(Self.message((33, [0, 0, 0, 5, 0x69, 0x89] + target))) == nil)
    let good = Self.name("A-b_9.example.test")
    #expect(DNSMessage(Self.message((33, [0, 0, 0, 5, 0x69, 0x89] + good)))?.services.count == 1)
  }

  @Test func everyCutIsNoticed() {
    let whole = Self.message((33, [0, 0, 0, 5, 0x69, 0x89] + Self.name("a.example.test")))
    for count in 0..<whole.count { #expect(DNSMessage(Array(whole[..<count])) == nil, "\(count)") }
  }
}
