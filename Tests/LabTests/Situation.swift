import Foundation
import Lab
import Testing

/// The modes, as the contract names them.
enum Mode: String, CaseIterable, Sendable {
  case disabled, preferred, required
  case verifyCA = "verify-ca"
  case verifyIdentity = "verify-identity"
}

/// The causes and their exit codes, as the contract names them, for no test shall ask the program for them.
enum Cause: String, CaseIterable, Sendable {
  case other
  case nameResolutionFailed = "name-resolution-failed"
  case refused = "connection-refused"
  case unreachable = "network-unreachable"
  case timedOut = "timed-out"
  case lost = "connection-lost"
  case wrongProtocol = "wrong-protocol"
  case requiresTLS = "server-requires-tls"
  case lacksTLS = "server-lacks-tls"
  case untrusted = "untrusted-certificate"
  case expired = "certificate-expired"
  case revoked = "certificate-revoked"
  case wrongHost = "hostname-mismatch"
  case clientCertificateRequired = "client-certificate-required"
  case clientCertificateRejected = "client-certificate-rejected"
  case passphraseRequired = "client-key-passphrase-required"
  case passphraseIncorrect = "client-key-passphrase-incorrect"
  case clientKeyInvalid = "client-key-invalid"
  case versionMismatch = "tls-version-or-cipher-mismatch"
  case tlsFailure = "tls-failure-other"
  case caFile = "ca-file-unreadable"
  case authentication = "authentication-failed"
  case noDatabase = "database-not-found"
  case accessDenied = "access-denied"
  case tooMany = "too-many-connections"
  case notReady = "server-not-ready"
  case nativeEncryption = "native-encryption-required"
  case driverMissing = "driver-missing"

  var exitCode: Int32 {
    switch self {
    case .other: 1
    case .nameResolutionFailed: 10
    case .refused: 11
    case .unreachable: 12
    case .timedOut: 13
    case .lost: 14
    case .wrongProtocol: 15
    case .requiresTLS: 20
    case .lacksTLS: 21
    case .untrusted: 22
    case .expired: 23
    case .revoked: 24
    case .wrongHost: 25
    case .clientCertificateRequired: 26
    case .clientCertificateRejected: 27
    case .passphraseRequired, .passphraseIncorrect: 28
    case .clientKeyInvalid: 29
    case .versionMismatch: 30
    case .tlsFailure: 31
    case .caFile: 32
    case .authentication: 40
    case .noDatabase: 41
    case .accessDenied: 42
    case .tooMany: 43
    case .notReady: 44
    case .nativeEncryption: 45
    case .driverMissing: 50
    }
  }
}

/// How a test of one connection has to end.
struct Ending: Sendable {
  /// How sure a row is of `ssl.encrypted`.
  enum Encryption: Sendable {
    case yes, no
    /// It failed and never was encrypted: false, or null where it never got that far.
    case notReached
    /// It depends on the moment at which an alert arrives.
    case either
  }

  /// nil: it connects.
  var cause: Cause?
  var encryption: Encryption
  var verified = "none"
  var fallback = false
  var recommended: Mode?

  /// Connects without TLS, as was asked for.
  static let plain = Ending(encryption: .no)
  /// Connects without TLS, because Preferred went on without.
  static let fallback = Ending(encryption: .no, fallback: true)
  /// Connects with TLS and verifies nothing.
  static let encrypted = Ending(encryption: .yes)
  /// Connects with TLS and a verified chain.
  static let chain = Ending(encryption: .yes, verified: "chain")
  /// Connects with TLS and a verified chain and name.
  static let identity = Ending(encryption: .yes, verified: "identity")

  /// Fails before anything was encrypted.
  static func fails(_ cause: Cause, advising mode: Mode? = nil) -> Ending {
    Ending(cause: cause, encryption: .notReached, recommended: mode)
  }

  /// Has come as far as this says, and then fails.
  func thenFails(_ cause: Cause, advising mode: Mode? = nil) -> Ending {
    Ending(cause: cause, encryption: encryption, verified: verified, fallback: fallback, recommended: mode)
  }

  /// Fails at a moment at which it may be encrypted or not yet.
  static func failsEncryptedOrNot(_ cause: Cause) -> Ending { Ending(cause: cause, encryption: .either) }
}

/// One situation in which a connection is tested in every mode. `{pki}`, `{port}` and `{socket}` in texts stand
/// for the folder of the PKI, the server's port and its Unix socket (on PostgreSQL the folder of that).
struct Situation: Sendable {
  var title: String
  var server: any LabServer
  /// The options that are added, separated by spaces.
  var options = ""
  var host = "localhost"
  /// Empty: none is given.
  var user = Account.user
  var password: String? = Account.password
  var database: String?
  var engine: String
  var environment: [String: String] = [:]
  /// Files that lie in the home folder, and the files of the PKI that they are copies of.
  var home: [String: String] = [:]
  /// Files that lie in the home folder, and what is in them.
  var homeTexts: [String: String] = [:]
  /// What one of the warnings has to contain in every mode that uses TLS.
  var warning: String?
  /// What one of the warnings has to contain in every mode in which it connects.
  var remark: String?
  /// What one of the notes has to contain in every mode in which it fails.
  var note: String?
  /// In the order of the modes: disabled, preferred, required, verify-ca, verify-identity.
  var endings: [Ending]

  init(_ title: String, any server: any LabServer, _ options: String = "", endings: [Ending]) {
    precondition(endings.count == Mode.allCases.count, "\(title): one ending for each mode")
    self.title = title
    self.server = server
    self.options = options
    self.endings = endings
    engine = server.engine
    database = type(of: server).database
  }

  init(_ title: String, _ server: PostgresServer, _ options: String = "", _ endings: Ending...) {
    self.init(title, any: server, options, endings: endings)
  }

  init(_ title: String, redis server: RedisServer, _ options: String = "", _ endings: Ending...) {
    self.init(title, any: server, options, endings: endings)
  }

  init(_ title: String, etcd server: EtcdServer, _ options: String = "", _ endings: Ending...) {
    self.init(title, any: server, options, endings: endings)
  }

  init(_ title: String, cassandra server: CassandraServer, _ options: String = "", _ endings: Ending...) {
    self.init(title, any: server, options, endings: endings)
  }

  init(_ title: String, clickhouse server: ClickHouseServer, _ options: String = "", _ endings: Ending...) {
    self.init(title, any: server, options, endings: endings)
  }

  init(_ title: String, mariadb server: MariaDBServer, _ options: String = "", _ endings: Ending...) {
    self.init(title, any: server, options, endings: endings)
  }

  /// A certificate's row: on a server that takes everybody, only the modes that verify see a difference.
  static func certificate(
    _ title: String, any server: any LabServer, _ options: String = "", verifyCA: Ending,
    verifyIdentity: Ending
  ) -> Situation {
    Situation(
      title, any: server, options,
      endings: [type(of: server).inPlain, .encrypted, .encrypted, verifyCA, verifyIdentity])
  }

  /// As the other.
  static func certificate(
    _ title: String, _ server: PostgresServer, _ options: String = "", verifyCA: Ending,
    verifyIdentity: Ending
  ) -> Situation {
    certificate(title, any: server, options, verifyCA: verifyCA, verifyIdentity: verifyIdentity)
  }

  /// The same situation with something else about it.
  func with<Value>(_ path: WritableKeyPath<Situation, Value>, _ value: Value) -> Situation {
    var situation = self
    situation[keyPath: path] = value
    return situation
  }
}

/// A situation in one mode: a case of a parameterized test.
struct Row: Sendable, CustomTestStringConvertible {
  var situation: Situation
  var mode: Mode

  var ending: Ending { situation.endings[Mode.allCases.firstIndex(of: mode)!] }
  var testDescription: String { "\(situation.title), \(mode.rawValue)" }

  /// Every situation in every mode.
  static func all(_ situations: [Situation]) -> [Row] {
    situations.flatMap { situation in Mode.allCases.map { Row(situation: situation, mode: $0) } }
  }
}
