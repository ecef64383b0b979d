import ConnectCore
import Testing
import Transport

@testable import DuckDBDriver

@Suite("The header of a DuckDB database")
struct HeaderTests {
  static func header(_ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes.replaceSubrange(8..<12, with: "DUCK".utf8)
    bytes[12] = 64
    bytes.replaceSubrange(52..<58, with: "v1.4.0".utf8)
    change(&bytes)
    return bytes
  }

  private func problem(_ head: [UInt8], size: Int) -> DatabaseFileProblem? {
    DuckDBHeader.fault(in: DatabaseFile(path: "/x", size: size, head: head))?.problem
  }

  @Test("It tells who made the file, and whether it is encrypted") func facts() {
    #expect(DuckDBHeader(Self.header()) == DuckDBHeader(isEncrypted: false, madeBy: "v1.4.0"))
    #expect(DuckDBHeader(Self.header { $0[20] = 1 })?.isEncrypted == true)
    let nameless = Self.header { $0.replaceSubrange(52..<58, with: [0, 0, 0, 0, 0, 0]) }
    #expect(DuckDBHeader(nameless) == DuckDBHeader(isEncrypted: false, madeBy: nil))
    // A hostile name is none.
    #expect(DuckDBHeader(Self.header { $0[53] = 0x1b })?.madeBy == nil)
    #expect(DuckDBHeader(Array(Self.header().prefix(4095))) == nil)
  }

  @Test("What is no database is told from a damaged one") func faults() {
    #expect(problem(Self.header(), size: 12_288) == nil)
    #expect(problem(Self.header(), size: 12_287) == .damaged)
    #expect(problem(Array(Self.header().prefix(50)), size: 50) == .damaged)
    #expect(problem(Self.header { $0[8] = 0 }, size: 12_288) == .notADatabase)
    #expect(problem([], size: 0) == .notADatabase)
    #expect(problem(Array("SQLite format 3\0".utf8), size: 16) == .notADatabase)
  }
}
