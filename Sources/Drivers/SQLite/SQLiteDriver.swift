package import ConnectCore
internal import Transport

/// SQLite: the file is looked at by the program, and read by libsqlite3.
package struct SQLiteDriver: Driver {
  package static let engines: [Engine] = [.sqlite]
  package static let rules: any DiagnosisRules = SQLiteRules()

  package static func library() -> Result<DriverLibrary, MissingDriver> { SQLite3.shared.map(\.library) }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    FileTest(target, deadline: deadline).run { SQLite3.shared.map { SQLiteEngine(library: $0) } }
  }
}
