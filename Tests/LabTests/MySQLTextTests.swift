import Lab
import Testing

/// Texts that a MySQL server chooses × the places where it can say them × formats: none drives the terminal, and
/// none passes for a part of the report.
@Suite struct MySQLTextTests {
  /// Where a server can say something.
  enum Place: String, CaseIterable, Sendable {
    case insteadOfTheGreeting, insteadOfTLS, loginInPlain, loginInTLS, query, version, plugin, stranger

    var mode: Mode { self == .insteadOfTLS || self == .loginInTLS ? .required : .disabled }

    func script(_ text: [UInt8]) -> [Step] {
      func error(_ state: String) -> [UInt8] {
        [0xFF] + MySQLMessage.number(1_105, 2) + Array(state.utf8) + text
      }
      let version = String(decoding: text.filter { $0 != 0 }, as: UTF8.self)
      let plain: [Step] = [
        .mysql(MySQLMessage.greeting(tls: false, plugin: "mysql_native_password")), .hearMySQL,
      ]
      let tls: [Step] = [
        .mysql(MySQLMessage.greeting(tls: true, plugin: "mysql_native_password")), .hearMySQL,
      ]
      return switch self {
      case .insteadOfTheGreeting: [.mysql(error("")), .close]
      case .insteadOfTLS: tls + [.mysql(error("#HY000")), .close]
      case .loginInPlain: plain + [.mysql(error("#HY000")), .close]
      case .loginInTLS: tls + [.secure(), .hearMySQL, .mysql(error("#HY000")), .close]
      case .query:
        plain + [
          .mysql(MySQLMessage.ok), .hearMySQL, .mysql(error("#HY000")), .hearMySQL, .mysql(error("#HY000")),
        ]
      case .version:
        [
          .mysql(MySQLMessage.greeting(tls: false, version: version, plugin: "mysql_native_password")),
          .hearMySQL,
        ]
          + [
            .mysql(MySQLMessage.ok), .hearMySQL,
            .mysql(MySQLMessage.error(1_064, "42000", "no such statement")),
          ]
          + [.hearMySQL, .mysql(MySQLMessage.answer("8.0.36")), .stall]
      case .plugin: plain + [.mysql(MySQLMessage.authSwitch(version)), .stall]
      case .stranger: [.send(text), .close]
      }
    }
  }

  @Test(arguments: Place.allCases, HostileText.texts.indices) func textOfTheServer(place: Place, index: Int)
    async throws
  {
    try await SideBySide.run {
      let text = HostileText.texts[index]
      try HostileText.judge(
        "mysql", place.script(text.bytes), place.mode, shown: place != .stranger, "\(text.title), \(place)")
    }
  }

  /// A long error is shown from the first to the last where libmariadb hands it on, and ends the test nevertheless
  /// where it does not: it keeps 511 bytes of one.
  @Test(arguments: Place.allCases) func longText(place: Place) async throws {
    let text = "begin " + String(repeating: "lorem ipsum ", count: 600) + " the end"
    try await SideBySide.run {
      for format in ["text", "json"] {
        let result = try HostileText.run("mysql", place.script(Array(text.utf8)), place.mode, format)
        #expect(!result.timedOut && result.exitCode < 64 && result.seconds < 5, "\(result)")
        if format == "json" {
          #expect(try SchemaValidator.faults(in: result.output) == [], "\(result)")
        }
      }
    }
  }
}
