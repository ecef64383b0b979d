internal import ConnectCore
internal import Transport

/// The first 100 bytes of a database (sqlite.org/fileformat2.html, section 1.3).
struct SQLiteHeader: Equatable {
  /// In bytes; 0 for a value that stands for none.
  var pageSize: Int
  var usesWAL: Bool
  /// 1 and 2 are known; a library does not read what needs a higher one.
  var readVersion: UInt8
  /// Whether the three fractions are the only ones that there are.
  var hasKnownFractions: Bool
  /// As the header has it; nil: a version of SQLite's wrote last that does not keep it.
  var pageCount: Int?

  /// nil: the bytes are no header, or not a whole one.
  init?(_ head: [UInt8]) {
    guard head.count >= 100, head.starts(with: Self.magic) else { return nil }
    func number(at offset: Int) -> Int { head[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
    let size = Int(head[16]) << 8 | Int(head[17])
    let pages = size == 1 ? 65_536 : size
    pageSize = pages >= 512 && pages.nonzeroBitCount == 1 ? pages : 0
    usesWAL = head[19] == 2
    readVersion = head[19]
    hasKnownFractions = head[21...23].elementsEqual([64, 32, 32])
    let count = number(at: 28)
    pageCount = count > 0 && number(at: 24) == number(at: 92) ? count : nil
  }

  static let magic = Array("SQLite format 3\0".utf8)
}

extension SQLiteHeader {
  /// What is wrong with a file that is no database, or not one that any library could read; nil: it may be one.
  static func fault(in file: DatabaseFile) -> DatabaseFileFault? {
    // A database that nothing was stored in yet has no bytes.
    if file.size == 0, file.head.isEmpty { return nil }
    guard file.head.starts(with: magic) else {
      return DatabaseFileFault(
        .notADatabase, detail: FileContents.words(for: file.head) ?? "")
    }
    guard let header = SQLiteHeader(file.head) else {
      return DatabaseFileFault(
        .damaged, detail: "it has \(file.size) bytes, and a header alone has 100")
    }
    if header.readVersion > 2 {
      return DatabaseFileFault(
        .newer, detail: "its header has the read version \(header.readVersion), and 2 is the highest known")
    }
    if header.pageSize == 0 || !header.hasKnownFractions || header.readVersion == 0 {
      return DatabaseFileFault(.damaged, detail: "its header holds values that no header has")
    }
    return nil
  }

  /// What a file lacks that the library calls damaged; nil: nothing that the header tells.
  func shortage(in file: DatabaseFile) -> String? {
    guard let pageCount, pageCount * pageSize > file.size else { return nil }
    return
      "its header speaks of \(pageCount) pages of \(pageSize) bytes, and the file has \(file.size) bytes: it was cut off"
  }
}
