import Foundation

/// What a MariaDB server of the lab is like. Tests that describe the same server share it.
public struct MariaDBServer: Hashable, Encodable, Sendable {
  /// The name of its certificate among the PKI's, such as `good`; nil: it has no TLS.
  public var certificate: String?
  /// The file of the PKI whose CAs may sign client certificates (`ssl_ca`); nil: it accepts none, though it asks
  /// for them all the same, and ends the handshake if it gets one.
  public var clientCA: String?
  /// The versions that it takes (`tls_version`), such as `TLSv1.2,TLSv1.3`; nil: as the server would have it.
  public var tlsVersion: String?
  /// `require_secure_transport`: over TCP it takes logins over TLS only.
  public var requireSecureTransport = false
  /// The addresses that it listens on, those that the machine has.
  public var listen = ["127.0.0.1", "::1"]
  /// The port that it has to have; nil: any.
  public var port: Int?
  /// The host that every account is for; `%` is any.
  public var accountHost = "%"
  /// How many connections the lab makes to it and keeps, without ever logging in.
  public var heldConnections = 0
  /// Whether it has blocked the host that connections to `RunningMariaDB.port` come from.
  public var blocksHost = false
  /// Further system variables.
  public var settings: [String: String] = [:]

  /// A server with that certificate, or without TLS.
  public init(
    certificate: String? = nil, clientCA: String? = nil, tlsVersion: String? = nil,
    requireSecureTransport: Bool = false, settings: [String: String] = [:]
  ) {
    self.certificate = certificate
    self.clientCA = clientCA
    self.tlsVersion = tlsVersion
    self.requireSecureTransport = requireSecureTransport
    self.settings = settings
  }

  /// It has no TLS.
  public static let plain = MariaDBServer()
  /// It takes everybody, with TLS and without.
  public static let optional = MariaDBServer(certificate: "good")
  /// It takes logins over TLS only.
  public static let requiresTLS = MariaDBServer(certificate: "good", requireSecureTransport: true)
  /// It takes everybody, with a client certificate and without; only some accounts need one.
  public static let mutual = MariaDBServer(certificate: "good", clientCA: "ca.pem")
  /// It takes everybody, with TLS 1.2 at most.
  public static let tls12 = MariaDBServer(certificate: "good", tlsVersion: "TLSv1.2")
  /// It takes everybody, with TLS 1.3 at least.
  public static let tls13 = MariaDBServer(certificate: "good", tlsVersion: "TLSv1.3")
  /// It takes everybody, with TLS 1.1 only, which needs ciphers that today's OpenSSL has to be told to allow.
  public static let tls11 = MariaDBServer(
    certificate: "good", tlsVersion: "TLSv1.1", settings: ["ssl_cipher": "ALL:@SECLEVEL=0"])
  /// Nobody may change anything.
  public static let readOnly = MariaDBServer(certificate: "good", settings: ["read_only": "ON"])

  /// It takes everybody, with TLS and without, and has that certificate.
  public static func with(_ certificate: String) -> MariaDBServer {
    MariaDBServer(certificate: certificate)
  }

  /// An expired password ends the login (error 1862), not only the first query (1820).
  public static let endsExpired = MariaDBServer(
    certificate: "good", settings: ["disconnect_on_expired_password": "ON"])
  /// After one wrong password the account is blocked (error 4150): each test needs one of its `own`.
  public static let blocksAccounts = MariaDBServer(
    certificate: "good", settings: ["max_password_errors": "1"])
  /// No user may have a connection (error 1203).
  public static let noUsers = MariaDBServer(certificate: "good", settings: ["max_user_connections": "-1"])

  /// No account is for a host from which a test connects: error 1130 comes in place of the greeting.
  public static var notAllowed: MariaDBServer {
    var server = optional
    server.accountHost = "192.0.2.1"
    return server
  }

  /// Every connection is taken, also the one that is kept for administrators: error 1040 comes in place of the
  /// greeting.
  public static var full: MariaDBServer {
    var server = optional
    server.heldConnections = 11
    // The least that the server takes, and time enough for connections that never log in.
    server.settings = ["max_connections": "10", "connect_timeout": "86400"]
    return server
  }

  /// Only the connection for administrators is left: error 1040 comes after the login, inside TLS where there is
  /// some. Two logins at a time, or shortly after each other, are one too many, and the second meets what `full` does;
  /// a test that needs to tell the two apart takes one of its `own`.
  public static var fullForUsers: MariaDBServer {
    var server = full
    server.heldConnections = 10
    return server
  }

  /// It has blocked the host that `port`, of 127.0.0.1 only, leads to it from: error 1129 comes in place of the
  /// greeting.
  public static var blocked: MariaDBServer {
    var server = optional
    server.blocksHost = true
    // Blocking needs the cache of host names, which a server that resolves none does not keep.
    server.settings = ["skip_name_resolve": "OFF", "max_connect_errors": "1"]
    return server
  }

  /// A server like this that no other test shares, for one whose log is looked at.
  public func own(_ name: String) -> MariaDBServer {
    var server = self
    server.settings["report_host"] = name
    return server
  }
}

/// A server that was started.
public struct RunningMariaDB: Decodable, Sendable {
  /// On the addresses that it listens on.
  public let port: Int
  /// The file of its Unix socket.
  public let socket: String
  private let log: String
  private let generalLog: String

  /// What it has written to its error log so far: refused logins, broken connections.
  public func logText() throws -> String { try String(contentsOfFile: log, encoding: .utf8) }

  /// What it has written to its general log so far: every login with user, database and kind of transport, every
  /// query.
  public func generalLogText() throws -> String { try String(contentsOfFile: generalLog, encoding: .utf8) }
}

/// The accounts and databases of every MariaDB server of the lab. An account whose password is not told here has
/// `Account.password`; all are for every host unless told otherwise.
public enum MySQLAccount {
  /// Owns `database` and `unmade`; mysql_native_password, as all but `ed25519`.
  public static let user = Account.user
  /// The password of all but `keeper` and `nopass`.
  public static let password = Account.password
  /// A database that every account but `poor` may use.
  public static let database = Account.database
  /// A database that `user` may use but that does not exist: error 1049.
  public static let unmade = "unmade"
  /// An account whose password occurs nowhere else and is hard on every kind of quoting.
  public static let keeper = Account.keeper
  /// The password of `keeper`.
  public static let keeperPassword = Account.keeperPassword
  /// Has no password.
  public static let nopass = "nopass"
  /// REQUIRE SSL.
  public static let needsSSL = "needs_ssl"
  /// REQUIRE X509: a client certificate of a CA that the server trusts.
  public static let needsX509 = "needs_x509"
  /// REQUIRE SUBJECT, that of the PKI's `client`.
  public static let needsSubject = "needs_subject"
  /// ACCOUNT LOCK.
  public static let locked = "locked"
  /// PASSWORD EXPIRE.
  public static let expired = "expired"
  /// PASSWORD EXPIRE INTERVAL 3 DAY; may look that up.
  public static let expiring = "expiring"
  /// Logs in by the plug-in ed25519.
  public static let ed25519 = "ed25519"
  /// Logs in by the plug-in unix_socket, which over TCP nobody can.
  public static let bySocket = "by_socket"
  /// May log in and has no privilege anywhere.
  public static let poor = "poor"
  /// May have no connection.
  public static let crowded = "crowded"
  /// For host 192.0.2.1 only.
  public static let elsewhere = "elsewhere"
}
