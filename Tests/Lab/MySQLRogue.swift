/// An error of MySQL's server, and the moment at which a fake sends it to everybody.
public struct MySQLRefusal: Hashable, Encodable, Sendable, CustomStringConvertible {
  /// Where in the conversation it comes.
  public enum Moment: String, Encodable, Sendable {
    /// Instead of the greeting; it has no SQLSTATE then, since no capabilities are known.
    case greeting
    /// In clear, as the answer to SSLRequest.
    case sslRequest
    /// As the answer to the login.
    case login
    /// As the answer to every query.
    case query
  }

  /// Where in the conversation it comes.
  public var moment: Moment
  /// The error's number.
  public var code: Int
  /// Its SQLSTATE.
  public var state: String
  /// Its text.
  public var text: String

  /// That error at that moment.
  public init(_ moment: Moment, _ code: Int, _ state: String, _ text: String) {
    self.moment = moment
    self.code = code
    self.state = state
    self.text = text
  }

  public var description: String { "\(code) at \(moment.rawValue)" }

  /// All its connections are taken.
  public static let tooMany = MySQLRefusal(.greeting, 1040, "08004", "Too many connections")
  /// Too many connections of this host have broken off.
  public static let hostBlocked = MySQLRefusal(
    .greeting, 1129, "HY000",
    "Host '127.0.0.1' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'")
  /// No account may come from this host.
  public static let hostNotAllowed = MySQLRefusal(
    .greeting, 1130, "HY000", "Host '127.0.0.1' is not allowed to connect to this MySQL server")
  /// It is just being shut down.
  public static let shuttingDown = MySQLRefusal(
    .login, 1053, "08S01", "Server shutdown in progress")
  /// The account has all the connections that it may have.
  public static let tooManyOfUser = MySQLRefusal(
    .login, 1203, "42000", "User tester already has more than 'max_user_connections' active connections")
  /// `max_execution_time` is over.
  public static let queryTimeout = MySQLRefusal(
    .query, 3024, "HY000",
    "Query execution was interrupted, maximum statement execution time exceeded")

  /// The same error at another moment.
  public func at(_ moment: Moment) -> MySQLRefusal {
    var refusal = self
    refusal.moment = moment
    return refusal
  }
}

/// What a server does that wants what no honest server asks for. Whoever has answered is let in.
public struct MySQLRogue: Hashable, Encodable, Sendable, CustomStringConvertible {
  private let act: String
  private var text = ""

  public var description: String { text.isEmpty ? act : "\(act) \(text)" }

  /// Asks, by AuthSwitchRequest, for the plugin of that name.
  public static func switches(to plugin: String) -> MySQLRogue { MySQLRogue(act: "switch", text: plugin) }

  /// The password, as it is.
  public static let clearPassword = switches(to: "mysql_clear_password")
  /// A question for the user.
  public static let dialog = switches(to: "dialog")
  /// The hash of before MySQL 4.1, by the plugin's name.
  public static let oldPassword = switches(to: "mysql_old_password")
  /// The same by a single byte 0xFE, as it was before there were plugins.
  public static let oldPasswordByte = MySQLRogue(act: "old-byte")
  /// A plugin whose name is a path.
  public static let pathAsPlugin = switches(to: "../../tmp/evil")
  /// sha256_password by AuthSwitchRequest, with an RSA key of its own in plain text.
  public static let sha256OwnKey = MySQLRogue(act: "sha256-key")
  /// The full path of caching_sha2_password, with an RSA key of its own in plain text.
  public static let cachingOwnKey = MySQLRogue(act: "caching-key")
  /// The same after an AuthSwitchRequest for caching_sha2_password.
  public static let cachingOwnKeyBySwitch = MySQLRogue(act: "switch-caching-key")
  /// Answers the first query with a request for that file (LOCAL INFILE).
  public static func localInfile(_ path: String) -> MySQLRogue {
    MySQLRogue(act: "local-infile", text: path)
  }
  /// OK at once, whatever the login says. (libmariadb's caching_sha2_password takes it for the wish for the password.)
  public static let welcome = MySQLRogue(act: "welcome")
  /// The same for a login by caching_sha2_password: its fast path, whatever the scramble says.
  public static let welcomeFast = MySQLRogue(act: "welcome-fast")
  /// OK instead of a greeting.
  public static let okAsGreeting = MySQLRogue(act: "ok-greeting")
  /// The greeting of protocol 9.
  public static let protocol9 = MySQLRogue(act: "protocol9")
  /// A greeting whose header announces 16 MiB, of which nothing more comes.
  public static let hugeGreeting = MySQLRogue(act: "huge-greeting")
}
