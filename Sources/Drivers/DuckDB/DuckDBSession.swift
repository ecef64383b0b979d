import CDuckDB
internal import ConnectCore

/// An open database of libduckdb's, for one thread.
final class DuckDBSession {
  private let functions: DuckDBFunctions
  private var database: duckdb_database?
  private var connection: duckdb_connection?

  /// What keeps the library to this one file: it reaches for extensions by itself else, from the network too.
  /// A name that a version does not know is passed over.
  static let settings = [
    ("threads", "1"), ("autoinstall_known_extensions", "false"), ("autoload_known_extensions", "false"),
    ("allow_community_extensions", "false"), ("allow_persistent_secrets", "false"),
  ]

  /// Off from the beginning, or as soon as the file is open: reaching for other files, whatever asks for it.
  private static let externalAccess = "enable_external_access"

  /// Opens the file read-only; nil: a database in memory, which is none that could be read-only.
  init(_ library: DuckDB, _ path: String?) throws(ServerError) {
    functions = library.functions
    var config: duckdb_config?
    guard functions.duckdb_create_config(&config) == 0 else {
      throw Self.error("no configuration could be made")
    }
    defer { functions.duckdb_destroy_config(&config) }
    if path != nil, functions.duckdb_set_config(config, "access_mode", "READ_ONLY") != 0 {
      throw Self.error("the library knows no read-only access")
    }
    for (name, value) in Self.settings { _ = functions.duckdb_set_config(config, name, value) }
    // The log of `a?b` is `a.wal?b` to DuckDB, which allows itself `a?b.wal` only, and does not open the file then.
    if path?.contains("?") != true { _ = functions.duckdb_set_config(config, Self.externalAccess, "false") }
    var words: UnsafeMutablePointer<CChar>?
    guard functions.duckdb_open_ext(path ?? ":memory:", &database, config, &words) == 0 else {
      let text = words.map { String(cString: $0) } ?? "the database could not be opened"
      if let words { functions.duckdb_free(words) }
      throw Self.error(text)
    }
    guard functions.duckdb_connect(database, &connection) == 0 else {
      close()
      throw Self.error("no connection to the open database could be made")
    }
    do throws(ServerError) {
      for setting in ["\(Self.externalAccess) = false", "lock_configuration = true"] {
        _ = try row("SET \(setting)", columns: 0)
      }
    } catch {
      close()
      throw error
    }
  }

  func close() {
    if connection != nil { functions.duckdb_disconnect(&connection) }
    if database != nil { functions.duckdb_close(&database) }
  }

  /// The first row of what a query brings; nil for NULL.
  func row(_ query: String, columns: Int) throws(ServerError) -> [String?] {
    var result = duckdb_result()
    let state = functions.duckdb_query(connection, query, &result)
    defer { functions.duckdb_destroy_result(&result) }
    guard state == 0 else {
      throw Self.error(
        functions.duckdb_result_error(&result).map { String(cString: $0) } ?? "the query failed")
    }
    return (0..<columns).map { column in
      guard let text = functions.duckdb_value_varchar(&result, UInt64(column), 0) else { return nil }
      defer { functions.duckdb_free(text) }
      return String(cString: text)
    }
  }

  private static func error(_ text: String) -> ServerError {
    // The file names what it holds as it likes, and these names may stand in the text.
    ServerError(text: text, origin: .library("libduckdb"), shownCharacters: 4_000)
  }
}
