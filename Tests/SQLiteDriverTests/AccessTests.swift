import Testing

@testable import SQLiteDriver

@Suite("How an SQLite database is opened")
struct AccessTests {
  private let rollback = SQLiteHeader(HeaderTests.header())
  private let wal = SQLiteHeader(
    HeaderTests.header {
      $0[18] = 2
      $0[19] = 2
    })

  @Test("Whatever lies beside it, nothing has to be made")
  func choice() {
    #expect(SQLiteAccess(nil, log: nil, index: nil) == .immutable)
    #expect(SQLiteAccess(rollback, log: nil, index: nil) == .locking)
    #expect(SQLiteAccess(rollback, log: 10, index: 10) == .locking)
    #expect(SQLiteAccess(wal, log: nil, index: nil) == .immutable)
    #expect(SQLiteAccess(wal, log: nil, index: 32_768) == .immutable)
    #expect(SQLiteAccess(wal, log: 0, index: nil) == .immutable)
    #expect(SQLiteAccess(wal, log: 0, index: 32_768) == .readOnlyIndex)
    #expect(SQLiteAccess(wal, log: 4152, index: 32_768) == .readOnlyIndex)
    #expect(SQLiteAccess(wal, log: 4152, index: nil) == .readOnlyIndex)
  }

  @Test("A name can only be a path")
  func name() {
    #expect(SQLiteAccess.memory.name(of: "") == ":memory:")
    #expect(SQLiteAccess.locking.name(of: "/a b/c.db") == "file:/a%20b/c.db?mode=ro")
    #expect(
      SQLiteAccess.immutable.name(of: "/x?mode=rwc&y#z%41")
        == "file:/x%3Fmode%3Drwc%26y%23z%2541?mode=ro&immutable=1")
    #expect(SQLiteAccess.readOnlyIndex.name(of: "/ü") == "file:/%C3%BC?mode=ro&readonly_shm=1")
  }
}
