import Testing
import Transport

@Suite("What a file looks like by its first bytes")
struct FileContentsTests {
  @Test func words() {
    #expect(FileContents.words(for: []) == "it is empty")
    #expect(FileContents.words(for: Array("SQLite format 3\0".utf8)) == "it holds an SQLite database")
    #expect(
      FileContents.words(for: [0, 0, 0, 0, 0, 0, 0, 1] + Array("DUCK".utf8)) == "it holds a DuckDB database")
    #expect(FileContents.words(for: Array("PK\u{3}\u{4}....".utf8)) == "it holds a ZIP archive")
    #expect(FileContents.words(for: Array("PAR1".utf8)) == "it holds a Parquet file")
    #expect(FileContents.words(for: Array("one,two\r\n".utf8)) == "it holds text")
    #expect(FileContents.words(for: [0, 0, 0]) == "it begins with nothing but zeros")
    #expect(FileContents.words(for: [1, 2, 3]) == nil)
  }

  @Test func random() {
    var generator = SystemRandomNumberGenerator()
    for count in [512, 1024, 4096] {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      // What begins like something else by chance is taken for that.
      guard bytes[0] != 0x1f, bytes[0] != 0x28 else { continue }
      #expect(FileContents.words(for: bytes)?.contains("look random") == true, "\(count)")
      #expect(FileContents.words(for: bytes.map { $0 & 0x7f | 0x80 }) == nil)
    }
    #expect(FileContents.words(for: (0..<511).map { UInt8(truncatingIfNeeded: $0) }) == nil)
  }
}
