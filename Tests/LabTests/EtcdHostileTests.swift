import Foundation
import Lab
import Testing

/// What a server says that means harm × modes: too much, without end, or meant for a terminal.
@Suite struct EtcdHostileTests {
  /// What never ends ends at our bound, long before the memory does; what is short each time, with the time.
  static let floods: [StressRow] = [Mode.disabled, .required].flatMap { mode in
    let secured: [Step] = mode == .disabled ? [] : [.secure()]
    let block = HTTP2Message.frame(0, 0, stream: 1, [UInt8](repeating: 97, count: 16_384))
    let part = HTTP2Message.frame(9, 0, stream: 1, [UInt8](repeating: 0, count: 16_384))
    return [
      ("a message without end", HTTP2Message.head(stream: 1), block, Cause.other),
      ("headers without end", HTTP2Message.frame(1, 0, stream: 1, [0x88]), part, .other),
      ("settings without end", [], HTTP2Message.settings, .timedOut),
      ("pings without end", [], HTTP2Message.frame(6, 0, [UInt8](repeating: 0, count: 8)), .timedOut),
    ].map { title, head, part, cause in
      StressRow(
        title, mode,
        secured + [.hearHTTP2, .send(HTTP2Message.settings + head), .send(part, times: 300_000), .stall],
        cause,
        "auth"
      ).with(\.engine, "etcd").with(\.time, cause == .timedOut ? .atTheTimeout : .atOnce).with(\.timeout, 1.5)
    }
  }
  @Test(arguments: floods) func flood(_ row: StressRow) async throws { try await row.judge() }

  /// Where a server can say something.
  enum Place: String, CaseIterable, Sendable {
    case status, statusInTLS, alarm, version, login, name, permission, stranger

    var mode: Mode { self == .statusInTLS ? .required : .disabled }

    func script(_ text: [UInt8]) -> [Step] {
      func conversation(_ answers: [UInt8]...) -> [Step] {
        answers.enumerated().flatMap { index, answer -> [Step] in
          [.hearHTTP2, .send((index == 0 ? HTTP2Message.settings : []) + answer)]
        }
      }
      func ok(_ message: [UInt8], _ stream: UInt8) -> [UInt8] { HTTP2Message.answer(message, stream: stream) }
      let status = ok(EtcdMessage.status, 1)
      let error = HTTP2Message.error(2, text, stream: 1)
      return switch self {
      case .status: conversation(error) + [.stall]
      case .statusInTLS: [.secure()] + conversation(error) + [.stall]
      case .alarm:
        conversation(
          ok(EtcdMessage.status(version: Array("3.5.0".utf8), errors: [text]), 1), ok(EtcdMessage.header, 3),
          ok(EtcdMessage.members, 5))
      case .version:
        conversation(
          ok(EtcdMessage.status(version: text), 1), ok(EtcdMessage.header, 3), ok(EtcdMessage.members, 5))
      case .login: conversation(status, HTTP2Message.error(16, text, stream: 3))
      case .name: conversation(status, ok(EtcdMessage.header, 3), ok(EtcdMessage.members(name: text), 5))
      case .permission:
        conversation(status, HTTP2Message.error(7, Array("permission denied ".utf8) + text, stream: 3))
      case .stranger: [.hearHTTP2, .send(text), .close]
      }
    }
  }

  @Test(arguments: Place.allCases, HostileText.texts.indices) func textOfTheServer(place: Place, index: Int)
    async throws
  {
    try await SideBySide.run {
      let text = HostileText.texts[index]
      try HostileText.judge(
        "etcd", place.script(text.bytes), place.mode, shown: place != .stranger, "\(text.title), \(place)")
    }
  }

  /// A long error is shown from the first to the last.
  @Test(arguments: [Place.status, .statusInTLS, .login]) func longText(place: Place)
    async throws
  {
    let text = "begin " + String(repeating: "lorem ipsum ", count: 1_200) + " the end"
    try await SideBySide.run {
      for format in ["text", "json"] {
        let result = try HostileText.run("etcd", place.script(Array(text.utf8)), place.mode, format)
        #expect(!result.timedOut && result.exitCode < 64 && result.seconds < 5, "\(result.seconds)")
        #expect(result.output.contains("the end"), "\(place)")
        if format == "json" { #expect(try SchemaValidator.faults(in: result.output) == []) }
      }
    }
  }

  /// A server that repeats what it was told, or what it has told us, does not bring that into a report.
  @Test(arguments: ["text", "json"]) func secretsThatComeBack(format: String) async throws {
    let token = "QmVhcmVyVG9rZW4.17"
    let words = "no \(Account.password) and no \(token) here"
    let script: [Step] = [
      .hearHTTP2, .send(EtcdMessage.greeting), .hearHTTP2,
      .send(HTTP2Message.answer(EtcdMessage.token(token), stream: 3)), .hearHTTP2,
      .send(HTTP2Message.error(2, words, stream: 5)), .stall,
    ]
    try await SideBySide.run {
      let server = try MisbehavingServer(script)
      let result = try Program.run(
        ["etcd://\(Account.user)@127.0.0.1:\(server.port)", "--password", "env:LAB_PASSWORD", "--verbose"]
          + ["--format", format], environment: ["LAB_PASSWORD": Account.password])
      #expect(result.exitCode == 1 && result.output.contains("here"), "\(result)")
      for secret in [Account.password, token, "QmVhcmVy"] {
        #expect(!result.output.contains(secret) && !result.errors.contains(secret), "\(result)")
      }
      // It was used, though.
      #expect(try server.heard().contains { $0.contains(Account.password) })
    }
  }

  /// Nor in a member's name, nor in another spelling; and the words keep their meaning.
  @Test(arguments: ["text", "json"]) func tokensThatComeBackElsewhere(format: String) async throws {
    let token = "QmVhcmVyVG9rZW4.17"
    let spelt = Data(token.utf8).base64EncodedString()
    @Sendable func script(_ token: String, _ answer: [UInt8], name: String) -> [Step] {
      [
        .hearHTTP2, .send(EtcdMessage.greeting), .hearHTTP2,
        .send(HTTP2Message.answer(EtcdMessage.token(token), stream: 3)), .hearHTTP2, .send(answer),
        .hearHTTP2,
        .send(HTTP2Message.answer(EtcdMessage.members(name: Array(name.utf8)), stream: 7)), .stall,
      ]
    }
    let fine = HTTP2Message.answer(EtcdMessage.header, stream: 5)
    try await SideBySide.run {
      for name in ["x\(token)y", "x \(spelt)", "x 514D56686363" + token] {
        let result = try run(script(token, fine, name: name), format)
        #expect(result.exitCode == 0 && result.output.contains("member x"), "\(result)")
        #expect(!result.output.contains(token) && !result.output.contains(spelt), "\(result)")
      }
      let denied = HTTP2Message.error(7, "etcdserver: permission denied", stream: 5)
      let result = try run(script("permission", denied, name: "x"), format)
      #expect(result.exitCode == 0, "\(result)")
    }
  }

  private func run(_ script: [Step], _ format: String) throws -> ProgramResult {
    let server = try MisbehavingServer(script)
    return try Program.run(
      ["etcd://\(Account.user)@127.0.0.1:\(server.port)", "--password", "env:LAB_PASSWORD", "--verbose"]
        + ["--format", format], environment: ["LAB_PASSWORD": Account.password])
  }
}
