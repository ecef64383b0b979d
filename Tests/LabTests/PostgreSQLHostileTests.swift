import Foundation
import Lab
import Testing

/// What a PostgreSQL server says that a real one says seldom or never × modes.
@Suite struct PostgreSQLHostileTests {
  static let tls: [Step] = [.hearPacket, .send("S"), .secure(), .hearPacket]
  static let plain: [Step] = [.hearPacket]
  static func login(_ mode: Mode) -> [Step] { mode == .disabled ? plain : tls }

  /// The server answers the login with an error.
  static func refuses(_ title: String, _ state: String, _ text: String, _ cause: Cause) -> [StressRow] {
    [Mode.disabled, .required].map { mode in
      let script = login(mode) + [.send(PostgresMessage.error(state, text)), .close]
      return StressRow(title, mode, script, cause, "auth").with(\.response, String(text.prefix(24)))
    }
  }

  static let errors =
    refuses("starting up", "57P03", "the database system is starting up", .notReady)
    + refuses("shutting down", "57P01", "terminating connection due to administrator command", .notReady)
    + refuses("too many clients", "53300", "sorry, too many clients already", .tooMany)
    + refuses("reserved slots", "53300", "remaining connection slots are reserved", .tooMany)
    + refuses("CockroachDB drains", "57P01", "server is not accepting clients, try another node", .notReady)
    + refuses(
      "CockroachDB, certificate", "28000", "user root must use certificate authentication",
      .clientCertificateRequired)
    + refuses("without a code", "", "the database system is shutting down", .notReady)
    + refuses("unknown", "XX000", "out of cheese", .other)

  @Test(arguments: errors) func error(_ row: StressRow) async throws { try await row.judge() }

  static let redshift =
    #"no pg_hba.conf entry for host "::ffff:10.1.1.1", user "tester", database "dev", SSL off"#
  static let cockroach = "node is running secure mode, SSL connection required"

  /// A login in plain text is refused, and over TLS the server goes on to ask for a password.
  @Test(arguments: [("redshift", redshift, "28000"), ("cockroachdb", cockroach, "08P01")])
  func takesTLSOnly(engine: String, text: String, state: String) async throws {
    let question: [Step] = Self.tls + [.send(PostgresMessage.authentication(3)), .stall]
    let script: [Step] = [.hearPacket, .send(PostgresMessage.error(state, text)), .close]
    try await StressRow("takes TLS only", .disabled, script, then: question, .requiresTLS, "auth")
      .with(\.response, text).with(\.engine, engine).judge()
  }

  /// An error answers SSLRequest, as it does when a server cannot start a process, in its own form and in that of
  /// before PostgreSQL 7.4; whole, and in pieces.
  static let forms: [(title: String, bytes: [UInt8], cause: Cause, text: String)] = [
    ("v3", PostgresMessage.error("57P03", "the database system is starting up"), .notReady, "starting up"),
    ("v3", PostgresMessage.error("53300", "sorry, too many clients already"), .tooMany, "too many clients"),
    (
      "old form", Array("Ecould not fork new process for connection: Cannot allocate memory\n\0".utf8),
      .tooMany,
      "could not fork"
    ),
  ]
  static let earlyErrors = [Mode.preferred, .verifyIdentity].flatMap { mode in
    forms.flatMap { form in
      [0, 0.004].map { pause in
        StressRow(
          "error instead of S, \(form.title), pause \(pause)", mode,
          [.hearPacket, .send(form.bytes, pause: pause), .close], form.cause, "tls"
        ).with(\.response, form.text)
      }
    }
  }

  @Test(arguments: earlyErrors) func errorInsteadOfTLS(_ row: StressRow) async throws {
    try await row.judge()
  }

  /// Bytes that follow the S before TLS begins would be taken for what came inside TLS (CVE-2021-23222).
  @Test(arguments: [Mode.preferred, .required, .verifyIdentity]) func smuggled(mode: Mode) async throws {
    let smuggled = Array("S".utf8) + PostgresMessage.welcome
    try await StressRow("smuggled", mode, [.hearPacket, .send(smuggled), .stall], .wrongProtocol, "tls")
      .judge()
    let refusal = Array("N".utf8) + PostgresMessage.welcome
    try await StressRow("behind N", mode, [.hearPacket, .send(refusal), .stall], .wrongProtocol, "tls")
      .judge()
  }

  static let clear = PostgresMessage.authentication(3)
  static let session: [Step] = [
    .hearMessage, .send(PostgresMessage.welcome), .hearMessage,
    .send(PostgresMessage.answer("PostgreSQL 15.6 on x86_64") + PostgresMessage.ready), .stall,
  ]

  /// A password that is asked for in clear is told, also when the question comes in pieces.
  @Test(
    arguments: [
      ("whole", [Step.send(clear)]), ("in single bytes", [.send(clear, pause: 0.002)]),
    ]) func passwordInClear(title: String, request: [Step]) async throws
  {
    try await StressRow("clear text \(title)", .disabled, Self.plain + request + Self.session, nil, "query")
      .with(\.proves, true).with(\.note, "clear").judge()
  }

  /// Inside TLS it is encrypted like everything else, which Required allows.
  @Test func passwordInClearInsideTLS() async throws {
    let script = Self.tls + [.send(Self.clear)] + Self.session
    try await StressRow("clear text inside TLS", .required, script, nil, "query").with(\.proves, true).judge()
  }

  /// A server with another's certificate, which would take every password: it hears nothing.
  @Test(arguments: [Mode.verifyCA, .verifyIdentity]) func strangersCertificate(mode: Mode) async throws {
    let script: [Step] = [
      .hearPacket, .send("S"), .secure("self-signed"), .hearPacket, .send(Self.clear), .stall,
    ]
    try await SideBySide.run {
      let server = try MisbehavingServer(script)
      let row = StressRow("another's certificate", mode, script, .untrusted, "tls")
      try row.check(sourceLocation: #_sourceLocation) { server }
      #expect(try server.heard().allSatisfy { $0.inner.isEmpty && !$0.contains(Account.user) })
    }
  }

  static func bytes(_ type: Character, length: UInt32, _ body: String = "") -> [UInt8] {
    [type.asciiValue ?? 0] + PostgresMessage.number(length) + Array(body.utf8)
  }

  /// Lengths that cannot be, and first messages that no server sends.
  static let absurd: [(String, [UInt8], Cause, [Mode])] = [
    ("length 0", bytes("R", length: 0), .wrongProtocol, [.disabled]),
    ("length 2^31", bytes("R", length: 0x8000_0000), .wrongProtocol, [.disabled]),
    ("length 2^32 - 1", bytes("R", length: .max, "xxxx"), .wrongProtocol, [.disabled]),
    ("ready at once", PostgresMessage.ready, .wrongProtocol, [.disabled]),
    ("a row at once", PostgresMessage.answer("x"), .wrongProtocol, [.disabled]),
    ("length 0 in TLS", bytes("R", length: 0), .wrongProtocol, [.required]),
    ("length 2^31 in TLS", bytes("R", length: 0x8000_0000), .wrongProtocol, [.required]),
    ("ready at once in TLS", PostgresMessage.ready, .wrongProtocol, [.required]),
    ("HTTP in TLS", Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), .wrongProtocol, [.required]),
    ("unknown method", PostgresMessage.authentication(99), .authentication, [.disabled, .required]),
  ]
  static let absurdRows = absurd.flatMap { title, bytes, cause, modes in
    modes.map { StressRow(title, $0, login($0) + [.send(bytes), .stall], cause, "auth") }
  }

  @Test(arguments: absurdRows) func absurdMessage(_ row: StressRow) async throws { try await row.judge() }

  /// After the login, libpq believes every length, and waits for so much.
  @Test(arguments: [Mode.disabled, .required]) func absurdLengthAfterTheLogin(mode: Mode) async throws {
    let script =
      Self.login(mode) + [
        .send(PostgresMessage.welcome), .hearMessage, .send(Self.bytes("D", length: 1 << 30)), .stall,
      ]
    try await StressRow("absurd length after the login", mode, script, .timedOut, "query")
      .with(\.time, .atTheTimeout).judge()
  }

  /// More and more of an error that never ends. In clear it is given up before it fills the memory; inside TLS
  /// libpq reads on, and the timeout ends it.
  @Test(arguments: [(Mode.disabled, Cause.wrongProtocol), (.required, .timedOut)])
  func endlessError(mode: Mode, cause: Cause) async throws {
    let script = Self.login(mode) + Self.flood
    try await StressRow("endless error", mode, script, cause, "auth")
      .with(\.time, cause == .timedOut ? .atTheTimeout : .atOnce).judge()
  }

  @Test func endlessErrorInsteadOfTLS() async throws {
    try await StressRow("endless error", .required, [.hearPacket] + Self.flood, .wrongProtocol, "tls").judge()
  }

  static let flood: [Step] = [
    .send(bytes("E", length: 0x7878_7878)),
    .send(Array(repeating: UInt8(ascii: "x"), count: 65_536), times: 100_000),
  ]
}
