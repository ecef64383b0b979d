package import ConnectCore

/// An engine that opens a file by its library: what the shared test of such a file needs to know of it.
package protocol FileEngine: Sendable {
  /// What is wrong with the file as far as its first bytes tell, without the library; nil: it may be a database.
  static func fault(in file: DatabaseFile) -> DatabaseFileFault?

  /// Opens the database by the library, read-only, reads its schema, and closes it; it creates and changes nothing.
  ///
  /// - Parameters:
  ///   - file: nil: a database in memory.
  ///   - patience: for how long a lock may be waited for.
  ///   - deadline: when nobody waits for the result any more: what can be broken off is.
  func read(
    _ file: DatabaseFile?, patience: Duration, deadline: Deadline
  ) throws(ConnectionFailure) -> FileSession
}

/// What reading a database brought.
package struct FileSession: Sendable {
  package var server: ServerIdentity
  package var remarks: [Remark]

  package init(server: ServerIdentity, remarks: [Remark] = []) {
    self.server = server
    self.remarks = remarks
  }
}
