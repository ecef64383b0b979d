internal import ConnectCore
internal import Transport

/// How a database is opened, so that the library leaves nothing behind. Pure but for looking at what lies beside it.
///
/// Opening a database in WAL mode makes two files beside it (`-wal` and `-shm`), read-only or not.
enum SQLiteAccess: Equatable {
  case memory
  /// As it is, with its lock. In rollback mode the library makes no file for reading.
  case locking
  /// Without a lock, as if it could not change: nobody has it open, since there is no write-ahead log.
  case immutable
  /// The log's index (`-shm`) is read and not written (sqlite.org/wal.html, section "Read-Only Databases").
  case readOnlyIndex

  /// `log` and `index` are the sizes of the files that end in `-wal` and `-shm`; nil: there is none.
  init(_ header: SQLiteHeader?, log: Int?, index: Int?) {
    switch (header, log, index) {
    // Without a byte there is no mode yet, and nothing to lock.
    case (nil, _, _): self = .immutable
    case (let header?, _, _) where !header.usesWAL: self = .locking
    case (_, nil, _), (_, 0?, nil): self = .immutable
    default: self = .readOnlyIndex
    }
  }

  /// The URI that opens the file so (sqlite.org/uri.html); a path alone may be taken for a URI where the library is
  /// built to, as Debian's is.
  func name(of path: String) -> String {
    let uri = "file:\(Self.escaped(path))?mode=ro"
    return switch self {
    case .memory: ":memory:"
    case .locking: uri
    case .immutable: uri + "&immutable=1"
    case .readOnlyIndex: uri + "&readonly_shm=1"
    }
  }

  private static func escaped(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return path.utf8.reduce(into: "") { text, byte in
      let isPlain =
        byte < 0x80 && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
      if isPlain || "/-._~".utf8.contains(byte) {
        text.unicodeScalars.append(UnicodeScalar(byte))
      } else {
        text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}
