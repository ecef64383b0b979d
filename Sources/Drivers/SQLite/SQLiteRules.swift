internal import ConnectCore

/// From what libsqlite3 reported to what is wrong with the file. Pure; `explain` uses it too.
struct SQLiteRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    guard failure.event == .serverReported, let error = failure.error else { return nil }
    if let code = error.nativeCode.flatMap({ Int32($0) }) {
      if let problem = Self.codes[code] ?? Self.codes[code & 0xff] { return Finding(file: problem) }
    }
    let text = error.text.lowercased()
    return Self.texts.first { text.contains($0.part) }.map { Finding(file: $0.problem) }
  }

  /// Result codes (sqlite.org/rescode.html): extended ones, then the low byte of all others.
  private static let codes: [Int32: DatabaseFileProblem] = [
    // SQLITE_READONLY_RECOVERY, _CANTLOCK, _ROLLBACK and _CANTINIT: to read, it would have to write.
    264: .needsRecovery, 520: .needsRecovery, 776: .needsRecovery, 1288: .needsRecovery,
    3: .noPermission,
    5: .locked, 6: .locked,
    11: .damaged,
    23: .noPermission,
    26: .notADatabase,
  ]

  /// Where there is a text only.
  private static let texts: [(part: String, problem: DatabaseFileProblem)] = [
    ("database is locked", .locked), ("database table is locked", .locked),
    ("file is not a database", .notADatabase), ("file is encrypted or is not a database", .notADatabase),
    ("database disk image is malformed", .damaged), ("malformed database schema", .damaged),
    ("unable to open database file", .missing),
    // A schema format above 4 (sqlite.org/fileformat2.html, section 1.3.9), to which 1 is the only number.
    ("unsupported file format", .newer),
  ]
}
