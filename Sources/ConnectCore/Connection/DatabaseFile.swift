/// What is wrong with a file that should be the database of an engine that opens one.
package enum DatabaseFileProblem: String, CaseIterable, Codable, Sendable {
  case missing
  case folder
  /// A pipe, a socket, a device.
  case notAFile
  case noPermission
  /// It holds something else.
  case notADatabase
  /// It holds a database of the engine's, and not as it was written.
  case damaged
  /// It says itself that it is encrypted.
  case encrypted
  /// It was made by a newer version of the engine than the library, or by one so old that the library left it behind.
  case newer
  case older
  /// Another process has it for itself.
  case locked
  /// What a process that was interrupted has left has to be put right first, by writing.
  case needsRecovery
  /// The path is longer than the library takes.
  case pathTooLong

  /// What it is in the table of causes.
  ///
  /// A file that holds something else is as good as none: the path is wrong. A damaged one is not: who takes 41 for
  /// leave to make a new database must not get it for one that can still be rescued.
  package var cause: Cause {
    switch self {
    case .missing, .folder, .notAFile, .notADatabase: .databaseNotFound
    case .noPermission: .accessDenied
    case .encrypted: .authenticationFailed
    // The library that could read it is not there.
    case .newer, .older: .driverMissing
    case .locked, .needsRecovery: .serverNotReady
    case .damaged, .pathTooLong: .other
    }
  }
}

/// What was seen of such a file.
package struct DatabaseFileFault: Error, Codable, Equatable, Sendable {
  package var problem: DatabaseFileProblem
  /// What shows it, as a sentence of a note; empty: the problem says it all.
  package var detail: String

  package init(_ problem: DatabaseFileProblem, detail: String = "") {
    self.problem = problem
    self.detail = detail
  }
}
