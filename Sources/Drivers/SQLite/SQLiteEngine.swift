import CSQLite3
internal import ConnectCore
internal import Transport

/// Reads a database by libsqlite3.
struct SQLiteEngine: FileEngine {
  let library: SQLite3

  static func fault(in file: DatabaseFile) -> DatabaseFileFault? { SQLiteHeader.fault(in: file) }

  func read(
    _ file: DatabaseFile?, patience: Duration, deadline: Deadline
  ) throws(ConnectionFailure) -> FileSession {
    let time = Time(patience: patience, deadline: deadline)
    guard let file else {
      do throws(ServerError) {
        _ = try facts(of: "", .memory, time)
        return session([])
      } catch {
        throw failure(.serverReported, error)
      }
    }
    let facts = try facts(of: file, time)
    // The library takes a last page that is not whole for one that ends in zeros. A log may hold the rest.
    if (file.companion("-wal")?.size ?? 0) == 0, let shortage = shortageNow(in: file) {
      throw failure(.databaseFile(DatabaseFileFault(.damaged, detail: shortage)))
    }
    return session(facts.details, file.size == 0 ? [.databaseIsEmpty] : [])
  }

  private func session(_ details: [String], _ remarks: [Remark] = []) -> FileSession {
    let server = ServerIdentity(product: "SQLite", version: library.library.version, details: details)
    return FileSession(server: server, remarks: remarks)
  }

  /// Reads a database as it turns out to lie there. The files beside it come and go while another program opens and
  /// closes it, so they are looked at after the library could not open them, and once more if they do not fit together.
  private func facts(of file: DatabaseFile, _ time: Time) throws(ConnectionFailure) -> SQLiteFacts {
    // Without a byte there is no mode yet, and nothing to lock.
    guard let header = SQLiteHeader(file.head) else { return try facts(of: file, nil, .immutable, time) }
    var left = 5
    while true {
      for odd in [file.companion("-wal"), file.companion("-shm")].compactMap({ $0 }) where !odd.isPlain {
        throw failure(.other("\(odd.path) is no plain file, and SQLite keeps one of that name"))
      }
      do throws(ServerError) {
        return try facts(of: file.path, .locking, time)
      } catch {
        guard error.isCannotOpen else { throw failure(of: error, file, header) }
        switch SQLiteLog(beside: file) {
        // Nobody has a database in WAL mode open while there is no log, and who had it to himself would hold a lock.
        case .empty where usesWALNow(file): return try facts(of: file, header, .immutable, time)
        case .withIndex where left > 0, .withoutIndex where left > 0:
          left -= 1
          usleep(10_000)
        default: throw failure(of: error, file, header)
        }
      }
    }
  }

  private func facts(
    of file: DatabaseFile, _ header: SQLiteHeader?, _ access: SQLiteAccess, _ time: Time
  ) throws(ConnectionFailure) -> SQLiteFacts {
    do throws(ServerError) {
      var facts = try facts(of: file.path, access, time)
      // An immutable one has none, to the library.
      if header?.usesWAL == true { facts.journalMode = "wal" }
      return facts
    } catch {
      throw failure(of: error, file, header)
    }
  }

  private func facts(
    of path: String, _ access: SQLiteAccess, _ time: Time
  ) throws(ServerError) -> SQLiteFacts {
    let session = try SQLiteSession(library, path, access, patience: time.patience, deadline: time.deadline)
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

  private func usesWALNow(_ file: DatabaseFile) -> Bool {
    guard case .success(let now) = DatabaseFile.examine(file.path) else { return false }
    return SQLiteHeader(now.head)?.usesWAL == true
  }

  /// The library's error, with what was seen of the file where that says more.
  private func failure(
    of error: ServerError, _ file: DatabaseFile, _ header: SQLiteHeader?
  ) -> ConnectionFailure {
    switch error.resultCode {
    case SQLITE_CORRUPT:
      if let shortage = header?.shortage(in: file) {
        return failure(.databaseFile(DatabaseFileFault(.damaged, detail: shortage)), error)
      }
    // The magic number is there, so it is one, and not in order.
    case SQLITE_NOTADB where header != nil:
      return failure(.databaseFile(DatabaseFileFault(.damaged)), error)
    case SQLITE_INTERRUPT: return failure(.timedOut)
    case SQLITE_CANTOPEN: return failure(reasonNotToOpen(file), error)
    default: break
    }
    return failure(.serverReported, error)
  }

  /// Why the library could not open what the program had just read, or a file beside it.
  private func reasonNotToOpen(_ file: DatabaseFile) -> FailureEvent {
    let beside = [file.companion("-wal"), file.companion("-shm")].compactMap { $0 }
    if let closed = beside.first(where: { !$0.isReadable }) {
      return .databaseFile(DatabaseFileFault(.noPermission, detail: "\(closed.path) cannot be read"))
    }
    if SQLiteLog(beside: file) == .withoutIndex {
      let detail = "\(file.path)-wal holds changes, and its index (-shm) is not there"
      return .databaseFile(DatabaseFileFault(.needsRecovery, detail: detail))
    }
    // The limit is 512 in most builds (MAX_PATHNAME in os_unix.c), the endings of companions included.
    if file.path.utf8.count > 500 {
      let detail = "it has \(file.path.utf8.count) bytes"
      return .databaseFile(DatabaseFileFault(.pathTooLong, detail: detail))
    }
    switch DatabaseFile.examine(file.path) {
    case .success: return .other("the library could not open it, or a file beside it")
    case .failure(let refusal): return refusal.event
    }
  }

  private func failure(_ event: FailureEvent, _ error: ServerError? = nil) -> ConnectionFailure {
    ConnectionFailure(stage: .query, event: event, error: error)
  }
}

extension SQLiteEngine {
  /// For how long a lock is waited for, and when everything ends.
  private struct Time {
    var patience: Duration
    var deadline: Deadline
  }
}

/// A write-ahead log as it lies beside a database.
enum SQLiteLog: Equatable {
  /// There is none, or one in which nothing stands.
  case empty
  case withIndex
  case withoutIndex

  init(beside file: DatabaseFile) {
    guard let log = file.companion("-wal"), log.size > 0 else {
      self = .empty
      return
    }
    self = file.companion("-shm") == nil ? .withoutIndex : .withIndex
  }
}

extension ServerError {
  /// The low byte, without what extends it (sqlite.org/rescode.html).
  fileprivate var resultCode: Int32? { nativeCode.flatMap { Int32($0) }.map { $0 & 0xff } }
  fileprivate var isCannotOpen: Bool { resultCode == SQLITE_CANTOPEN }
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
