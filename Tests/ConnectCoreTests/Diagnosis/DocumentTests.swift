import ConnectCore
import Foundation
import Testing

/// The documents that restate a table have to restate it whole.
@Suite("Documents and tables")
struct DocumentTests {
  /// The cells of a document's table rows, without backquotes.
  private func rows(of document: String) throws -> [[String]] {
    let file = JSONSchema.packageFolder.appendingPathComponent("docs/\(document)")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("|") }
      .map { line in
        line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
          $0.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: "`", with: "")
        }
      }
  }

  @Test("docs/exit-codes.md lists every cause with its exit code, in order")
  func exitCodes() throws {
    let listed = try rows(of: "exit-codes.md").filter { $0.count == 3 && Cause(rawValue: $0[1]) != nil }
    #expect(listed.map { "\($0[0]) \($0[1])" } == Cause.allCases.map { "\($0.exitCode) \($0.rawValue)" })
    #expect(listed.allSatisfy { !$0[2].isEmpty })
  }

  @Test("docs/ssl-modes.md lists every mode with its aliases")
  func modes() throws {
    let listed = try rows(of: "ssl-modes.md").filter { $0.count == 6 && SSLMode(name: $0[0]) != nil }
    #expect(listed.map { $0[0] } == SSLMode.allCases.map(\.rawValue))
    #expect(listed.map { $0[1] } == SSLMode.allCases.map { $0.aliases.joined(separator: ", ") })
  }

  @Test("docs/ssl-modes.md lists every engine with its default mode and fallback")
  func engines() throws {
    let listed = try rows(of: "ssl-modes.md").filter { $0.count == 3 }
    for traits in Engine.allCases.map(\.traits) {
      let row = listed.first { $0[0].components(separatedBy: ", ").contains(traits.displayName) }
      #expect(row?[1] == traits.defaultMode?.rawValue ?? "not applicable")
      #expect(row?[2].hasPrefix("goes on in plain text") == traits.fallsBackToPlain)
    }
  }
}
