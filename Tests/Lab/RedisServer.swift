import Foundation

/// What a Redis server of the lab is like. Tests that describe the same server share it.
public struct RedisServer: Hashable, Encodable, Sendable {
  /// The name of its certificate among the PKI's, such as `good`; nil: it has no TLS. With one, `RunningRedis.port`
  /// is its TLS port.
  public var certificate: String?
  /// The file of the PKI whose CAs may sign client certificates; nil: it asks for none.
  public var clientCA: String?
  /// Whether a client certificate may be missing (`tls-auth-clients optional`).
  public var clientMayBeNobody = false
  /// The versions that it takes (`tls-protocols`), such as `TLSv1.2`; nil: as the server would have it.
  public var tlsProtocols: String?
  /// Whether it wants a login; otherwise everybody is the default user, who needs none.
  public var wantsLogin = true
  /// How many connections the lab makes to it and keeps.
  public var heldConnections = 0
  /// Whether it has far more data to load than a test waits for.
  public var loads = false
  /// Whether it is a replica whose master is not there.
  public var isOrphan = false
  /// Whether it is a Sentinel.
  public var isSentinel = false
  /// Whether it is in cluster mode.
  public var isCluster = false
  /// Whether it is in protected mode and connections to `RunningRedis.port`, of 127.0.0.1 only, come from another
  /// address than the loopback's own.
  public var deniesOthers = false
  /// Further settings of redis.conf.
  public var settings: [String: String] = [:]

  /// A server with that certificate, or without TLS.
  public init(
    certificate: String? = nil, clientCA: String? = nil, tlsProtocols: String? = nil,
    settings: [String: String] = [:]
  ) {
    self.certificate = certificate
    self.clientCA = clientCA
    self.tlsProtocols = tlsProtocols
    self.settings = settings
  }

  /// It has no TLS.
  public static let plain = RedisServer()
  /// It has TLS and asks for no client certificate.
  public static let good = RedisServer(certificate: "good")
  /// It takes nobody without a client certificate.
  public static let mutual = RedisServer(certificate: "good", clientCA: "ca.pem")
  /// The same, with TLS 1.2 at most.
  public static let mutual12 = RedisServer(
    certificate: "good", clientCA: "ca.pem", tlsProtocols: "TLSv1.2")
  /// It takes TLS 1.2 only.
  public static let tls12 = RedisServer(certificate: "good", tlsProtocols: "TLSv1.2")
  /// It takes TLS 1.3 only.
  public static let tls13 = RedisServer(certificate: "good", tlsProtocols: "TLSv1.3")
  /// It takes TLS 1.1 only, which needs ciphers that today's OpenSSL has to be told to allow.
  public static let tls11 = RedisServer(
    certificate: "good", tlsProtocols: "TLSv1.1", settings: ["tls-ciphers": "ALL:@SECLEVEL=0"])
  /// It has TLS, and that certificate.
  public static func with(_ certificate: String) -> RedisServer { RedisServer(certificate: certificate) }

  /// The same server with something else about it.
  public func with<Value>(_ path: WritableKeyPath<RedisServer, Value>, _ value: Value) -> RedisServer {
    var server = self
    server[keyPath: path] = value
    return server
  }

  /// The same server, and anybody is its default user.
  public var open: RedisServer { with(\.wantsLogin, false) }
}

/// A server that was started.
public struct RunningRedis: Decodable, Sendable {
  /// On both loopback addresses.
  public let port: Int
  /// Where it has no TLS, also if it has some on `port`.
  public let plainPort: Int
  /// The file of its Unix socket.
  public let socket: String
  private let log: String

  /// What it has written to its log so far.
  public func logText() throws -> String { try String(contentsOfFile: log, encoding: .utf8) }
}

/// The users of every Redis server of the lab but for Sentinels. One whose password is not told here has
/// `Account.password`; so has the default user, where the server wants a login.
public enum RedisAccount {
  /// May do everything.
  public static let user = Account.user
  /// As the user; has `Account.keeperPassword`.
  public static let keeper = Account.keeper
  /// Is off.
  public static let disabled = "disabled"
  /// Needs no password.
  public static let nopass = "nopass"
  /// May do nothing but GET.
  public static let poor = "poor"
}
