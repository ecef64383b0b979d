internal import ConnectCore
internal import Transport

/// The first of a database's three headers (duckdb.org/docs/stable/internals/storage; `MainHeader` in DuckDB's
/// storage_info.hpp): a checksum of 8 bytes, `DUCK`, the storage version in 8, flags in 4 times 8, then the version
/// of the library that made the file, in 32, if it is 0.10 or newer.
struct DuckDBHeader: Equatable {
  var isEncrypted: Bool
  /// `v1.4.0`; nil: an older one did not leave its name.
  var madeBy: String?

  init(isEncrypted: Bool, madeBy: String?) {
    self.isEncrypted = isEncrypted
    self.madeBy = madeBy
  }

  /// nil: the bytes are no header, or not a whole one.
  init?(_ head: [UInt8]) {
    guard head.count >= 4096, head[8..<12].elementsEqual("DUCK".utf8) else { return nil }
    isEncrypted = head[20] & 1 == 1
    let name = head[52..<84].prefix { $0 != 0 }
    let isName = !name.isEmpty && name.allSatisfy { (0x21...0x7e).contains($0) }
    madeBy = isName ? String(decoding: name, as: UTF8.self) : nil
  }

  /// Three headers of 4096 bytes.
  static let bytesOfHeaders = 12_288

  /// What is wrong with a file that is no database; nil: it may be one.
  static func fault(in file: DatabaseFile) -> DatabaseFileFault? {
    guard file.head.count >= 12, file.head[8..<12].elementsEqual("DUCK".utf8) else {
      return DatabaseFileFault(
        .notADatabase, detail: FileContents.words(for: file.head) ?? "")
    }
    guard file.size >= bytesOfHeaders else {
      return DatabaseFileFault(
        .damaged,
        detail: "it has \(file.size) bytes, and the headers alone have \(bytesOfHeaders): it was cut off")
    }
    return nil
  }
}
