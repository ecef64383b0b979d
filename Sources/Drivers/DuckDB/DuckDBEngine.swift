internal import ConnectCore
internal import Transport

/// Reads a database by libduckdb.
struct DuckDBEngine: FileEngine {
  let library: DuckDB

  static func fault(in file: DatabaseFile) -> DatabaseFileFault? { DuckDBHeader.fault(in: file) }

  /// libduckdb does not wait for locks, so there is no patience to have.
  func read(_ file: DatabaseFile?, patience: Duration) throws(ConnectionFailure) -> FileSession {
    let header = file.flatMap { DuckDBHeader($0.head) }
    do throws(ServerError) {
      let session = try DuckDBSession(library, file?.path)
      defer { session.close() }
      let tables = try session.row("SELECT count(*) FROM duckdb_tables()", columns: 1)[0]
      let size = try session.row("SELECT total_blocks, block_size FROM pragma_database_size()", columns: 2)
      var details: [String] = []
      if file != nil {
        if let blocks = size[0], let bytes = size[1] { details.append("\(blocks) blocks of \(bytes) bytes") }
        if let tables { details.append(tables == "1" ? "1 table" : "\(tables) tables") }
        if let madeBy = header?.madeBy { details.append("made by \(madeBy)") }
      }
      return FileSession(
        server: ServerIdentity(product: "DuckDB", version: library.library.version, details: details))
    } catch {
      throw ConnectionFailure(stage: .query, event: event(error, header), error: error)
    }
  }

  /// What the header says of itself says more than the library's words.
  private func event(_ error: ServerError, _ header: DuckDBHeader?) -> FailureEvent {
    guard let header else { return .serverReported }
    switch DuckDBRules.problem(in: error.text) {
    case .newer:
      return .databaseFile(
        DatabaseFileFault(
          .newer, detail: header.madeBy.map { "it was made by DuckDB \($0); the library is \(version)" } ?? ""))
    case .damaged where header.isEncrypted, nil where header.isEncrypted:
      return .databaseFile(DatabaseFileFault(.encrypted, detail: "its header says that it is encrypted"))
    default: return .serverReported
    }
  }

  private var version: String { "v\(library.library.version)" }
}
