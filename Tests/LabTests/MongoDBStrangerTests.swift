import Foundation
import Lab
import Testing

/// Who else may listen where MongoDB is expected × modes.
@Suite struct MongoDBStrangerTests {
  static let modes = [Mode.disabled, .preferred, .verifyIdentity]

  /// Those that speak first, and those that answer whatever they hear.
  static let strangers: [(title: String, script: [Step], note: String)] = [
    ("SSH", [.send("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), .stall], "SSH server"),
    ("SMTP", [.send("220 mail.example.test ESMTP\r\n"), .stall], "SMTP"),
    ("a web server", [.hearHandshake, .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close], "HTTP server"),
    ("Redis", [.hearHandshake, .send("-ERR unknown command 'x'\r\n"), .stall], "Redis server"),
    ("zeros", [.hearHandshake, .send(Array(repeating: 0, count: 64)), .stall], "omething else"),
  ]

  static let rows = strangers.flatMap { stranger in
    modes.map { mode in
      StressRow(
        stranger.title, mode, stranger.script, .wrongProtocol, mode == .disabled ? "auth" : "tls"
      ).with(\.note, stranger.note).with(\.engine, "mongodb")
    }
  }

  @Test(arguments: rows) func stranger(_ row: StressRow) async throws { try await row.judge() }

  /// Something else inside TLS is found after the handshake.
  @Test func insideTLS() async throws {
    try await StressRow(
      "a web server inside TLS", .required,
      [.secure(), .pause(0.2), .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close], .wrongProtocol, "auth"
    ).with(\.note, "HTTP server").with(\.engine, "mongodb").judge()
  }

  /// PostgreSQL and MariaDB, the real ones.
  @Test(arguments: modes) func databases(mode: Mode) async throws {
    let servers = try [
      ("PostgreSQL", Lab.start(.optional).port), ("MySQL", Lab.start(mariadb: .optional).port),
    ]
    try await SideBySide.run {
      for (name, port) in servers {
        let result = try Program.run([
          "mongodb://127.0.0.1:\(port)", "--ssl", mode.rawValue, "--timeout", "3", "--format", "json",
        ])
        // PostgreSQL hangs up on a ClientHello without a word; asked in plain text, it answers as itself.
        #expect(result.exitCode == Cause.wrongProtocol.exitCode, "\(name): \(result)")
        #expect(result.output.contains("\(name) server"), "\(name): \(result)")
        #expect(result.seconds < 5, "\(result)")
      }
    }
  }

  @Test func nobody() throws {
    let port = try Lab.unusedPort()
    for mode in Mode.allCases {
      let result = try Program.run(["mongodb://127.0.0.1:\(port)", "--ssl", mode.rawValue])
      #expect(result.exitCode == Cause.refused.exitCode, "\(result)")
    }
  }
}
