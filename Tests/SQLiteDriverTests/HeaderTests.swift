import ConnectCore
import Testing
import Transport

@testable import SQLiteDriver

@Suite("The header of an SQLite database")
struct HeaderTests {
  /// A header of 6 pages of 4096 bytes, in rollback mode.
  static func header(_ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes.replaceSubrange(0..<16, with: SQLiteHeader.magic)
    bytes.replaceSubrange(16..<24, with: [0x10, 0, 1, 1, 0, 64, 32, 32])
    bytes[27] = 7
    bytes[31] = 6
    bytes[95] = 7
    change(&bytes)
    return bytes
  }

  private func problem(_ head: [UInt8], size: Int? = nil) -> DatabaseFileProblem? {
    SQLiteHeader.fault(in: DatabaseFile(path: "/x", size: size ?? head.count, head: head))?.problem
  }

  @Test("A good one has no fault, and tells its pages") func good() throws {
    #expect(problem(Self.header()) == nil)
    let header = try #require(SQLiteHeader(Self.header()))
    #expect(header.pageSize == 4096 && header.pageCount == 6 && !header.usesWAL)
    #expect(
      SQLiteHeader(
        Self.header {
          $0[18] = 2
          $0[19] = 2
        })?.usesWAL == true)
    #expect(
      SQLiteHeader(
        Self.header {
          $0[16] = 0
          $0[17] = 1
        })?.pageSize == 65_536)
    // A version that does not keep the count leaves the other number behind.
    #expect(SQLiteHeader(Self.header { $0[95] = 6 })?.pageCount == nil)
  }

  @Test("No bytes at all are a database") func empty() { #expect(problem([]) == nil) }

  @Test("What is no database is told from a damaged one")
  func faults() {
    #expect(problem(Array("hello".utf8)) == .notADatabase)
    #expect(problem(Self.header { $0[0] = 0 }) == .notADatabase)
    #expect(problem(Array(Self.header().prefix(50))) == .damaged)
    #expect(problem(Array(Self.header().prefix(99))) == .damaged)
    #expect(
      problem(
        Self.header {
          $0[16] = 0
          $0[17] = 3
        }) == .damaged)
    #expect(
      problem(
        Self.header {
          $0[16] = 1
          $0[17] = 0
        }) == .damaged)
    #expect(problem(Self.header { $0[21] = 63 }) == .damaged)
    #expect(problem(Self.header { $0[19] = 0 }) == .damaged)
    #expect(problem(Self.header { $0[19] = 3 }) == .newer)
    // A higher write version alone is readable.
    #expect(problem(Self.header { $0[18] = 3 }) == nil)
  }

  @Test("A file that was cut off is shorter than its header says")
  func shortage() throws {
    let header = try #require(SQLiteHeader(Self.header()))
    func shortage(_ size: Int) -> String? {
      header.shortage(in: DatabaseFile(path: "/x", size: size, head: []))
    }
    #expect(shortage(6 * 4096) == nil)
    #expect(shortage(7 * 4096) == nil)
    #expect(shortage(6 * 4096 - 1)?.contains("6 pages of 4096 bytes") == true)
  }
}
