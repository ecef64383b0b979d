internal import ConnectCore

/// From what a Redis server reported to its cause. Pure; `explain` uses it too.
struct RedisRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    guard failure.event == .serverReported, let text = failure.error?.text else { return nil }
    if let rule = Self.texts.first(where: { text.lowercased().contains($0.part) }) {
      return Finding(cause: rule.cause, notes: rule.note.map { [$0] } ?? [])
    }
    guard let code = RedisErrors.code(of: text), let rule = Self.codes[code] else { return nil }
    return Finding(cause: rule.cause, notes: rule.note.map { [$0] } ?? [])
  }

  private typealias Rule = (cause: Cause, note: String?)

  /// By the first word.
  private static let codes: [String: Rule] = [
    "NOAUTH": (.authenticationFailed, nil),
    "WRONGPASS": (.authenticationFailed, nil),
    "NOPERM": (.accessDenied, nil),
    "DENIED": (
      .accessDenied,
      "The server is in protected mode: it has no password, and takes connections from its own computer only"
    ),
    "LOADING": (.serverNotReady, "The server is loading its data into memory"),
    "MASTERDOWN": (
      .serverNotReady, "The server is a replica without a link to its master, and keeps old data to itself"
    ),
    "BUSY": (.serverNotReady, "The server is busy with a script"),
    "CLUSTERDOWN": (.serverNotReady, "The server's cluster does not serve all of its data"),
  ]

  /// By a part of the text in lower case, where the first word is ERR.
  private static let texts: [(part: String, cause: Cause, note: String?)] = [
    ("max number of clients", .tooManyConnections, nil),
    ("db index is out of range", .databaseNotFound, nil),
    ("invalid db index", .databaseNotFound, nil),
    // To SELECT, the only command whose number is the user's.
    ("value is not an integer", .databaseNotFound, nil),
    (
      "select is not allowed in cluster mode", .databaseNotFound,
      "A server in cluster mode has no database but 0"
    ),
    (
      "unknown command `select`", .databaseNotFound,
      "A server without SELECT, such as a Sentinel, has no databases"
    ),
    (
      "unknown command 'select'", .databaseNotFound,
      "A server without SELECT, such as a Sentinel, has no databases"
    ),
    (
      "called without any password configured", .authenticationFailed,
      "The server's default user has no password: it lets in who gives none"
    ),
    (
      "client sent auth, but no password is set", .authenticationFailed,
      "The server has no password: it lets in who gives none"
    ),
    (
      "wrong number of arguments for 'auth'", .authenticationFailed,
      "The server is older than Redis 6 and knows no users: leave User empty"
    ),
    ("unknown command `auth`", .authenticationFailed, "The server has no AUTH, or it was renamed"),
    ("unknown command 'auth'", .authenticationFailed, "The server has no AUTH, or it was renamed"),
    ("invalid password", .authenticationFailed, nil),
    ("invalid username-password pair", .authenticationFailed, nil),
    ("operation not permitted", .authenticationFailed, nil),
  ]
}
