import Testing

@testable import SQLiteDriver

@Suite("How an SQLite database is opened")
struct AccessTests {
  @Test("A name can only be a path")
  func name() {
    #expect(SQLiteAccess.memory.name(of: "") == ":memory:")
    #expect(SQLiteAccess.locking.name(of: "/a b/c.db") == "file:/a%20b/c.db?mode=ro&readonly_shm=1")
    #expect(
      SQLiteAccess.immutable.name(of: "/x?mode=rwc&y#z%41")
        == "file:/x%3Fmode%3Drwc%26y%23z%2541?mode=ro&immutable=1")
    #expect(SQLiteAccess.immutable.name(of: "/ü") == "file:/%C3%BC?mode=ro&immutable=1")
  }
}
