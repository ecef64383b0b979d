internal import ConnectCore
internal import HTTP

/// A query, and what the columns of its only row are.
struct ClickHouseQuery {
  let text: String
  let columns: [String]
  let types: [String]
  /// Whether it is put where the target's database is: who is logged in is one thing, and what he may use another.
  var needsDatabase: Bool { columns.contains("database") }

  private init(_ select: String, _ columns: [String]) {
    text = "SELECT \(select) FORMAT TabSeparatedWithNamesAndTypes"
    self.columns = columns
    types = columns.map { _ in "String" }
  }

  static let login = ClickHouseQuery("currentUser() AS user", ["user"])
  static let identity = ClickHouseQuery(
    "version() AS version, currentUser() AS user, currentDatabase() AS database",
    ["version", "user", "database"])
  static let oldIdentity = ClickHouseQuery(
    "version() AS version, currentDatabase() AS database", ["version", "database"])

  /// What the row's values tell.
  func identity(_ values: [String]) -> ClickHouseIdentity {
    let values = Dictionary(zip(columns, values)) { first, _ in first }
    return ClickHouseIdentity(
      version: values["version"], user: values["user"], database: values["database"])
  }
}

/// What came back to a query: pure.
enum ClickHouseReply {
  /// The query's row in the format that was asked for: nothing less proves a login.
  case row([String])
  case exception(ServerError)
  /// ClickHouse said this, and it is neither.
  case unexpected(ServerError)
  /// An answer of HTTP that is not ClickHouse's.
  case stranger(ServerError)

  init(_ response: HTTPResponse, to query: ClickHouseQuery) {
    let text = response.text
    let isOwn = response.headers.contains { $0.name.hasPrefix("x-clickhouse-") }
    let header = response.header("x-clickhouse-exception-code").flatMap { Int($0) }
    if response.status == 200, header == nil || header == 0, let row = Self.row(text, of: query) {
      self = .row(row)
    } else if let error = ClickHouseErrors.exception(text, code: header, isOwn: isOwn) {
      self = .exception(error)
    } else {
      let error = HTTPEvidence.error(response, and: "x-clickhouse-server-display-name")
      self = isOwn && !ClickHouseErrors.isNativePort(text) ? .unexpected(error) : .stranger(error)
    }
  }

  var isClickHouse: Bool { if case .stranger = self { false } else { true } }

  /// Whether the server is older than the query.
  var isUnknownFunction: Bool {
    if case .exception(let error) = self {
      error.nativeCode == ClickHouseErrors.unknownFunction
    } else {
      false
    }
  }

  var error: ServerError? {
    switch self {
    case .row: nil
    case .exception(let error), .unexpected(let error), .stranger(let error): error
    }
  }

  /// Names, types and values, a line each (ClickHouse documentation, "TabSeparatedWithNamesAndTypes"). The user's
  /// profile may ask for totals and extremes, which stand behind an empty line, and for line ends with a CR.
  private static func row(_ text: String, of query: ClickHouseQuery) -> [String]? {
    guard text.utf8.last == 10 else { return nil }
    let lines = text.utf8.dropLast().split(separator: 10, omittingEmptySubsequences: false).map { line in
      (line.last == 13 ? line.dropLast() : line).split(separator: 9, omittingEmptySubsequences: false)
        .map { String(Substring($0)) }
    }
    guard lines.count >= 3, lines[0] == query.columns, lines[1] == query.types,
      lines[2].count == query.columns.count, lines.count == 3 || lines[3] == [""],
      // An exception may stand there too.
      lines.dropFirst(4).allSatisfy({ $0.count == query.columns.count || $0 == [""] }),
      ClickHouseErrors.exception(lines.dropFirst(4).joined().joined(separator: "\n"), code: nil) == nil
    else { return nil }
    return lines[2].map(unescaped)
  }

  /// The escapes of TabSeparated; an unknown one stands for its character.
  private static func unescaped(_ text: String) -> String {
    var result = ""
    var isEscape = false
    for scalar in text.unicodeScalars {
      guard isEscape else {
        isEscape = scalar == "\\"
        if !isEscape { result.unicodeScalars.append(scalar) }
        continue
      }
      isEscape = false
      let known: [Unicode.Scalar: Unicode.Scalar] = [
        "n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\u{8}", "f": "\u{c}",
      ]
      result.unicodeScalars.append(known[scalar] ?? scalar)
    }
    return result
  }
}
