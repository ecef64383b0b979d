internal import ConnectCore
internal import Transport

/// What is asked of a session: one query that proves it and tells who the server is, and one about the password's end.
struct MySQLSessionQueries {
  struct Found {
    var server: ServerIdentity?
    var remarks: [Remark]
  }

  private let connection: LibMariaDBConnection
  private let greeting: MySQLGreeting?

  init(_ connection: LibMariaDBConnection, greeting: MySQLGreeting?) {
    self.connection = connection
    self.greeting = greeting
  }

  static let variables = """
    SHOW VARIABLES WHERE Variable_name IN ('version', 'version_comment', 'aurora_version', 'read_only', \
    'super_read_only', 'innodb_read_only')
    """

  func run() -> Result<Found, ConnectionFailure> {
    switch connection.rows(of: Self.variables) {
    case .success(let rows): return .success(found(in: rows))
    case .failure(let failure):
      let known = greeting.map { ServerIdentity(greeting: $0) }
      // ER_MUST_CHANGE_PASSWORD: the login itself worked, and nothing but a new password is allowed.
      if failure.error?.nativeCode == "1820" {
        return .success(Found(server: known, remarks: [.passwordExpired]))
      }
      guard failure.event == .serverReported, failure.error?.origin == .server else {
        return .failure(failure)
      }
      // Not everything that speaks this protocol has the statement.
      return connection.rows(of: "SELECT VERSION()").map { _ in Found(server: known, remarks: []) }
    }
  }

  private func found(in rows: [[String?]]) -> Found {
    var variables: [String: String] = [:]
    for row in rows where row.count == 2 {
      if let name = row[0], let value = row[1] { variables[name.lowercased()] = value }
    }
    let isReadOnly = ["read_only", "super_read_only", "innodb_read_only"].contains {
      ["ON", "1"].contains(variables[$0]?.uppercased())
    }
    var remarks: [Remark] = isReadOnly ? [.serverIsReadOnly] : []
    if let days = daysOfPassword() { remarks.append(.passwordExpires(days: days)) }
    return Found(server: ServerIdentity(greeting: greeting, variables: variables), remarks: remarks)
  }

  /// How many days the password still lasts, where the account may look that up; nil: for good, or not known.
  private func daysOfPassword() -> Int? {
    let isMariaDB = greeting?.isMariaDB == true
    guard
      case .success(let rows) = connection.rows(of: isMariaDB ? Self.mariaDBPassword : Self.mysqlPassword),
      let row = rows.first, row.count == 4
    else { return nil }
    return Self.days(changed: row[0], lifetime: row[1], standard: row[2], now: row[3])
  }

  /// When the password was changed (in seconds), for how many days it lasts, for how many by default, and the time.
  private static let mariaDBPassword = """
    SELECT JSON_VALUE(Priv, '$.password_last_changed'), JSON_VALUE(Priv, '$.password_lifetime'), \
    @@default_password_lifetime, UNIX_TIMESTAMP() FROM mysql.global_priv \
    WHERE CONCAT(User, '@', Host) = CURRENT_USER()
    """
  private static let mysqlPassword = """
    SELECT UNIX_TIMESTAMP(password_last_changed), password_lifetime, @@default_password_lifetime, UNIX_TIMESTAMP() \
    FROM mysql.user WHERE CONCAT(User, '@', Host) = CURRENT_USER()
    """

  /// A lifetime of its own counts, 0 means for good, and none (MariaDB: -1) means the default.
  static func days(changed: String?, lifetime: String?, standard: String?, now: String?) -> Int? {
    guard let changed = changed.flatMap(Double.init), let now = now.flatMap(Double.init), changed > 0 else {
      return nil
    }
    let own = lifetime.flatMap { Double($0) }.flatMap { $0 < 0 ? nil : $0 }
    guard let days = own ?? standard.flatMap(Double.init), days > 0, days < 65_536 else { return nil }
    let left = (days - (now - changed) / 86_400).rounded(.down)
    // What a server says need not be a time at all.
    return left.magnitude < 1e6 ? Int(left) : nil
  }
}
