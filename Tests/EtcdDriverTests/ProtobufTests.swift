import Testing

@testable import EtcdDriver

/// Protocol buffers' wire format; the bytes are those of the page "Encoding" of protobuf.dev where it has them.
@Suite struct ProtobufTests {
  private func fields(_ bytes: [UInt8]) throws -> [ProtobufField] { try ProtobufReader.fields(of: bytes) }

  @Test func numbers() throws {
    #expect(try fields([0x08, 0x96, 0x01]) == [ProtobufField(number: 1, value: .number(150))])
    let most = [0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01]
    #expect(try fields(most) == [ProtobufField(number: 1, value: .number(.max))])
    #expect(try fields([]) == [])
  }

  @Test func texts() throws {
    let bytes: [UInt8] = [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]
    #expect(try fields(bytes).map(\.text) == ["testing"])
    #expect(try fields([0x12, 0x00]).map(\.text) == [""])
    #expect(try fields([0x12, 0x02, 0xC3, 0x28]).map(\.text) == ["\u{FFFD}("])
  }

  @Test("Kinds that no message has are passed over")
  func others() throws {
    let bytes: [UInt8] = [0x09] + [UInt8](repeating: 1, count: 8) + [0x15, 1, 2, 3, 4, 0x18, 5]
    #expect(try fields(bytes).map(\.value) == [.fixed, .fixed, .number(5)])
    #expect(try fields(bytes).map(\.number) == [1, 2, 3])
    #expect(try fields([0x09] + [UInt8](repeating: 1, count: 8))[0].text == nil)
  }

  @Test(
    "What is no message",
    arguments: [
      // Cut short: a tag, a number, a length, a text, fixed ones.
      [0x88], [0x08, 0x96], [0x12], [0x12, 0x02, 0x41], [0x09, 1, 2], [0x0D, 1, 2],
      // Field 0, groups, kinds that are not there, a number of more than 64 bits, lengths beyond all bounds.
      [0x00, 0x01], [0x0B, 0x0C], [0x0E, 0x01], [0x0F, 0x01],
      [0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x02], [0x08] + [UInt8](repeating: 0x80, count: 11),
      [0x12] + [UInt8](repeating: 0xFF, count: 9) + [0x01],
    ] as [[UInt8]])
  func malformed(bytes: [UInt8]) {
    #expect(throws: ProtobufReader.Malformed.self) { try ProtobufReader.fields(of: bytes) }
  }

  @Test func writing() {
    var writer = ProtobufWriter()
    writer.put("", field: 1)
    writer.put(false, field: 2)
    #expect(writer.bytes == [])
    writer.put("testing", field: 2)
    writer.put(true, field: 9)
    #expect(writer.bytes == [0x12, 0x07] + Array("testing".utf8) + [0x48, 0x01])
  }

  @Test("What is written is read", arguments: [0, 1, 127, 128, 16_383, 16_384, 70_000])
  func roundTrip(count: Int) throws {
    let text = String(repeating: "é", count: count / 2) + String(repeating: "x", count: count % 2)
    var writer = ProtobufWriter()
    writer.put(text, field: 300)
    let wanted = count == 0 ? [] : [ProtobufField(number: 300, value: .bytes(Array(text.utf8)))]
    #expect(try fields(writer.bytes) == wanted)
  }
}
