import Foundation

/// What a ClickHouse server of the lab is like (ClickHouse 18.16, which is Debian's). Tests that describe the same
/// server share it.
public struct ClickHouseServer: Hashable, Encodable, Sendable {
  /// The name of its certificate among the PKI's, such as `good`; nil: it has no TLS. With one,
  /// `RunningClickHouse.port` is its HTTPS port.
  public var certificate: String?
  /// The file of the PKI whose CAs may sign client certificates; nil: it asks for none.
  public var clientCA: String?
  /// Whether a client certificate may be missing (`verificationMode` relaxed).
  public var clientMayBeNobody = false
  /// The one version that it takes, such as `TLSv1.2`; nil: as the server would have it.
  public var tlsProtocol: String?
  /// OpenSSL's list of ciphers; nil: as the server would have it.
  public var ciphers: String?
  /// Whether its user `default` has no password, as the server comes from its package.
  public var isOpen = false
  /// Whether it takes one query at a time, and is at one.
  public var isBusy = false
  /// Further settings of config.xml.
  public var settings: [String: String] = [:]

  /// A server with that certificate, or without TLS.
  public init(certificate: String? = nil, clientCA: String? = nil, tlsProtocol: String? = nil) {
    self.certificate = certificate
    self.clientCA = clientCA
    self.tlsProtocol = tlsProtocol
  }

  private enum CodingKeys: String, CodingKey {
    case certificate, clientCA, clientMayBeNobody, ciphers, isOpen, isBusy, settings
    case tlsProtocol = "protocol"
  }

  /// It has no TLS.
  public static let plain = ClickHouseServer()
  /// It has TLS and asks for no client certificate.
  public static let good = ClickHouseServer(certificate: "good")
  /// It takes nobody without a client certificate.
  public static let mutual = ClickHouseServer(certificate: "good", clientCA: "ca.pem")
  /// The same, with TLS 1.2 only.
  public static let mutual12 = ClickHouseServer(
    certificate: "good", clientCA: "ca.pem", tlsProtocol: "TLSv1.2")
  /// It takes TLS 1.2 only.
  public static let tls12 = ClickHouseServer(certificate: "good", tlsProtocol: "TLSv1.2")
  /// It takes TLS 1.3 only.
  public static let tls13 = ClickHouseServer(certificate: "good", tlsProtocol: "TLSv1.3")
  /// It takes TLS 1.1 only, which needs ciphers that today's OpenSSL has to be told to allow.
  public static let tls11 = ClickHouseServer(certificate: "good", tlsProtocol: "TLSv1.1")
    .with(\.ciphers, "ALL:@SECLEVEL=0")
  /// It has TLS, and that certificate.
  public static func with(_ certificate: String) -> ClickHouseServer {
    ClickHouseServer(certificate: certificate)
  }

  /// The same server with something else about it.
  public func with<Value>(_ path: WritableKeyPath<ClickHouseServer, Value>, _ value: Value)
    -> ClickHouseServer
  {
    var server = self
    server[keyPath: path] = value
    return server
  }
}

/// A server that was started.
public struct RunningClickHouse: Decodable, Sendable {
  /// HTTP, or HTTPS where it has TLS; on both loopback addresses, as the others.
  public let port: Int
  /// HTTP, also if it has TLS.
  public let plainPort: Int
  /// The port of clickhouse-client's protocol.
  public let nativePort: Int
  /// The same with TLS; 0: it has none.
  public let nativeTLSPort: Int
  private let log: String

  /// What it has written to its log so far.
  public func logText() throws -> String { try String(contentsOfFile: log, encoding: .utf8) }
}

/// The users of every ClickHouse server of the lab. One whose password is not told here has `Account.password`; so
/// has `default`, unless the server is open. The databases are `default`, `shop`, `other` and `system`.
public enum ClickHouseAccount {
  /// May do everything.
  public static let user = Account.user
  /// As the user; has `Account.keeperPassword`.
  public static let keeper = Account.keeper
  /// The user of those who name none.
  public static let `default` = "default"
  /// Has no password.
  public static let nopass = "nopass"
  /// May connect from 192.0.2.1 only.
  public static let elsewhere = "elsewhere"
  /// May use the database `other` only.
  public static let poor = "poor"
  /// May change nothing.
  public static let reader = "reader"
  /// May use one byte of memory.
  public static let starved = "starved"
  /// May make one query an hour.
  public static let counted = "counted"
}
