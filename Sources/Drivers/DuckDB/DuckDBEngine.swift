internal import ConnectCore
internal import Transport

/// Reads a database by libduckdb.
struct DuckDBEngine: FileEngine {
  let library: DuckDB

  static func fault(in file: DatabaseFile) -> DatabaseFileFault? { DuckDBHeader.fault(in: file) }

  /// libduckdb does not wait for locks, so there is no patience to have; nor can its opening of a file be broken off.
  func read(
    _ file: DatabaseFile?, patience: Duration, deadline: Deadline
  ) throws(ConnectionFailure) -> FileSession {
    let header = file.flatMap { DuckDBHeader($0.head) }
    let facts: Facts
    do throws(ServerError) {
      facts = try self.facts(of: file)
    } catch {
      throw ConnectionFailure(stage: .query, event: event(error, header), error: error)
    }
    guard let file else { return session([]) }
    if let shortage = facts.shortage(in: file) {
      let fault = DatabaseFileFault(.damaged, detail: shortage)
      throw ConnectionFailure(stage: .query, event: .databaseFile(fault))
    }
    return session(facts.details + (header?.madeBy.map { ["made by \($0)"] } ?? []))
  }

  private func session(_ details: [String]) -> FileSession {
    FileSession(server: ServerIdentity(product: "DuckDB", version: library.library.version, details: details))
  }

  private func facts(of file: DatabaseFile?) throws(ServerError) -> Facts {
    let session = try DuckDBSession(library, file?.path)
    defer { session.close() }
    // By their whole names: the file may hold macros of the same ones, which would be run instead. The bare count(*)
    // would be such a name too.
    let tables = try session.row(
      "SELECT system.main.count_star() FROM system.main.duckdb_tables()", columns: 1)
    let size = try session.row(
      "SELECT total_blocks, block_size FROM system.main.pragma_database_size()", columns: 2)
    func number(_ text: String?) -> Int? { text.flatMap { Int($0) } }
    return Facts(tables: number(tables[0]), blocks: number(size[0]), bytesOfBlock: number(size[1]))
  }

  /// What the header says of itself says more than the library's words.
  private func event(_ error: ServerError, _ header: DuckDBHeader?) -> FailureEvent {
    guard let header else { return .serverReported }
    switch DuckDBRules.problem(in: error.text) {
    case .newer:
      return .databaseFile(
        DatabaseFileFault(
          .newer, detail: header.madeBy.map { "it was made by DuckDB \($0); the library is \(version)" } ?? ""
        ))
    case .damaged where header.isEncrypted, nil where header.isEncrypted:
      return .databaseFile(DatabaseFileFault(.encrypted, detail: "its header says that it is encrypted"))
    default: return .serverReported
    }
  }

  private var version: String { "v\(library.library.version)" }
}

extension DuckDBEngine {
  /// What a database says of itself.
  struct Facts {
    var tables: Int?
    var blocks: Int?
    var bytesOfBlock: Int?

    var details: [String] {
      var details: [String] = []
      if let blocks, let bytesOfBlock {
        details.append("\(blocks) block\(blocks == 1 ? "" : "s") of \(bytesOfBlock) bytes")
      }
      if let tables { details.append("\(tables) table\(tables == 1 ? "" : "s")") }
      return details
    }

    /// What a file lacks, of which the library has read the beginning only; nil: nothing, or its log has the rest.
    func shortage(in file: DatabaseFile) -> String? {
      guard let blocks, let bytesOfBlock, file.companion(".wal") == nil else { return nil }
      let (whole, overflows) = blocks.multipliedReportingOverflow(by: bytesOfBlock)
      guard !overflows, whole > file.sizeNow - DuckDBHeader.bytesOfHeaders else { return nil }
      return
        "it speaks of \(blocks) blocks of \(bytesOfBlock) bytes, and the file has \(file.size) bytes: it was cut off"
    }
  }
}
