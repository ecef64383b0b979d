import Foundation
import Lab
import Testing

/// Texts that a server chooses × the places where it can say them × formats: none drives the terminal, and none
/// passes for a part of the report.
@Suite struct PostgreSQLTextTests {
  /// Where a server can say something.
  enum Place: String, CaseIterable, Sendable {
    case insteadOfTLS, loginInPlain, loginInTLS, query, notice, version, stranger

    var mode: Mode { self == .insteadOfTLS || self == .loginInTLS ? .required : .disabled }

    func script(_ text: [UInt8]) -> [Step] {
      func message(_ type: Character, _ severity: String) -> [UInt8] {
        PostgresMessage.make(type, Array("S\(severity)\0V\(severity)\0C28000\0M".utf8) + text + [0, 0])
      }
      let login: [Step] = [.hearPacket, .send(PostgresMessage.authentication(0))]
      let ready: [Step] = [.send(PostgresMessage.ready), .hearMessage]
      let version = String(decoding: text.filter { $0 != 0 }, as: UTF8.self)
      let answer: [Step] = [.send(PostgresMessage.answer(version) + PostgresMessage.ready), .stall]
      return switch self {
      case .insteadOfTLS: [.hearPacket, .send(message("E", "FATAL")), .close]
      case .loginInPlain: [.hearPacket, .send(message("E", "FATAL")), .close]
      case .loginInTLS:
        [.hearPacket, .send("S"), .secure(), .hearPacket, .send(message("E", "FATAL")), .close]
      case .query: login + ready + [.send(message("E", "ERROR") + PostgresMessage.ready), .stall]
      case .notice: login + [.send(message("N", "NOTICE"))] + ready + answer
      case .version: login + ready + answer
      case .stranger: [.hearPacket, .send(text), .close]
      }
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var title: String
    var bytes: [UInt8]
    var place: Place
    var testDescription: String { "\(title), \(place.rawValue)" }
  }

  static let cases = Place.allCases.flatMap { place in
    HostileText.texts.map { Case(title: $0.title, bytes: $0.bytes, place: place) }
  }

  static func run(_ script: [Step], _ mode: Mode, _ format: String) throws -> ProgramResult {
    try HostileText.run("postgres", script, mode, format)
  }

  @Test(arguments: cases) func textOfTheServer(_ given: Case) async throws {
    try await SideBySide.run {
      try HostileText.judge(
        "postgres", given.place.script(given.bytes), given.place.mode, shown: given.place != .stranger,
        "\(given)")
    }
  }

  /// 70,000 characters are shown from the first to the last where libpq hands them on, a version apart, and end the test
  /// nevertheless where it does not: it takes no error of more than 30,000 bytes before the login.
  @Test(arguments: Place.allCases) func longText(place: Place) async throws {
    let text = "begin " + String(repeating: "lorem ipsum ", count: 5_832) + " the end"
    try await SideBySide.run {
      for format in ["text", "json"] {
        let result = try Self.run(place.script(Array(text.utf8)), place.mode, format)
        #expect(!result.timedOut && result.exitCode < 64 && result.seconds < 5, "\(result.seconds)")
        if format == "json" {
          #expect(try SchemaValidator.faults(in: result.output) == [])
          if place == .insteadOfTLS || place == .loginInPlain || place == .loginInTLS {
            let report = try #require(Report(result.output))
            #expect(
              report.diagnosis?.stage == (place == .insteadOfTLS ? "tls" : "auth"),
              "\(result.output.prefix(900))")
            #expect(report.diagnosis?.serverResponse?.isEmpty == false, "\(result.output.prefix(900))")
          }
        }
        if place == .query { #expect(result.output.contains("the end")) }
        if place == .version {
          #expect(result.output.contains("begin lorem") && result.output.count < 10_000)
        }
      }
    }
  }

  /// However many notices there are, the report stays a report.
  @Test func manyNotices() async throws {
    let notices = (1...2_000).flatMap { PostgresMessage.notice("notice number \($0)") }
    let script: [Step] = [
      .hearPacket, .send(PostgresMessage.authentication(0) + notices + PostgresMessage.ready), .hearMessage,
      .send(PostgresMessage.answer("PostgreSQL 15.6") + PostgresMessage.ready), .stall,
    ]
    try await SideBySide.run {
      let result = try Self.run(script, .disabled, "json")
      #expect(result.exitCode == 0 && result.seconds < 5)
      let report = try #require(Report(result.output))
      #expect(report.warnings.count < 50, "\(report.warnings.count) warnings")
    }
  }
}
