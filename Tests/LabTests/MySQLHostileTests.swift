import Foundation
import Lab
import Testing

/// What a MySQL server says that a real one says seldom or never × modes.
@Suite struct MySQLHostileTests {
  static func row(_ title: String, _ mode: Mode, _ script: [Step], _ cause: Cause?, _ stage: String)
    -> StressRow
  {
    StressRow(title, mode, script, cause, stage).with(\.engine, "mysql")
  }

  static func login(_ mode: Mode) -> [Step] {
    let tls = mode != .disabled
    return [.mysql(MySQLMessage.greeting(tls: tls)), .hearMySQL] + (tls ? [.secure(), .hearMySQL] : [])
  }

  /// The server answers the login with an error.
  static func refuses(_ code: UInt16, _ state: String, _ text: String, _ cause: Cause) -> [StressRow] {
    [Mode.disabled, .required].map { mode in
      row(
        "error \(code)", mode, login(mode) + [.mysql(MySQLMessage.error(code, state, text)), .close], cause,
        "auth"
      ).with(\.response, "ERROR \(code) (\(state)): \(text.prefix(20))").with(\.proves, true)
    }
  }

  static let errors =
    refuses(1049, "42000", "Unknown database 'shop'", .noDatabase)
    + refuses(1053, "08S01", "Server shutdown in progress", .notReady)
    + refuses(1203, "42000", "User tester already has more than 'max_user_connections'", .tooMany)
    + refuses(1226, "42000", "User 'tester' has exceeded the 'max_questions' resource", .tooMany)
    + refuses(3032, "HY000", "The server is currently in offline mode", .notReady)
    + refuses(3118, "HY000", "Access denied for user 'tester'. Account is locked.", .accessDenied)
    + refuses(1862, "HY000", "Your password has expired.", .authentication)
    + refuses(1251, "08004", "Client does not support authentication protocol", .authentication)
    + refuses(1047, "08S01", "WSREP has not yet prepared node for application use", .notReady)
    + refuses(5999, "HY000", "out of cheese", .other)

  @Test(arguments: errors) func error(_ row: StressRow) async throws { try await row.judge() }

  /// "You have to come over TLS", as the servers that speak this protocol put it.
  static let plainRefusals: [(UInt16, String, String)] = [
    (
      3159, "HY000",
      "Connections using insecure transport are prohibited while --require_secure_transport=ON."
    ),
    (1105, "HY000", "Code: UNAVAILABLE server does not allow insecure connections, client must use SSL/TLS"),
    (9002, "28000", "SSL connection is required. Please specify SSL options and retry."),
  ]
  @Test(arguments: plainRefusals) func takesTLSOnly(code: UInt16, state: String, text: String) async throws {
    try await Self.row(
      "takes TLS only, \(code)", .disabled,
      Self.login(.disabled) + [.mysql(MySQLMessage.error(code, state, text)), .close], .requiresTLS, "auth"
    ).with(\.response, text).with(\.proves, true).judge()
  }

  /// An error comes instead of the greeting, or instead of TLS: whole, and in pieces.
  static let earlyErrors = [Mode.preferred, .required, .verifyIdentity].flatMap { mode in
    [
      (UInt16(1040), "Too many connections", Cause.tooMany),
      (1129, "Host 'h' is blocked because of many connection errors", .accessDenied),
      (1130, "Host 'h' is not allowed to connect to this MySQL server", .accessDenied),
    ].flatMap { code, text, cause in
      [0, 0.004].flatMap { pause in
        [
          row(
            "\(code) as greeting, pause \(pause)", mode,
            [.mysql(MySQLMessage.refusal(code, text), pause: pause), .close], cause, "tls"
          ).with(\.response, text),
          row(
            "\(code) instead of TLS, pause \(pause)", mode,
            [
              .mysql(MySQLMessage.greeting(tls: true)), .hearMySQL, .hearHandshake,
              .mysql(MySQLMessage.error(code, "08004", text), pause: pause), .close,
            ], cause, "tls"
          ).with(\.response, text),
        ]
      }
    }
  }
  @Test(arguments: earlyErrors) func errorBeforeTLS(_ row: StressRow) async throws { try await row.judge() }

  /// What comes in one segment with the greeting would be taken for a part of what TLS protects.
  @Test(arguments: [Mode.preferred, .required, .verifyCA, .verifyIdentity]) func smuggled(mode: Mode)
    async throws
  {
    let greeting = MySQLMessage.packet(0, MySQLMessage.greeting(tls: true))
    for packet in [MySQLMessage.ok, MySQLMessage.authSwitch("mysql_clear_password"), MySQLMessage.fullPath] {
      let smuggled = greeting + MySQLMessage.packet(2, packet)
      try await Self.row("smuggled", mode, [.send(smuggled), .stall], .wrongProtocol, "tls").judge()
      try await Self.row("smuggled", mode, [.send(smuggled), .stall], .wrongProtocol, "tls")
        .with(\.options, ["--until", "tls"]).judge()
    }
  }

  /// Preferred goes on in plain text after a server's Bad handshake, and after what is no error at all; not after
  /// a number of another kind.
  @Test func preferredAfterWhatIsNotTLS() async throws {
    let bad = MySQLMessage.error(1043, "08S01", "Bad handshake")
    for answer in [[Step.mysql(bad)], [.send("plain words, no TLS")]] {
      let first: [Step] =
        [.mysql(MySQLMessage.greeting(tls: true)), .hearMySQL, .hearHandshake] + answer + [.close]
      let second: [Step] =
        Self.login(.disabled) + [.mysql([MySQLMessage.fastPath, MySQLMessage.ok]), .mysqlSession]
      try await StressRow("goes on", .preferred, first, then: second, nil, "query").with(\.engine, "mysql")
        .with(\.proves, true).with(\.note, "Preferred went on in plain text").judge()
      try await StressRow(
        "required does not", .required, first, then: second, bad == [] ? nil : Self.cause(answer), "tls"
      )
      .with(\.engine, "mysql").judge()
    }
  }

  private static func cause(_ answer: [Step]) -> Cause {
    if case .mysql = answer[0] { .tlsFailure } else { .wrongProtocol }
  }

  /// A flood, in clear and inside TLS: an end comes, and the memory is spared.
  @Test(arguments: [Mode.disabled, .required]) func flood(mode: Mode) async throws {
    let flood = Step.send([UInt8](repeating: 0x41, count: 65_536), times: 2_000)
    try await Self.row(
      "flood as greeting", mode, [flood, .stall], .wrongProtocol, mode == .disabled ? "auth" : "tls"
    )
    .judge()
    let answer: [Step] = [.mysql([MySQLMessage.fastPath, MySQLMessage.ok]), .hearMySQL]
    try await Self.row(
      "flood as answer", mode, Self.login(mode) + answer + [flood, .stall], .wrongProtocol, "query"
    )
    .with(\.proves, true).judge()
  }

  /// A file's content is what LOCAL INFILE asks for.
  @Test(arguments: [Mode.disabled, .required]) func localInfile(mode: Mode) throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/private"
    try "the secret of this computer".write(toFile: file, atomically: true, encoding: .utf8)
    let server = try RunningFakeMySQL(.rogue(.localInfile(file)).with(\.cache, .full))
    let result = try MySQL8.run(server, mode)
    #expect(result.exitCode != 0)
    #expect(try server.received().allSatisfy { !$0.contains("the secret of this computer") })
  }
}
