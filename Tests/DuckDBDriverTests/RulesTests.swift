import ConnectCore
import Testing

@testable import DuckDBDriver

/// What libduckdb 2.0.0 said of files in every state.
@Suite("The rules for DuckDB's errors")
struct RulesTests {
  static let recorded: [(text: String, problem: DatabaseFileProblem?)] = [
    (
      """
      IO Error: Trying to read a database file with storage version number 100000, but we can only read storage \
      versions between 64 and 69.
      The database file was created with a newer version of DuckDB.
      """, .newer
    ),
    (
      """
      IO Error: Trying to read a database file with storage version number 20, but we can only read storage versions \
      between 64 and 69.
      The database file was created with an older development version of DuckDB.
      """, .older
    ),
    (
      """
      IO Error: Could not set lock on file "/tmp/x.db": Conflicting lock is held in /usr/bin/python3.11 (PID 1036). \
      See also https://duckdb.org/docs/current/connect/concurrency
      """, .locked
    ),
    ("Catalog Error: Cannot open encrypted database \"/tmp/enc.db\" without a key", .encrypted),
    ("IO Error: The file \"/tmp/x\" exists, but it is not a valid DuckDB database file!", .notADatabase),
    ("IO Error: Cannot open database \"/x.db\" in read-only mode: database does not exist", .missing),
    ("IO Error: Cannot open file \"/tmp/good.db\": Permission denied", .noPermission),
    (
      """
      Data Corruption Error: Corrupt database file: computed checksum 9078366746691262168 does not match stored \
      checksum 18240959013418194648 in block at location 0
      """, .damaged
    ),
    (
      """
      IO Error: Could not read enough bytes from file "/tmp/trunc.db": attempted to read 6144 bytes from location 268288
      """, .damaged
    ),
    (
      """
      Data Corruption Error: Failure while replaying WAL file "/tmp/badwal.db.wal": Corrupt WAL file: entry at byte \
      position 54 computed checksum 14198223983212867849 does not match stored checksum 400801652683632499
      """, .damaged
    ),
    ("Permission Error: Loading external extensions is disabled through configuration", nil),
    ("Parser Error: syntax error at or near \"x\"", nil),
  ]

  @Test("Each recorded error has its problem", arguments: recorded.indices)
  func problem(index: Int) {
    let row = Self.recorded[index]
    let failure = ConnectionFailure(
      stage: .query, event: .serverReported,
      error: ServerError(text: row.text, origin: .library("libduckdb")))
    let target = ConnectionTarget(engine: .duckdb, hosts: [.none], ssl: SSLSettings(mode: .disabled))
    let finding = DuckDBRules().finding(for: failure, target: target)
    #expect(finding?.file == row.problem)
    #expect(finding?.cause == row.problem?.cause)
  }
}
