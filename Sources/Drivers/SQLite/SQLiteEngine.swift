import CSQLite3
internal import ConnectCore
internal import Transport

/// Reads a database by libsqlite3.
struct SQLiteEngine: FileEngine {
  let library: SQLite3

  static func fault(in file: DatabaseFile) -> DatabaseFileFault? { SQLiteHeader.fault(in: file) }

  func read(_ file: DatabaseFile?, patience: Duration) throws(ConnectionFailure) -> FileSession {
    let header = file.flatMap { SQLiteHeader($0.head) }
    let access = try access(to: file, header)
    var facts: SQLiteFacts
    do throws(ServerError) {
      facts = try self.facts(of: file?.path ?? "", access, patience)
    } catch {
      throw failure(of: error, file, header, access)
    }
    guard let file else { return session([]) }
    if header?.usesWAL == true { facts.journalMode = "wal" }
    // The library takes a last page that is not whole for one that ends in zeros.
    if access != .readOnlyIndex, let shortage = shortageNow(in: file) {
      throw failure(.databaseFile(DatabaseFileFault(.damaged, detail: shortage)))
    }
    return session(facts.details, file.size == 0 ? [.databaseIsEmpty] : [])
  }

  private func session(_ details: [String], _ remarks: [Remark] = []) -> FileSession {
    let server = ServerIdentity(product: "SQLite", version: library.library.version, details: details)
    return FileSession(server: server, remarks: remarks)
  }

  private func access(
    to file: DatabaseFile?, _ header: SQLiteHeader?
  ) throws(ConnectionFailure) -> SQLiteAccess {
    guard let file else { return .memory }
    let log = file.companion("-wal")
    let index = file.companion("-shm")
    let access = SQLiteAccess(header, log: log?.size, index: index?.size)
    if access == .readOnlyIndex,
      let closed = [log, index].compactMap({ $0 }).first(where: { !$0.isReadable })
    {
      throw failure(.databaseFile(DatabaseFileFault(.noPermission, detail: "\(closed.path) cannot be read")))
    }
    return access
  }

  private func facts(
    of path: String, _ access: SQLiteAccess, _ patience: Duration
  ) throws(ServerError) -> SQLiteFacts {
    let session = try SQLiteSession(library, path, access, patience: patience)
    defer { session.close() }
    // Reads the header and the first page.
    _ = try session.value("PRAGMA schema_version")
    // Reads the schema.
    let tables = try session.value("SELECT count(*) FROM sqlite_master WHERE type = 'table'")
    return SQLiteFacts(
      tables: tables, pages: try session.value("PRAGMA page_count"),
      pageSize: try session.value("PRAGMA page_size"), journalMode: try session.value("PRAGMA journal_mode"))
  }

  /// What the file lacks by its header, looked at once more: a writer may have been at work the first time.
  private func shortageNow(in file: DatabaseFile) -> String? {
    guard case .success(let now) = DatabaseFile.examine(file.path) else { return nil }
    return SQLiteHeader(now.head)?.shortage(in: now)
  }

  /// The library's error, with what was seen of the file where that says more.
  private func failure(
    of error: ServerError, _ file: DatabaseFile?, _ header: SQLiteHeader?, _ access: SQLiteAccess
  ) -> ConnectionFailure {
    guard let file, let code = error.nativeCode.flatMap({ Int32($0) }) else {
      return failure(.serverReported, error)
    }
    switch code & 0xff {
    case SQLITE_CORRUPT:
      if let shortage = header?.shortage(in: file) {
        return failure(.databaseFile(DatabaseFileFault(.damaged, detail: shortage)), error)
      }
    // The magic number is there, so it is one, and not in order.
    case SQLITE_NOTADB where header != nil:
      return failure(.databaseFile(DatabaseFileFault(.damaged)), error)
    case SQLITE_CANTOPEN where access == .readOnlyIndex:
      let detail = "\(file.path)-wal holds changes, and its index (-shm) is not there"
      return failure(.databaseFile(DatabaseFileFault(.needsRecovery, detail: detail)), error)
    // The limit is 512 in most builds (MAX_PATHNAME in os_unix.c), the endings of companions included.
    case SQLITE_CANTOPEN where file.path.utf8.count > 500:
      let detail = "it has \(file.path.utf8.count) bytes"
      return failure(.databaseFile(DatabaseFileFault(.pathTooLong, detail: detail)), error)
    default: break
    }
    return failure(.serverReported, error)
  }

  private func failure(_ event: FailureEvent, _ error: ServerError? = nil) -> ConnectionFailure {
    ConnectionFailure(stage: .query, event: event, error: error)
  }
}

/// What a database says of itself.
struct SQLiteFacts {
  var tables: String?
  var pages: String?
  var pageSize: String?
  var journalMode: String?

  var details: [String] {
    var details: [String] = []
    if let pages, let pageSize { details.append("\(counted(pages, "page")) of \(pageSize) bytes") }
    if let tables { details.append(counted(tables, "table")) }
    if let journalMode { details.append("journal mode \(journalMode)") }
    return details
  }

  private func counted(_ number: String, _ noun: String) -> String {
    number == "1" ? "1 \(noun)" : "\(number) \(noun)s"
  }
}
