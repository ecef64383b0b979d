import Foundation
import Lab
import Testing

/// What is no PostgreSQL server, or is none for long × five modes. Preferred goes on in plain text after none of it.
@Suite struct PostgreSQLTransportTests {
  func run(_ mode: Mode, port: Int, timeout: String = "5") throws -> ProgramResult {
    try Program.run(
      [
        "--engine", "postgres", "-h", "127.0.0.1", "-p", String(port), "-U", Account.user,
        "--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--timeout", timeout, "--format", "json",
      ], environment: ["LAB_PASSWORD": Account.password])
  }

  /// The cause is that one, nothing is recommended, and nobody who might listen was told who we are.
  func expect(_ cause: Cause, _ result: ProgramResult, _ mode: Mode, heard: [[UInt8]] = []) throws {
    #expect(result.exitCode == cause.exitCode, "\(mode): \(result)")
    let report = try #require(Report(result.output), "\(mode): \(result)")
    #expect(report.diagnosis?.cause == cause.rawValue, "\(mode): \(result)")
    #expect(report.diagnosis?.recommendedMode == nil, "\(mode): \(result)")
    #expect(!report.ssl.fallback && report.ssl.encrypted != true, "\(mode): \(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [], "\(mode): \(result)")
    if mode != .disabled {
      let named = heard.contains { String(decoding: $0, as: UTF8.self).contains(Account.user) }
      #expect(!named, "\(mode): a login was sent in plain text")
    }
  }

  @Test(arguments: Mode.allCases) func nobodyListens(mode: Mode) throws {
    try expect(.refused, run(mode, port: Lab.unusedPort()), mode)
  }

  @Test(arguments: Mode.allCases) func noAnswer(mode: Mode) throws {
    let server = try FakeServer(then: .silence)
    let result = try run(mode, port: server.port, timeout: "1")
    try expect(.timedOut, result, mode, heard: server.received)
    #expect(result.seconds < 1.75, "\(result)")
  }

  @Test(arguments: Mode.allCases) func closedAtOnce(mode: Mode) throws {
    let server = try FakeServer(then: .close)
    try expect(.lost, run(mode, port: server.port), mode, heard: server.received)
  }

  @Test(arguments: Mode.allCases.dropFirst()) func closedInsteadOfTheHandshake(mode: Mode) throws {
    let server = try FakeServer(answer: "S", then: .close)
    try expect(.lost, run(mode, port: server.port), mode, heard: server.received)
  }

  @Test(arguments: Mode.allCases.dropFirst()) func brokenInsteadOfTheHandshake(mode: Mode) throws {
    let server = try FakeServer(answer: "S", then: .reset)
    try expect(.lost, run(mode, port: server.port), mode, heard: server.received)
  }

  @Test(arguments: Mode.allCases.dropFirst()) func silenceInsteadOfTheHandshake(mode: Mode) throws {
    let server = try FakeServer(answer: "S", then: .silence)
    let result = try run(mode, port: server.port, timeout: "1")
    try expect(.timedOut, result, mode, heard: server.received)
    #expect(result.seconds < 1.75, "\(result)")
  }

  @Test(arguments: Mode.allCases) func aWebServer(mode: Mode) throws {
    let server = try FakeServer(answer: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", then: .close)
    try expect(.wrongProtocol, run(mode, port: server.port), mode, heard: server.received)
  }

  @Test(arguments: Mode.allCases) func aMailServer(mode: Mode) throws {
    let server = try FakeServer(greeting: "220 mail.example.test ESMTP\r\n", then: .silence)
    try expect(.wrongProtocol, run(mode, port: server.port), mode, heard: server.received)
  }

  /// The server's words reach the reader, and none of its control characters reaches the terminal.
  @Test(arguments: ["text", "json"]) func aHostileServer(format: String) throws {
    let text = "go \u{1B}[2J\u{1B}]0;owned\u{7}away\r\nok \u{202E}txt\u{8}\u{9B}31m"
    let fields = "SFATAL\0VFATAL\0C28000\0M\(text)\0\0"
    let length = UInt32(fields.utf8.count + 4).bigEndian
    let server = try FakeServer(
      answerBytes: [UInt8(ascii: "E")] + withUnsafeBytes(of: length, Array.init) + Array(fields.utf8),
      then: .close)
    let result = try Program.run([
      "--engine", "postgres", "-h", "127.0.0.1", "-p", String(server.port), "--ssl", "disabled", "--color",
      "never", "--verbose", "--show-certs", "--format", format,
    ])
    #expect(result.exitCode != 0 && result.output.contains("away"), "\(result)")
    for scalar in (result.output + result.errors).unicodeScalars where scalar != "\n" {
      let harmless = scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar != "\u{202E}"
      #expect(harmless, "U+\(String(scalar.value, radix: 16)) in \(result)")
    }
  }

  @Test func interrupted() throws {
    let server = try FakeServer(then: .silence)
    let running = try Program.start([
      "--engine", "postgres", "-h", "127.0.0.1", "-p", String(server.port), "--timeout", "20",
    ])
    let deadline = Date(timeIntervalSinceNow: 5)
    while server.received.isEmpty, Date() < deadline { usleep(2000) }
    kill(running.pid, SIGINT)
    let result = running.wait()
    #expect(result.exitCode == 130 && result.seconds < 6, "\(result)")
  }
}
