import Testing

@testable import CassandraDriver

/// Segments of version 5, against what DataStax's Python driver makes (cassandra/segment.py).
@Suite struct SegmentTests {
  /// OPTIONS.
  static let payload: [UInt8] = [5, 0, 0, 0, 5, 0, 0, 0, 0]
  static let segment: [UInt8] = [
    0x09, 0x00, 0x02, 0xa4, 0xc8, 0xc1, 0x05, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x10, 0x86,
    0x28, 0x4d,
  ]

  @Test func checksums() {
    #expect(CQLSegment.crc24(Array("abc".utf8)) == 4_010_694)
    #expect(CQLSegment.crc32(Array("123456789".utf8)) == 0xe2a2_61a7)
  }

  @Test func isMadeAsOthersMakeIt() {
    #expect(CQLSegment.encode(Self.payload) == Self.segment)
    #expect(CQLSegment.read(Self.segment) == .segment(Self.payload, length: Self.segment.count))
  }

  @Test(arguments: 0..<segment.count)
  func cut(at count: Int) {
    #expect(CQLSegment.read(Self.segment.prefix(count)) == .incomplete)
  }

  @Test(arguments: 0..<segment.count * 8)
  func oneBitWrong(bit: Int) {
    var bytes = Self.segment
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    #expect(CQLSegment.read(bytes) == .broken)
  }

  @Test("What is too long for one segment comes in several, and is put together again")
  func several() {
    var frame = CQLFrame(
      version: 5, opcode: CQLFrame.Opcode.result, body: [UInt8](repeating: 7, count: 200_000)
    )
    .encoded
    frame[0] |= 0x80
    let bytes = CQLSegment.encode(frame)
    #expect(bytes.count == frame.count + 20)
    #expect(Array(bytes.prefix(6)) == [0xff, 0xff, 0x01, 0x38, 0x91, 0xfe])
    var inbox = CQLInbox()
    inbox.isSegmented = true
    inbox.append(Array(bytes.dropLast()))
    #expect(inbox.next() == .incomplete)
    inbox.append([bytes[bytes.count - 1]])
    guard case .frame(let read) = inbox.next() else {
      Issue.record("no frame")
      return
    }
    #expect(read.body.count == 200_000)
    #expect(inbox.next() == .incomplete)
  }

  @Test("Several frames in one segment")
  func severalFrames() {
    var inbox = CQLInbox()
    inbox.isSegmented = true
    inbox.append(CQLSegment.encode(FrameTests.error + FrameTests.error))
    for _ in 0..<2 {
      guard case .frame = inbox.next() else {
        Issue.record("no frame")
        return
      }
    }
    #expect(inbox.next() == .incomplete)
  }

  @Test("A segment that never ends a frame is not collected without end")
  func endless() {
    var inbox = CQLInbox()
    inbox.isSegmented = true
    inbox.append(CQLSegment.encode([0x85, 0, 0, 0, 8, 0x0f, 0xff, 0xff, 0xff]))
    #expect(inbox.next() == .foreign)
    inbox = CQLInbox()
    inbox.isSegmented = true
    inbox.append([UInt8](repeating: 0x41, count: 64))
    #expect(inbox.next() == .broken)
  }
}
