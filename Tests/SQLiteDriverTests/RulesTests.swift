import ConnectCore
import Testing

@testable import SQLiteDriver

/// What libsqlite3 3.40 said of files in every state.
@Suite("The rules for SQLite's errors")
struct RulesTests {
  static let recorded: [(code: String?, text: String, problem: DatabaseFileProblem?)] = [
    ("26", "file is not a database", .notADatabase),
    ("11", "database disk image is malformed", .damaged),
    ("11", "malformed database schema (t) - near \"CREXXX\": syntax error", .damaged),
    ("779", "database disk image is malformed", .damaged),
    ("5", "database is locked", .locked), ("261", "database is locked", .locked),
    ("6", "database table is locked", .locked),
    ("776", "attempt to write a readonly database", .needsRecovery),
    ("264", "attempt to write a readonly database", .needsRecovery),
    ("520", "attempt to write a readonly database", .needsRecovery),
    ("8", "attempt to write a readonly database", nil),
    ("10", "disk I/O error", nil), ("7", "out of memory", nil), ("266", "disk I/O error", nil),
    ("1", "unsupported file format", .newer),
    // Pasted, without a number.
    (nil, "Error: in prepare, file is not a database (26)", .notADatabase),
    (nil, "file is encrypted or is not a database", .notADatabase),
    (nil, "sqlite3.OperationalError: database is locked", .locked),
    (nil, "sqlite3.DatabaseError: database disk image is malformed", .damaged),
    (nil, "Error: unable to open database \"x\": unable to open database file", .missing),
    (nil, "no such table: t", nil),
  ]

  @Test("Each recorded error has its problem", arguments: recorded.indices)
  func problem(index: Int) {
    let row = Self.recorded[index]
    let failure = ConnectionFailure(
      stage: .query, event: .serverReported,
      error: ServerError(text: row.text, nativeCode: row.code, origin: .library("libsqlite3")))
    let target = ConnectionTarget(engine: .sqlite, hosts: [.none], ssl: SSLSettings(mode: .disabled))
    let finding = SQLiteRules().finding(for: failure, target: target)
    #expect(finding?.file == row.problem)
    #expect(finding?.cause == row.problem?.cause)
  }
}
