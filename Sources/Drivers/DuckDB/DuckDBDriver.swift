package import ConnectCore
internal import Transport

/// DuckDB: the file is looked at by the program, and read by libduckdb.
package struct DuckDBDriver: Driver {
  package static let engines: [Engine] = [.duckdb]
  package static let rules: any DiagnosisRules = DuckDBRules()

  package static func library() -> Result<DriverLibrary, MissingDriver> { DuckDB.shared.map(\.library) }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    FileTest(target, deadline: deadline).run { DuckDB.shared.map { DuckDBEngine(library: $0) } }
  }
}
