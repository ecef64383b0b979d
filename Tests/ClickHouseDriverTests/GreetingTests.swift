import ConnectCore
import Testing
import Transport

@testable import ClickHouseDriver

@Suite("Who answers /ping")
struct GreetingTests {
  private func greeting(_ text: String) -> ClickHouseGreeting { ClickHouseGreeting(bytes: Array(text.utf8)) }

  private func stranger(_ text: String) -> ForeignAnswer? {
    if case .foreign(let answer) = greeting(text).greeting { answer } else { nil }
  }

  @Test(
    "ClickHouse",
    arguments: [
      "HTTP/1.1 200 OK\r\nDate: x\r\nConnection: Keep-Alive\r\nContent-Length: 4\r\n\r\nOk.\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nOk.\n\r\n0\r\n\r\n",
      "HTTP/1.1 404 Not Found\r\nX-ClickHouse-Server-Display-Name: a\r\n\r\n",
      "HTTP/1.1 503 x\r\nServer: x\r\nx-clickhouse-exception-code: 1\r\n\r\n",
    ])
  func clickHouse(text: String) {
    #expect(greeting(text).isComplete)
    #expect(stranger(text) == nil)
  }

  @Test(
    "Others",
    arguments: [
      ("HTTP/1.1 200 OK\r\n\r\nIt works!", "HTTP"), ("HTTP/1.1 404 Not Found\r\n\r\nOk.\n", "HTTP"),
      ("HTTP/1.1 301 Moved\r\nLocation: https://x/\r\n\r\n", "HTTP"), ("SSH-2.0-x", "SSH"),
      ("-ERR unknown command", "Redis"), ("HTTP/1.1 200 OK\r\n\r\nX-ClickHouse-A: b\r\n", "HTTP"),
    ])
  func others(text: String, name: String) { #expect(stranger(text)?.protocolName == name) }

  @Test("clickhouse-client's port, and which one it names")
  func native() {
    let said = "Port 9000 is for clickhouse-client program.\r\nYou must use port 8123 for HTTP.\r\n"
    let text = "HTTP/1.0 400 Bad Request\r\n\r\n" + said
    #expect(greeting(text).isComplete)
    let answer = stranger(text)
    #expect(answer?.protocolName == ClickHouseGreeting.nativeProtocol)
    #expect(
      answer.map { ClickHouseErrors.portNamed(by: String(decoding: $0.bytes, as: UTF8.self)) } == "8123")
    #expect(
      stranger("\u{2}e\0\0\0\u{10}DB::NetException/DB::NetException: x")?.protocolName
        == ClickHouseGreeting.nativeProtocol)
  }

  @Test(
    "A part tells nothing yet",
    arguments: ["", "HT", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nOk"])
  func parts(text: String) { #expect(!greeting(text).isComplete) }

  @Test("What is not HTTP needs no more bytes", arguments: ["SSH-", "\u{2}e", "220 mail", "HTTQ"])
  func atOnce(text: String) { #expect(greeting(text).isComplete) }

  @Test("There is an end to it")
  func bound() {
    #expect(greeting("HTTP/1.1 200 OK\r\nA: " + String(repeating: "x", count: 9_000)).isComplete)
  }
}
