/// What a file looks like that should be a database, by its first bytes.
package enum FileContents {
  /// `it holds a DuckDB database`; nil: it looks like nothing that is known.
  package static func words(for head: [UInt8]) -> String? {
    if head.isEmpty { return "it is empty" }
    if let known = signatures.first(where: { holds(head, $0.bytes, at: $0.offset) }) {
      return "it holds \(known.name)"
    }
    if head.allSatisfy({ $0 == 0 }) { return "it begins with nothing but zeros" }
    if isText(head) { return "it holds text" }
    return looksRandom(head) ? "its bytes look random, as those of an encrypted file do" : nil
  }

  /// Whether it is UTF-8 without control characters; the last character may be cut off.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    var text = String(decoding: bytes, as: UTF8.self).unicodeScalars
    if text.last == "\u{fffd}" { text.removeLast() }
    return text.allSatisfy { scalar in
      "\t\n\r".unicodeScalars.contains(scalar)
        || scalar.properties.generalCategory != .control && scalar != "\u{fffd}"
    }
  }

  /// Whether the bytes are spread as evenly as an encryption spreads them.
  private static func looksRandom(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 512 else { return false }
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    // The chance that two of the bytes are the same: 1 in 256 for random ones, far more for anything written.
    let same = counts.reduce(0) { $0 + $1 * ($1 - 1) }
    return Double(same) / Double(bytes.count * (bytes.count - 1)) < 1.2 / 256
  }

  private static func holds(_ head: [UInt8], _ bytes: [UInt8], at offset: Int) -> Bool {
    head.count >= offset + bytes.count && head[offset..<offset + bytes.count].elementsEqual(bytes)
  }

  private static let signatures: [(offset: Int, bytes: [UInt8], name: String)] = [
    // sqlite.org/fileformat2.html, sections 1.3, 3 and 4.
    (0, Array("SQLite format 3\0".utf8), "an SQLite database"),
    (0, [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7], "an SQLite rollback journal"),
    (0, [0x37, 0x7f, 0x06, 0x82], "an SQLite write-ahead log"),
    (0, [0x37, 0x7f, 0x06, 0x83], "an SQLite write-ahead log"),
    (0, Array("** This file contains an SQLite 2".utf8), "an SQLite 2 database"),
    // duckdb.org/docs/stable/internals/storage: eight bytes of checksum, then the letters.
    (8, Array("DUCK".utf8), "a DuckDB database"),
    (4, Array("Standard ACE DB".utf8), "a Microsoft Access database"),
    (4, Array("Standard Jet DB".utf8), "a Microsoft Access database"),
    (0, Array("PGDMP".utf8), "a dump of PostgreSQL's"),
    (0, Array("PAR1".utf8), "a Parquet file"),
    (0, [0x1f, 0x8b], "a gzip archive"), (0, [0x28, 0xb5, 0x2f, 0xfd], "a Zstandard archive"),
    (0, Array("PK\u{3}\u{4}".utf8), "a ZIP archive"),
  ]
}
