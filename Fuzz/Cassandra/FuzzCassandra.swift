@testable import CassandraDriver

/// Any bytes as what a server of CQL's protocol sends: frames, bare and in segments, the bodies of messages, and texts.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCassandra(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  let bare = frames(in: [bytes], segmented: false)
  // Where they are cut makes no difference.
  precondition(frames(in: bytes.map { [$0] }, segmented: false) == bare)
  precondition(frames(in: [CQLSegment.encode(bytes)], segmented: true) == bare)
  _ = frames(in: [bytes], segmented: true)
  for frame in bare { _ = try? CQLResponse.read(frame) }
  if let flags = bytes.first {
    for opcode: UInt8 in [0x00, 0x03, 0x06, 0x08, 0x0E] {
      let frame = CQLFrame(version: 4, flags: flags, opcode: opcode, body: Array(bytes.dropFirst()))
      _ = try? CQLResponse.read(frame)
    }
  }
  let text = String(decoding: bytes, as: UTF8.self)
  let refusal = "unsupported protocol version " + text
  let next = CQLVersions.next(code: 0x0A, text: refusal, answered: 4, tried: [4])
  precondition(next == nil || next == 3 || next == 5)
  precondition(CQLRequest.use(text).utf8.count { $0 == 0x22 } % 2 == 0)
  _ = CassandraAuthenticator(className: text)
  return 0
}

/// The frames that arrive in those pieces.
private func frames(in pieces: [[UInt8]], segmented: Bool) -> [CQLFrame] {
  var inbox = CQLInbox()
  inbox.isSegmented = segmented
  var frames: [CQLFrame] = []
  for piece in pieces {
    inbox.append(piece)
    reading: while true {
      switch inbox.next() {
      case .frame(let frame):
        precondition(frame.body.count <= CQLFrame.longestBody)
        frames.append(frame)
      case .incomplete: break reading
      case .foreign, .broken: return frames
      }
    }
  }
  return frames
}
