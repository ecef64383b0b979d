import Foundation

/// What a PostgreSQL server of the lab is like. Tests that describe the same server share it.
public struct PostgresServer: Hashable, Encodable, Sendable {
  /// The name of its certificate among the PKI's, such as `good`; nil: it has no TLS.
  public var certificate: String?
  /// The file of the PKI whose CAs may sign client certificates; nil: it asks for none.
  public var clientCA: String?
  /// `TLSv1.2` and the like; nil: as the server would have it.
  public var minTLS: String?
  /// `TLSv1.2` and the like; nil: as the server would have it.
  public var maxTLS: String?
  /// The lines of pg_hba.conf.
  public var hba: [String]
  /// The addresses that it listens on, those that the machine has.
  public var listen = ["127.0.0.1", "::1"]
  /// The port that it has to have; nil: any.
  public var port: Int?
  /// Further settings of postgresql.conf.
  public var settings: [String: String] = [:]

  /// A server with that certificate and these lines of pg_hba.conf.
  public init(
    certificate: String? = nil, clientCA: String? = nil, minTLS: String? = nil, maxTLS: String? = nil,
    hba: [String] = ["host all all all scram-sha-256"], settings: [String: String] = [:]
  ) {
    self.certificate = certificate
    self.clientCA = clientCA
    self.minTLS = minTLS
    self.maxTLS = maxTLS
    self.hba = hba
    self.settings = settings
  }

  /// It has no TLS.
  public static let plain = PostgresServer()
  /// It takes everybody, with TLS and without.
  public static let optional = PostgresServer(certificate: "good")
  /// It takes logins over TLS only.
  public static let requiresTLS = PostgresServer(
    certificate: "good", hba: ["hostssl all all all scram-sha-256"])
  /// It has TLS and takes logins without it only.
  public static let requiresPlain = PostgresServer(
    certificate: "good", hba: ["hostnossl all all all scram-sha-256"])

  /// Over TLS it demands a client certificate, without TLS nothing but the password.
  public static let mutual = PostgresServer(
    certificate: "good", clientCA: "ca.pem",
    hba: [
      "hostssl all all all scram-sha-256 clientcert=verify-ca", "hostnossl all all all scram-sha-256",
    ])
  /// It takes everybody, with TLS 1.2 at most.
  public static let tls12 = PostgresServer(certificate: "good", maxTLS: "TLSv1.2")
  /// It takes everybody, with TLS 1.1 only, which needs ciphers that today's OpenSSL has to be told to allow.
  public static let tls11 = PostgresServer(
    certificate: "good", minTLS: "TLSv1.1", maxTLS: "TLSv1.1",
    settings: ["ssl_ciphers": "ALL:@SECLEVEL=0"])

  /// It takes everybody, with TLS and without, and has that certificate.
  public static func with(_ certificate: String) -> PostgresServer {
    PostgresServer(certificate: certificate)
  }

  /// A server like this that no other test shares, for one whose log is looked at.
  public func own(_ name: String) -> PostgresServer {
    var server = self
    server.settings["cluster_name"] = name
    return server
  }
}

/// A server that was started.
public struct RunningPostgres: Decodable, Sendable {
  /// On the addresses that it listens on.
  public let port: Int
  /// The folder of its Unix socket.
  public let socketFolder: String
  private let log: String

  /// What it has written to its log so far.
  public func logText() throws -> String { try String(contentsOfFile: log, encoding: .utf8) }
}

/// The roles and databases of every server of the lab.
public enum Account {
  /// May log in and owns `appdb`; its password is SCRAM's.
  public static let user = "tester"
  /// The password of `tester`, `legacy` (stored as MD5) and `crowded` (which may have no session).
  public static let password = "s3cret-Pa55"
  /// A database that everybody may use. Nobody may use `closed`.
  public static let database = "appdb"
  /// The passphrase of the PKI's `client-encrypted.key`.
  public static let keyPassphrase = "key-Passphrase-77"
  /// A role whose password occurs nowhere else and is hard on every kind of quoting.
  public static let keeper = "keeper"
  /// The password of `keeper`.
  public static let keeperPassword = "Zq7/xK!w9 %vLm"
}
