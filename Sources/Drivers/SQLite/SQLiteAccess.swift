internal import ConnectCore
internal import Transport

/// How a database is opened. Pure.
enum SQLiteAccess: Equatable {
  case memory
  /// With the usual locks. A log's index (`-shm`) is read and not made (sqlite.org/wal.html, section "Read-Only
  /// Databases"), so a log (`-wal`) without one cannot be read; a database in WAL mode takes both, and a log is read
  /// beside one in rollback mode too.
  case locking
  /// Without a lock, as if it could not change.
  case immutable

  /// The URI that opens the file so (sqlite.org/uri.html); a path alone may be taken for a URI where the library is
  /// built to, as Debian's is.
  func name(of path: String) -> String {
    let uri = "file:\(Self.escaped(path))?mode=ro"
    return switch self {
    case .memory: ":memory:"
    case .locking: uri + "&readonly_shm=1"
    case .immutable: uri + "&immutable=1"
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
