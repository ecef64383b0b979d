internal import ConnectCore

/// From what libduckdb reported to what is wrong with the file. Pure; `explain` uses it too.
struct DuckDBRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    guard failure.event == .serverReported, let error = failure.error else { return nil }
    return Self.problem(in: error.text).map { Finding(file: $0) }
  }

  static func problem(in text: String) -> DatabaseFileProblem? {
    let text = text.lowercased()
    return texts.first { rule in rule.parts.allSatisfy(text.contains) }?.problem
  }

  /// By parts of the text in lower case, since the library has no numbers. The first that fits counts: an error that
  /// names the file may hold any words in its name, so what is surest comes first.
  private static let texts: [(parts: [String], problem: DatabaseFileProblem)] = [
    (["created with a newer version of duckdb"], .newer),
    (["created with an older"], .older),
    (["could not set lock on file"], .locked),
    (["conflicting lock is held"], .locked),
    (["cannot open encrypted database"], .encrypted),
    (["wrong encryption key used"], .encrypted),
    (["it is not a valid duckdb database file"], .notADatabase),
    (["in read-only mode: database does not exist"], .missing),
    (["cannot open file", "permission denied"], .noPermission),
    (["cannot open file", "no such file or directory"], .missing),
    (["failure while replaying wal"], .damaged),
    (["corrupt database file"], .damaged),
    (["data corruption error"], .damaged),
    (["could not read enough bytes from file"], .damaged),
    (["serialization error"], .damaged),
    (["internal error"], .damaged),
  ]
}
