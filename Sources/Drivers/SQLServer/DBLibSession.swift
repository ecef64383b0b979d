import CSybDB
internal import ConnectCore
internal import Transport

/// What db-lib made of a connection: opened through the door, asked who it is, and closed.
struct DBLibResult: Sendable {
  /// Whether it logged in.
  var opened = false
  /// The rows of each batch, nil for one that failed; a value that is NULL is nil.
  var answers: [[[String?]]?] = []
  var fromServer: [TDSServerMessage] = []
  var fromLibrary: [String] = []
}

/// One conversation by db-lib. It blocks, and only the end of its connection ends it.
struct DBLibSession: Sendable {
  let lib: DBLib
  let user: String
  /// Not the password itself: see `Login7.placeholder`.
  let placeholder: String
  let database: String?
  let application: String
  let batches: [String]

  /// Our questions have one; a server may send on without end.
  private static let mostRows = 10

  private enum Field {
    // The macros around dbsetlname do not import into Swift.
    static let host: Int32 = 1
    static let user: Int32 = 2
    static let password: Int32 = 3
    static let application: Int32 = 5
    static let database: Int32 = 14
  }

  /// Logs in, runs the batches and closes.
  func run(_ configuration: PrivateConfiguration, turn: OpeningTurn.Held) -> DBLibResult {
    let messages = DBLibMessages()
    var result = DBLibResult()
    messages.collecting {
      defer { turn.end() }
      guard let process = open(configuration) else { return }
      result.opened = true
      turn.end()
      for batch in batches { result.answers.append(rows(of: batch, process)) }
      lib.functions.dbclose(process)
    }
    result.fromServer = messages.fromServer
    result.fromLibrary = messages.fromLibrary.map { "\($0.number): \($0.text)" }
    return result
  }

  private func open(_ configuration: PrivateConfiguration) -> OpaquePointer? {
    let functions = lib.functions
    guard let login = functions.dblogin() else { return nil }
    defer { functions.dbloginfree(login) }
    func set(_ value: String, _ field: Int32) -> Bool {
      var bytes = Array(value.utf8CString)
      defer { bytes.withUnsafeMutableBytes { _ = memset($0.baseAddress!, 0, $0.count) } }
      return functions.dbsetlname(login, bytes, field) == SUCCEED
    }
    guard set(user, Field.user), set(placeholder, Field.password),
      set(application, Field.application), database.map({ set($0, Field.database) }) ?? true
    else { return nil }
    var path = Array(configuration.path.utf8CString)
    functions.dbsetifile(&path)
    return functions.tdsdbopen(login, PrivateConfiguration.section, 1)
  }

  /// The rows of a batch's first result; nil: it failed.
  private func rows(of batch: String, _ process: OpaquePointer) -> [[String?]]? {
    let functions = lib.functions
    guard functions.dbcmd(process, batch) == SUCCEED, functions.dbsqlexec(process) == SUCCEED,
      functions.dbresults(process) == SUCCEED
    else {
      _ = functions.dbcancel(process)
      return nil
    }
    var rows: [[String?]] = []
    let columns = functions.dbnumcols(process)
    while rows.count < Self.mostRows, case let status = functions.dbnextrow(process), status == REG_ROW {
      rows.append(
        (0..<columns).map { column in
          guard let start = functions.dbdata(process, column + 1) else { return nil }
          let count = Int(functions.dbdatlen(process, column + 1))
          return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        })
    }
    if rows.count == Self.mostRows {
      _ = functions.dbcancel(process)
      return rows
    }
    let failed = functions.dbresults(process) == FAIL
    return failed ? nil : rows
  }
}
