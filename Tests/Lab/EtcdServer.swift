import Foundation

/// What an etcd server of the lab is like. Tests that describe the same server share it.
public struct EtcdServer: Hashable, Encodable, Sendable {
  /// The name of its certificate among the PKI's, such as `good`; nil: it has no TLS.
  public var certificate: String?
  /// The file of the PKI whose CAs may sign client certificates; nil: it asks for none. With one, the certificate's
  /// common name is the user of who gives none.
  public var clientCA: String?
  /// `1.1`, `1.2` or `1.3`: another program in front of it ends TLS, in no other version; nil: etcd has its own TLS.
  public var front: String?
  /// Whether authentication is on.
  public var wantsLogin = true
  /// How many members its cluster has. In a cluster of more than one, authentication is off.
  public var members = 1
  /// How many of the other members have been stopped.
  public var stopped = 0
  /// Whether the other members were never started, so that this one does not know who it is yet.
  public var isAlone = false
  /// Whether it is the learner of a cluster of two.
  public var isLearner = false
  /// Whether `RunningEtcd.port` is the one for its peers.
  public var isPeer = false
  /// Whether its space has been filled.
  public var isFull = false
  /// More of its arguments.
  public var arguments: [String] = []

  /// A server with that certificate, or without TLS.
  public init(certificate: String? = nil, clientCA: String? = nil, front: String? = nil) {
    self.certificate = certificate
    self.clientCA = clientCA
    self.front = front
  }

  /// It has no TLS.
  public static let plain = EtcdServer()
  /// It has TLS and asks for no client certificate.
  public static let good = EtcdServer(certificate: "good")
  /// It takes nobody without a client certificate.
  public static let mutual = EtcdServer(certificate: "good", clientCA: "ca.pem")
  /// The same, with TLS 1.2 at most.
  public static let mutual12 = EtcdServer(certificate: "good", clientCA: "ca.pem", front: "1.2")
  /// It takes TLS 1.2 only.
  public static let tls12 = EtcdServer(certificate: "good", front: "1.2")
  /// It takes TLS 1.3 only.
  public static let tls13 = EtcdServer(certificate: "good", front: "1.3")
  /// It takes TLS 1.1 only.
  public static let tls11 = EtcdServer(certificate: "good", front: "1.1")
  /// It has TLS, and that certificate.
  public static func with(_ certificate: String) -> EtcdServer { EtcdServer(certificate: certificate) }

  /// A member of a cluster of three, of which so many others have been stopped.
  public static func cluster(stopped: Int) -> EtcdServer {
    plain.open.with(\.members, 3).with(\.stopped, stopped)
  }
  /// A learner.
  public static let learner = plain.open.with(\.members, 2).with(\.isLearner, true)
  /// It waits for two others, and serves nobody.
  public static let alone = plain.open.with(\.members, 3).with(\.isAlone, true)
  /// It has no space left.
  public static let full = plain.open.with(\.isFull, true).with(
    \.arguments, ["--quota-backend-bytes", "1000000"])

  /// The same server with something else about it.
  public func with<Value>(_ path: WritableKeyPath<EtcdServer, Value>, _ value: Value) -> EtcdServer {
    var server = self
    server[keyPath: path] = value
    return server
  }

  /// The same server, and authentication is off.
  public var open: EtcdServer { with(\.wantsLogin, false) }
}

/// A server that was started.
public struct RunningEtcd: Decodable, Sendable {
  /// On both loopback addresses, but for the peers' port, which is on 127.0.0.1 only.
  public let port: Int
  /// The ports of all members, stopped ones too; the first one's first.
  public let ports: [Int]
  private let log: String
  let key: Int

  /// What the first member has written to its log so far.
  public func logText() throws -> String { try String(contentsOfFile: log, encoding: .utf8) }
}

/// The users of etcd's servers. One whose password is not told here has `Account.password`.
public enum EtcdAccount {
  /// May read everything.
  public static let user = Account.user
  /// As the user; has `Account.keeperPassword`.
  public static let keeper = Account.keeper
  /// May do nothing.
  public static let poor = "poor"
  /// Was made without a password, for client certificates.
  public static let nopass = "nopass"
}
