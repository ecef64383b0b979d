import ConnectCore
import HTTP
import Testing
import Transport

/// HTTP/1.1 by libcurl over a wire that is a script.
struct HTTPClientTests {
  private func answer(
    _ wire: ScriptedWire, to request: HTTPRequest = HTTPRequest(path: "/ping")
  ) throws -> HTTPResponse {
    try HTTPClient(over: wire, LibCurl.shared.get()).send(request)
  }

  private func failure(
    _ wire: ScriptedWire, to request: HTTPRequest = HTTPRequest(path: "/ping")
  ) throws -> StreamFailure {
    try #require(throws: StreamFailure.self) { try answer(wire, to: request) }
  }

  @Test func request() throws {
    let wire = ScriptedWire("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Name:  a b \r\n\r\nOk.\n")
    let request = HTTPRequest(path: "/?query=a%20b", headers: [("X-Key", "value"), ("X-Empty", "")])
    let response = try answer(wire, to: request)
    #expect(response.status == 200)
    #expect(response.text == "Ok.\n")
    #expect(response.header("x-name") == "a b")
    let lines = wire.sentText.components(separatedBy: "\r\n")
    #expect(lines.first == "GET /?query=a%20b HTTP/1.1")
    #expect(lines.contains("Host: db.example:8123"))
    #expect(lines.contains("X-Key: value"))
    #expect(lines.contains("X-Empty:"))
    #expect(!wire.sentText.lowercased().contains("expect"))
  }

  @Test func bodyUntilTheEnd() throws {
    #expect(try answer(ScriptedWire("HTTP/1.0 500 Oops\r\n\r\n", "Co", "de: 7")).text == "Code: 7")
  }

  @Test func chunksAndTrailers() throws {
    let response = try answer(
      ScriptedWire(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Last\r\n\r\n", "3\r\nabc\r\n",
        "0\r\nX-Last: 5\r\n\r\n"))
    #expect(response.text == "abc")
    #expect(response.trailer("x-last") == "5")
    #expect(response.header("x-last") == nil)
  }

  @Test func provisionalAnswer() throws {
    let response = try answer(
      ScriptedWire(
        "HTTP/1.1 103 Early Hints\r\nX-A: 1\r\n\r\n", "HTTP/1.1 204 No Content\r\nX-B: 2\r\n\r\n"))
    #expect(response.status == 204)
    #expect(response.header("x-a") == nil)
    #expect(response.header("x-b") == "2")
  }

  @Test func byteByByte() throws {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
    #expect(try answer(ScriptedWire(text.utf8.map { [$0] })).text == "abc")
  }

  @Test func redirectsAreNotFollowed() throws {
    let wire = ScriptedWire(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    #expect(try answer(wire).status == 302)
    #expect(wire.sentText.components(separatedBy: "GET ").count == 2)
  }

  @Test func severalRequests() throws {
    let wire = ScriptedWire(
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1", "HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\n2")
    let client = try HTTPClient(over: wire, LibCurl.shared.get())
    #expect(try client.send(HTTPRequest(path: "/1")).text == "1")
    #expect(try client.send(HTTPRequest(path: "/2")).text == "2")
    #expect(wire.sentText.contains("GET /2 HTTP/1.1"))
  }

  @Test func noSecondConnection() throws {
    let wire = ScriptedWire("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1")
    let client = try HTTPClient(over: wire, LibCurl.shared.get())
    #expect(try client.send(HTTPRequest(path: "/1")).text == "1")
    let failure = try #require(throws: StreamFailure.self) { try client.send(HTTPRequest(path: "/2")) }
    #expect(failure.event == .closed)
  }

  @Test(arguments: [0, 1, 65_536, 1_000_000])
  func bodies(count: Int) throws {
    let body = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let wire = ScriptedWire("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    _ = try answer(wire, to: HTTPRequest(method: "POST", path: "/", body: body))
    let parts = wire.sentText.contains("Content-Length: \(count)\r\n")
    #expect(parts)
    #expect(Array(wire.sent.suffix(count)) == body)
  }

  // MARK: What is no answer

  @Test(
    arguments: [
      ("SSH-2.0-OpenSSH_9.2\r\n", "SSH"), ("-ERR unknown command 'GET'\r\n", "Redis"),
      ("220 mail ready\r\n", nil),
      ("garbage\r\n\r\n", nil), ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{46}", "TLS"),
    ] as [(String, String?)])
  func foreign(text: String, name: String?) throws {
    let failure = try failure(ScriptedWire(text))
    guard case .foreignAnswer(let answer) = failure.event else {
      Issue.record("\(failure.event)")
      return
    }
    #expect(answer.protocolName == name || name == nil)
    #expect(answer.bytes == Array(text.utf8))
    #expect(failure.error?.text.isEmpty == false)
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"])
  func breaksOff(text: String) throws {
    #expect(try failure(ScriptedWire(text)).event == .closed)
    let reset = ScriptedWire([Array(text.utf8)].filter { !$0.isEmpty }, resets: true)
    #expect(try failure(reset).event == .reset(errno: 104))
  }

  @Test(
    arguments: [
      ("HTTP/1.1 500 x\r\nContent-Length: 90\r\n\r\nCode: 7", false),
      ("HTTP/1.1 500 x\r\nContent-Length: 90\r\n\r\nCode: 7", true),
      ("HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nCode: 7\r\n", false),
    ])
  func whatWasHeardOfIt(text: String, resets: Bool) throws {
    let client = try HTTPClient(over: ScriptedWire([Array(text.utf8)], resets: resets), LibCurl.shared.get())
    #expect(throws: StreamFailure.self) { try client.send(HTTPRequest(path: "/")) }
    #expect(client.heard?.status == 500)
    #expect(client.heard?.text == "Code: 7")
    #expect(throws: StreamFailure.self) { try client.send(HTTPRequest(path: "/")) }
    #expect(client.heard == nil)
  }

  @Test func endless() throws {
    let head = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    let chunk = Array("4000\r\n".utf8) + [UInt8](repeating: 65, count: 0x4000) + Array("\r\n".utf8)
    let failure = try failure(ScriptedWire([head] + [[UInt8]](repeating: chunk, count: 200)))
    #expect(failure.event == .other("the answer has more than 1048576 bytes"))
  }

  @Test func endlessHeaders() throws {
    let line = Array("X-A: \(String(repeating: "b", count: 4_000))\r\n".utf8)
    let failure = try failure(
      ScriptedWire([Array("HTTP/1.1 200 OK\r\n".utf8)] + [[UInt8]](repeating: line, count: 1_000)))
    guard case .other = failure.event else {
      Issue.record("\(failure.event)")
      return
    }
  }

  @Test func deadline() throws {
    let failure = try failure(
      ScriptedWire([[UInt8]](repeating: Array("HTTP/1.1 ".utf8), count: 1), seconds: 0))
    #expect(failure.event == .timedOut)
  }

  @Test(
    arguments: [
      HTTPRequest(path: "/", headers: [("X-User", "a\r\nX-Admin: 1")]),
      HTTPRequest(path: "/", headers: [("X-User", "a\nb")]),
      HTTPRequest(path: "/", headers: [("X-User", "a\0b")]),
      HTTPRequest(path: "/", headers: [("X User", "a")]), HTTPRequest(path: "/a b"),
      HTTPRequest(path: "/\r\nX: y"),
      HTTPRequest(path: "@elsewhere/"), HTTPRequest(method: "GET /x HTTP/1.1\r\nX:", path: "/"),
    ])
  func anotherRequestThanItSays(request: HTTPRequest) throws {
    let wire = ScriptedWire("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    guard case .other = try failure(wire, to: request).event else {
      Issue.record("it was sent")
      return
    }
    #expect(wire.sent.isEmpty)
  }
}
