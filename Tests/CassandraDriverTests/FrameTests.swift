import Testing

@testable import CassandraDriver

/// Frames at every place where they can be cut, and what is none.
@Suite struct FrameTests {
  /// An ERROR of version 4 on stream 0: code 0x0100, `no`.
  static let error: [UInt8] = [0x84, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 1, 0, 0, 2, 0x6e, 0x6f]

  @Test func isReadWithItsLength() {
    let frame = CQLFrame(version: 4, opcode: CQLFrame.Opcode.error, body: Array(Self.error[9...]))
    #expect(CQLFrame.read(Self.error) == .frame(frame, length: 17))
    #expect(CQLFrame.read(Self.error + [0x84]) == .frame(frame, length: 17))
  }

  @Test(arguments: 0..<error.count)
  func cut(at count: Int) {
    #expect(CQLFrame.read(Self.error.prefix(count)) == .incomplete)
  }

  @Test("Versions 1 and 2 have a header of 8 bytes")
  func oldHeader() {
    let bytes: [UInt8] = [0x82, 0, 0, 0, 0, 0, 0, 1, 0x2a]
    let frame = CQLFrame(version: 2, opcode: 0, body: [0x2a])
    #expect(CQLFrame.read(bytes) == .frame(frame, length: 9))
    for count in 0..<9 { #expect(CQLFrame.read(bytes.prefix(count)) == .incomplete) }
  }

  @Test func negativeStream() {
    let bytes: [UInt8] = [0x84, 0, 0xff, 0xff, 0x0C, 0, 0, 0, 0]
    guard case .frame(let frame, 9) = CQLFrame.read(bytes) else {
      Issue.record("no frame")
      return
    }
    #expect(frame.stream == -1)
  }

  @Test(
    "What is no response",
    arguments: [
      Array("HTTP/1.1 400 Bad Request".utf8), Array("-ERR unknown command".utf8),
      [0x15, 3, 1, 0, 2, 2, 70],
      // A request, an unknown version, an unknown opcode, one that only clients send.
      [4, 0, 0, 0, 5, 0, 0, 0, 0], [0x80, 0, 0, 0, 0], [0x88, 0, 0, 0, 0], [0x84, 0, 0, 0, 0x7f],
      [0x84, 0, 0, 0, 0x07],
    ] as [[UInt8]])
  func foreign(bytes: [UInt8]) {
    #expect(CQLFrame.read(bytes) == .foreign)
  }

  @Test("A length that no answer has is not waited for")
  func absurdLength() {
    #expect(CQLFrame.read([0x84, 0, 0, 0, 0, 0, 0x10, 0, 0] as [UInt8]) == .incomplete)
    #expect(CQLFrame.read([0x84, 0, 0, 0, 0, 0, 0x10, 0, 1] as [UInt8]) == .foreign)
    #expect(CQLFrame.read([0x84, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff] as [UInt8]) == .foreign)
  }

  @Test func requests() {
    #expect(CQLRequest.options(version: 4).encoded == [4, 0, 0, 0, 5, 0, 0, 0, 0])
    let query = CQLRequest.query("x", version: 4)
    #expect(query.body == [0, 0, 0, 1, 0x78, 0, 1, 0])
    #expect(CQLRequest.query("x", version: 5).body == [0, 0, 0, 1, 0x78, 0, 1, 0, 0, 0, 0])
    let token = CQLRequest.plainToken(user: "u", password: "p:é")
    #expect(token == [0, 0x75, 0, 0x70, 0x3a, 0xc3, 0xa9])
    #expect(
      CQLRequest.authResponse(token, version: 3).encoded.prefix(13) == [
        3, 0, 0, 0, 15, 0, 0, 0, 11, 0, 0, 0, 7,
      ])
  }

  @Test(
    "Compression is not among the options of STARTUP", arguments: [3, 4, 5] as [UInt8])
  func startup(version: UInt8) {
    let text = String(decoding: CQLRequest.startup(version: version).body, as: UTF8.self)
    #expect(text.contains("CQL_VERSION\0\u{5}3.0.0"))
    #expect(!text.contains("COMPRESSION"))
  }

  @Test(
    "Keyspaces are quoted",
    arguments: [
      ("appdb", "USE \"appdb\""), ("CamelCase", "USE \"CamelCase\""), ("a\"b", "USE \"a\"\"b\""),
      ("\"; DROP KEYSPACE x; --", "USE \"\"\"; DROP KEYSPACE x; --\""), ("\"", "USE \"\"\"\""),
      ("a\"\u{742}b", "USE \"a\"\"\u{742}b\""),
    ])
  func use(keyspace: String, query: String) {
    #expect(Array(CQLRequest.use(keyspace).utf8) == Array(query.utf8))
  }
}
