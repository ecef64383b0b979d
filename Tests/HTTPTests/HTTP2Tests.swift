import ConnectCore
import HTTP
import Testing
import Transport

/// HTTP/2 by libcurl over a wire that is a script of frames (RFC 9113 section 4.1).
struct HTTP2Tests {
  private func frame(_ type: UInt8, _ flags: UInt8, stream: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags, 0, 0, 0, stream] + payload
  }

  /// A literal field that is not indexed, with a new name (RFC 7541 section 6.2.2).
  private func field(_ name: String, _ value: String) -> [UInt8] {
    [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
  }

  private var settings: [UInt8] { frame(4, 0, stream: 0) }
  private let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  private func client(_ wire: ScriptedWire) throws -> HTTPClient<ScriptedWire> {
    let curl = try LibCurl.shared.get()
    try #require(curl.speaksHTTP2)
    return try HTTPClient(over: wire, curl, version: .http2)
  }

  /// However the bytes are cut.
  @Test(arguments: [1, 7, 9, 60, 1_000])
  func bodyAndTrailers(pieces: Int) throws {
    let answer =
      settings + frame(1, 4, stream: 1, [0x88] + field("content-type", "application/grpc"))
      + frame(0, 0, stream: 1, [0, 0, 0, 0, 0]) + frame(1, 5, stream: 1, field("grpc-status", "7"))
    let wire = ScriptedWire(
      stride(from: 0, to: answer.count, by: pieces).map { Array(answer[$0..<min($0 + pieces, answer.count)]) }
    )
    let request = HTTPRequest(
      method: "POST", path: "/etcdserverpb.KV/Range", headers: [("te", "trailers")], body: [0, 0, 0, 0, 1, 9])
    let response = try client(wire).send(request)
    #expect(wire.sent.starts(with: preface))
    #expect(response.status == 200)
    #expect(response.body == [0, 0, 0, 0, 0])
    #expect(response.trailer("grpc-status") == "7")
    #expect(response.header("content-type") == "application/grpc")
  }

  @Test func trailersOnly() throws {
    let wire = ScriptedWire([settings, frame(1, 5, stream: 1, [0x88] + field("grpc-status", "16"))])
    #expect(try client(wire).send(HTTPRequest(path: "/")).trailer("grpc-status") == "16")
  }

  @Test func severalRequests() throws {
    let wire = ScriptedWire([
      settings, frame(1, 4, stream: 1, [0x88]) + frame(0, 1, stream: 1, [65]),
      frame(1, 4, stream: 3, [0x8D]) + frame(0, 1, stream: 3, [66]),
    ])
    let client = try client(wire)
    #expect(try client.send(HTTPRequest(path: "/1")).status == 200)
    #expect(try client.send(HTTPRequest(path: "/2")).status == 404)
  }

  /// The server says nothing more, so the answer has to be seen with what has come. As etcd 3.4 says it.
  @Test func trailersOnlyAfterABody() throws {
    let first =
      frame(1, 4, stream: 1, [0x88] + field("content-type", "application/grpc"))
      + frame(0, 0, stream: 1, [0, 0, 0, 0, 0]) + frame(1, 5, stream: 1, field("grpc-status", "0"))
    let second =
      frame(8, 0, stream: 0, [0, 0, 0, 15]) + frame(6, 0, stream: 0, [2, 4, 16, 16, 9, 14, 7, 7])
      + frame(1, 5, stream: 3, [0x88] + field("grpc-status", "3"))
    let wire = ScriptedWire([settings + first, second], resets: true)
    let client = try client(wire)
    for status in ["0", "3"] {
      let request = HTTPRequest(
        method: "POST", path: "/a.B/C", headers: [("te", "trailers")], body: [0, 0, 0, 0, 0])
      #expect(try client.send(request).trailer("grpc-status") == status)
    }
  }

  /// The server ends the stream, for whatever reason (RFC 9113 section 7).
  @Test(arguments: [0, 2, 7, 8, 11] as [UInt8]) func streamThatIsEnded(code: UInt8) throws {
    let wire = ScriptedWire([settings, frame(3, 0, stream: 1, [0, 0, 0, code])])
    let failure = try #require(throws: StreamFailure.self) { try client(wire).send(HTTPRequest(path: "/")) }
    #expect(failure.event == .closed)
    #expect(failure.error?.text.contains("RST_STREAM") == true)
  }

  private func goAway(last: [UInt8], code: UInt8 = 0) -> [UInt8] {
    frame(7, 0, stream: 0, last + [0, 0, 0, code] + Array("bye".utf8))
  }

  private var completeAnswer: [UInt8] {
    frame(1, 4, stream: 1, [0x88]) + frame(0, 0, stream: 1, [0, 0, 0, 0, 0])
      + frame(1, 5, stream: 1, field("grpc-status", "0"))
  }

  /// A server that ends in order answers what it has taken, and takes nothing more.
  @Test(arguments: [1, 9, 20, 1_000]) func goAwayBeforeTheAnswer(pieces: Int) throws {
    let bytes = settings + goAway(last: [127, 255, 255, 255]) + completeAnswer
    let wire = ScriptedWire(
      stride(from: 0, to: bytes.count, by: pieces).map { Array(bytes[$0..<min($0 + pieces, bytes.count)]) })
    let client = try client(wire)
    let response = try client.send(HTTPRequest(method: "POST", path: "/", body: [0]))
    #expect(response.trailer("grpc-status") == "0" && response.body.count == 5)
    let sent = wire.sent.count
    let failure = try #require(throws: StreamFailure.self) { try client.send(HTTPRequest(path: "/")) }
    #expect(failure.event == .closed && failure.error?.text == "HTTP/2: GOAWAY, NO_ERROR: bye")
    #expect(wire.sent.count == sent)
  }

  /// What it says is kept longer than it is shown, so that a secret in it is there whole.
  @Test func goAwayWithManyWords() throws {
    let words = String(repeating: "x", count: 500) + "s3cret-of-the-user"
    let wire = ScriptedWire(
      [settings + frame(7, 0, stream: 0, [0, 0, 0, 0, 0, 0, 0, 0] + Array(words.utf8))], resets: true)
    let failure = try #require(throws: StreamFailure.self) { try client(wire).send(HTTPRequest(path: "/")) }
    #expect(failure.error?.text == "HTTP/2: GOAWAY, NO_ERROR: \(words)")
    #expect(failure.error?.shownCharacters == 512)
  }

  @Test func goAwayBetweenRequests() throws {
    let wire = ScriptedWire([settings + completeAnswer, goAway(last: [0, 0, 0, 1])], resets: true)
    let client = try client(wire)
    _ = try client.send(HTTPRequest(path: "/"))
    let failure = try #require(throws: StreamFailure.self) { try client.send(HTTPRequest(path: "/")) }
    #expect(failure.event == .closed)
  }

  @Test(arguments: [0, 11, 99] as [UInt8]) func goAwayInstead(code: UInt8) throws {
    let wire = ScriptedWire([settings, goAway(last: [0, 0, 0, 0], code: code)], resets: true)
    let failure = try #require(throws: StreamFailure.self) { try client(wire).send(HTTPRequest(path: "/")) }
    #expect(failure.event == .closed)
  }

  /// What looks like a frame is not waited for where a server of HTTP/2 would have begun in another way.
  @Test(arguments: ["?", "ERROR\r\n", "\0\0\0\0", "\u{4a}\0\0\0\u{a}8.0.36\0", "\0\0\u{5}\u{1}"])
  func foreignAtOnce(text: String) throws {
    let wire = ScriptedWire([Array(text.utf8)], resets: true)
    let failure = try #require(throws: StreamFailure.self) { try client(wire).send(HTTPRequest(path: "/")) }
    guard case .foreignAnswer(let answer) = failure.event else {
      Issue.record("\(failure.event)")
      return
    }
    #expect(answer.bytes == Array(text.utf8))
  }

  /// Who has begun well and then ends is no stranger.
  @Test func endsAfterTheSettings() throws {
    let wire = ScriptedWire([Array(settings.prefix(4)), Array(settings.dropFirst(4))])
    let failure = try #require(throws: StreamFailure.self) { try client(wire).send(HTTPRequest(path: "/")) }
    #expect(failure.event == .closed)
  }

  @Test(arguments: [
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-x\r\n", "garbage garbage\r\n",
  ])
  func foreign(text: String) throws {
    let wire = ScriptedWire(text)
    let failure = try #require(throws: StreamFailure.self) { try client(wire).send(HTTPRequest(path: "/")) }
    guard case .foreignAnswer(let answer) = failure.event else {
      Issue.record("\(failure.event)")
      return
    }
    #expect(answer.bytes.starts(with: Array(text.utf8.prefix(9))))
  }

  /// One byte for each of many copies of a long field (RFC 7541 section 6.1).
  @Test func fieldsThatMultiply() throws {
    let long = [0x40, 1, 97, 0x7F, 0xA1, 0x1E] + [UInt8](repeating: 98, count: 4_000)
    let block = [0x88] + long + [UInt8](repeating: 0xBE, count: 10_000)
    let wire = ScriptedWire([settings, frame(1, 5, stream: 1, block)])
    _ = try #require(throws: StreamFailure.self) { try client(wire).send(HTTPRequest(path: "/")) }
  }
}
