import Foundation

/// What a fake of MySQL 8 is like, which speaks its protocol as far as logging in and a few queries go.
///
/// `Tests/LabHelpers/mysql8.py` tells which queries it understands. The clients of other vendors log in to it in
/// `FakeMySQLTests`.
public struct FakeMySQL: Hashable, Encodable, Sendable, CustomStringConvertible {
  /// An authentication plugin, by the name that it has in the protocol.
  public enum Plugin: String, Encodable, CaseIterable, Sendable {
    case cachingSHA2 = "caching_sha2_password"
    case native = "mysql_native_password"
    case sha256 = "sha256_password"
    case clear = "mysql_clear_password"
  }

  /// Which passwords caching_sha2_password has in its cache, and so need not be told in full.
  public enum Cache: String, Encodable, Sendable {
    /// None, ever: every login takes the full path (0x01 0x04).
    case empty
    /// All, from the beginning: a right password takes the fast path (0x01 0x03).
    case full
    /// As with MySQL: those with which somebody has logged in.
    case fills
  }

  /// When what a rogue says is said.
  public enum Haste: String, Encodable, Sendable {
    /// In turn.
    case none
    /// All at once with the greeting, in one segment, numbered as if the login came in plain text.
    case withGreeting
    /// The same, numbered as if an SSLRequest came before the login: smuggled in front of TLS.
    case withGreetingForTLS
    /// All at once after the TLS handshake, before the login; in turn if there is no TLS.
    case afterHandshake
  }

  /// What `VERSION()` and the greeting say.
  public var version = "8.0.36"
  /// The name of its certificate among the PKI's, such as `good`; nil: it has no TLS.
  public var certificate: String?
  /// The file of the PKI whose CAs may sign client certificates; nil: it asks for none. One that is shown must be
  /// good; whether one has to be shown, the account says.
  public var clientCA: String?
  /// `TLSv1.2` and the like; nil: 1.2.
  public var minTLS: String?
  /// `TLSv1.2` and the like; nil: as new as can be.
  public var maxTLS: String?
  /// Whether the greeting offers TLS; nil: if it has a certificate. A server that has one and does not offer it is
  /// what somebody in the middle can make of any server.
  public var offersTLS: Bool?
  /// `require_secure_transport`: error 3159 to a login in plain text.
  public var requireSecureTransport = false
  /// The plugin of accounts that have none of their own.
  public var plugin = Plugin.cachingSHA2
  /// The plugin that the greeting names; whose account has another is sent an AuthSwitchRequest.
  public var greetingPlugin = Plugin.cachingSHA2
  /// What caching_sha2_password remembers.
  public var cache = Cache.empty
  /// Capability flags that the greeting leaves out.
  public var withoutCapabilities: UInt32 = 0
  /// The accounts by their names. Others are refused as a wrong password is.
  public var accounts = FakeMySQLAccount.standard
  /// Databases that every account may use.
  public var databases = [Account.database]
  /// Databases that no account may use (1044); others do not exist (1049).
  public var closedDatabases = ["closed"]
  /// System variables, besides `version`, and instead of those that MySQL has anyway.
  public var variables: [String: String] = [:]
  /// Rows of `SELECT … FROM mysql.user`, each a value for each name of a column; nil: nobody may read it (1142).
  public var userTable: [[String: String]]?
  /// An error at some moment, instead of what would come there.
  public var refusal: MySQLRefusal?
  /// What it does that no honest server does.
  public var rogue: MySQLRogue?
  /// When the rogue says it.
  public var haste = Haste.none

  /// MySQL 8.0 as it is installed, with that certificate.
  public init(certificate: String? = "good") { self.certificate = certificate }

  /// It takes logins with TLS and without.
  public static let mysql8 = FakeMySQL()
  /// It has no TLS.
  public static let plain = FakeMySQL(certificate: nil)
  /// It takes logins over TLS only.
  public static let requiresTLS = FakeMySQL().with(\.requireSecureTransport, true)
  /// Its accounts have passwords as MySQL 5.7 had them.
  public static let native = FakeMySQL().with(\.plugin, .native).with(\.greetingPlugin, .native)
  /// Every account has to show a certificate that the lab's CA has signed.
  public static let mutual = FakeMySQL().with(\.clientCA, "ca.pem")
    .with(\.accounts, FakeMySQLAccount.standard.mapValues { $0.with(\.requires, .clientCertificate) })
  /// It takes logins with TLS and without, with TLS 1.2 at most.
  public static let tls12 = FakeMySQL().with(\.maxTLS, "TLSv1.2")
  /// It has TLS 1.1 only, which today's clients have to be told to allow.
  public static let tls11 = FakeMySQL().with(\.minTLS, "TLSv1.1").with(\.maxTLS, "TLSv1.1")
  /// Amazon Aurora's writer.
  public static let aurora = FakeMySQL().with(\.version, "8.0.32").with(
    \.variables,
    ["aurora_version": "3.06.0", "version_comment": "Source distribution", "innodb_read_only": "OFF"])
  /// TiDB, which speaks MySQL's protocol.
  public static let tidb = FakeMySQL().with(\.version, "8.0.11-TiDB-v7.5.1").with(\.greetingPlugin, .native)
    .with(\.plugin, .native).with(
      \.variables,
      ["version_comment": "TiDB Server (Apache License 2.0) Community Edition, MySQL 8.0 compatible"])

  public var description: String {
    let words = [
      "MySQL \(version)", certificate ?? "no TLS", refusal?.description, rogue?.description,
      haste == .none ? nil : haste.rawValue,
    ]
    return words.compactMap(\.self).joined(separator: ", ")
  }

  /// The same fake with something else about it.
  public func with<Value>(_ path: WritableKeyPath<FakeMySQL, Value>, _ value: Value) -> FakeMySQL {
    var fake = self
    fake[keyPath: path] = value
    return fake
  }

  /// It takes logins with TLS and without, and has that certificate.
  public static func with(_ certificate: String) -> FakeMySQL { FakeMySQL(certificate: certificate) }

  /// It misbehaves so; it takes logins with TLS and without.
  public static func rogue(_ rogue: MySQLRogue) -> FakeMySQL { FakeMySQL().with(\.rogue, rogue) }

  /// It refuses everybody so; but for that it takes logins with TLS and without.
  public static func refusing(_ refusal: MySQLRefusal) -> FakeMySQL {
    FakeMySQL().with(\.refusal, refusal)
  }
}

/// An account of a fake MySQL server.
public struct FakeMySQLAccount: Hashable, Encodable, Sendable {
  /// What `CREATE USER … REQUIRE` says.
  public enum Requirement: String, Encodable, Sendable {
    case nothing
    /// `REQUIRE SSL`; without it the answer is that to a wrong password.
    case tls
    /// `REQUIRE X509`; without it the answer is that to a wrong password.
    case clientCertificate
  }

  /// Empty: it needs none.
  public var password = Account.password
  /// Nil: the server's.
  public var plugin: FakeMySQL.Plugin?
  /// 3118 after the login.
  public var locked = false
  /// 1862 to clients that cannot handle it (no CLIENT_CAN_HANDLE_EXPIRED_PASSWORDS); to others 1820 for every query.
  public var expired = false
  /// What it has to come with.
  public var requires = Requirement.nothing

  /// An account with that password.
  public init(password: String = Account.password) { self.password = password }

  /// The accounts of every fake that says nothing else.
  public static let standard = [
    Account.user: FakeMySQLAccount(),
    Account.keeper: FakeMySQLAccount(password: Account.keeperPassword),
    "nopass": FakeMySQLAccount(password: ""),
    "locked": FakeMySQLAccount().with(\.locked, true),
    "expired": FakeMySQLAccount().with(\.expired, true),
    "tlsonly": FakeMySQLAccount().with(\.requires, .tls),
    "legacy": FakeMySQLAccount().with(\.plugin, .native),
    "pam": FakeMySQLAccount().with(\.plugin, .clear),
  ]

  /// The same account with something else about it.
  public func with<Value>(_ path: WritableKeyPath<FakeMySQLAccount, Value>, _ value: Value)
    -> FakeMySQLAccount
  {
    var account = self
    account[keyPath: path] = value
    return account
  }
}
