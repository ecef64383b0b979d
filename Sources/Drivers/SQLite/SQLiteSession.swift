import CSQLite3
internal import ConnectCore
internal import Transport

/// An open database of libsqlite3's, for one thread.
final class SQLiteSession {
  private let functions: SQLite3Functions
  private var database: OpaquePointer?
  /// Kept for the library, which asks it whether to go on.
  private let clock: Clock

  private final class Clock: Sendable {
    let deadline: Deadline
    init(_ deadline: Deadline) { self.deadline = deadline }
  }

  /// Opens the database; the file is read at the first query, not before.
  init(
    _ library: SQLite3, _ path: String, _ access: SQLiteAccess, patience: Duration, deadline: Deadline
  ) throws(ServerError) {
    functions = library.functions
    clock = Clock(deadline)
    let flags =
      access == .memory
      ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY : SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
    let reader = access == .memory ? nil : library.reader
    let code = functions.sqlite3_open_v2(access.name(of: path), &database, flags, reader)
    guard code == SQLITE_OK else {
      let error = error(code)
      close()
      throw error
    }
    _ = functions.sqlite3_busy_timeout(database, Int32(clamping: Int64(patience.milliseconds)))
    // Some lines of the schema are read between two questions: SQLITE_INTERRUPT, once the deadline has passed.
    let ask: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { clock in
      guard let clock else { return 1 }
      return Unmanaged<Clock>.fromOpaque(clock).takeUnretainedValue().deadline.hasPassed ? 1 : 0
    }
    functions.sqlite3_progress_handler(database, 50, ask, Unmanaged.passUnretained(clock).toOpaque())
  }

  func close() {
    // Of an open one and of one that failed to open.
    if let database { _ = functions.sqlite3_close(database) }
    database = nil
  }

  /// The first column of the first row; nil: there is none, or it is NULL.
  func value(_ query: String) throws(ServerError) -> String? {
    var statement: OpaquePointer?
    var code = functions.sqlite3_prepare_v2(database, query, -1, &statement, nil)
    guard code == SQLITE_OK else { throw error(code) }
    defer { _ = functions.sqlite3_finalize(statement) }
    code = functions.sqlite3_step(statement)
    if code == SQLITE_DONE { return nil }
    guard code == SQLITE_ROW else { throw error(code) }
    return functions.sqlite3_column_text(statement, 0).map { String(cString: $0) }
  }

  private func error(_ code: Int32) -> ServerError {
    guard database != nil else {
      return ServerError(
        text: "out of memory", nativeCode: String(code), origin: .library("libsqlite3"))
    }
    let text = functions.sqlite3_errmsg(database).map { String(cString: $0) } ?? ""
    return ServerError(
      text: text, nativeCode: String(functions.sqlite3_extended_errcode(database)),
      // The file names its tables as it likes, and these stand in the text.
      origin: .library("libsqlite3"), shownCharacters: 4_000)
  }
}
