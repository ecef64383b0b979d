/// What to connect to and how: options, URL, environment and defaults, fully resolved.
package struct ConnectionTarget: Codable, Equatable, Sendable {
  package var engine: Engine
  /// Tried in this order until one accepts a connection; never empty (an engine that opens a file has `.none`).
  package var hosts: [HostPort]
  /// The database; of an engine that opens a file, the file's path, or `:memory:`.
  package var database: String?
  package var user: String?
  /// nil: none was given, and none is sent. An empty one is a password.
  package var password: Secret?
  package var ssl: SSLSettings
  /// The last stage that has to succeed.
  package var until: ConnectionStage
  /// The deadline of one attempt in seconds, 0.1 to 86400.
  package var timeout: Double
  /// What sets the timeout, and has to be longer to make it longer.
  package var timeLimit: TimeLimit
  package var addressFamily: AddressFamily
  /// Whether the driver may ask the server about what a failure leaves open. It may not where tests come in
  /// numbers, such as tries of `--wait`: servers count broken connections, and block hosts for them.
  package var asksQuestions: Bool
  /// Settings of the engine's own that its driver honours, by the name the driver knows them under
  /// (libpq: `options`, `channel_binding`, `application_name`).
  package var parameters: [String: String]
  package var sources: TargetSources

  package init(
    engine: Engine, hosts: [HostPort], database: String? = nil, user: String? = nil,
    password: Secret? = nil, ssl: SSLSettings, until: ConnectionStage = .query, timeout: Double = 10,
    timeLimit: TimeLimit = .timeout,
    addressFamily: AddressFamily = .any, asksQuestions: Bool = true, parameters: [String: String] = [:],
    sources: TargetSources = TargetSources()
  ) {
    self.engine = engine
    self.hosts = hosts
    self.database = database
    self.user = user
    self.password = password
    self.ssl = ssl
    self.until = until
    self.timeout = timeout
    self.timeLimit = timeLimit
    self.addressFamily = addressFamily
    self.asksQuestions = asksQuestions
    self.parameters = parameters
    self.sources = sources
  }
}

/// One place where the server may be.
package struct HostPort: Codable, Equatable, Sendable {
  /// A name, an address (without brackets), or the folder of a Unix socket, which starts with `/`.
  package var host: String
  package var port: UInt16
  /// An address to use instead of resolving the host's name, as libpq's `hostaddr`.
  package var address: String?
  /// SQL Server's named instance, whose port the server has to be asked for; the port is its own once it is known.
  package var instance: String?

  package init(host: String, port: UInt16, address: String? = nil, instance: String? = nil) {
    self.host = host
    self.port = port
    self.address = address
    self.instance = instance
  }

  /// The place of an engine that opens a file and has none; reports leave it out.
  package static let none = HostPort(host: "", port: 0)

  /// Whether the host is a folder with a Unix socket in it.
  package var isUnixSocket: Bool { host.hasPrefix("/") }
}

/// What the SSL options ask for.
package struct SSLSettings: Codable, Equatable, Sendable {
  package var mode: SSLMode
  package var trust: TrustAnchors
  /// PEM file with the client's certificate and the chain that goes with it.
  package var certificateFile: String?
  /// PEM file with the client's private key; nil: the certificate's file holds it.
  package var keyFile: String?
  package var keyPassphrase: Secret?
  /// PEM file with certificate revocation lists.
  package var crlFile: String?
  /// The name sent as SNI and checked by verify-identity, instead of the host.
  package var serverName: String?
  package var minimumVersion: TLSVersion

  package init(
    mode: SSLMode, trust: TrustAnchors = .system, certificateFile: String? = nil, keyFile: String? = nil,
    keyPassphrase: Secret? = nil, crlFile: String? = nil, serverName: String? = nil,
    minimumVersion: TLSVersion = .tls12
  ) {
    self.mode = mode
    self.trust = trust
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.keyPassphrase = keyPassphrase
    self.crlFile = crlFile
    self.serverName = serverName
    self.minimumVersion = minimumVersion
  }
}

/// The certificates that a chain may end at.
package enum TrustAnchors: Codable, Equatable, Sendable {
  /// OpenSSL's default file and folder, or `file` and `folder` where SSL_CERT_FILE and SSL_CERT_DIR were set.
  case system
  /// A PEM file.
  case file(String)
}

/// A TLS protocol version, as `--tls-min` names it.
package enum TLSVersion: String, CaseIterable, Codable, Comparable, Sendable {
  case tls10 = "1.0"
  case tls11 = "1.1"
  case tls12 = "1.2"
  case tls13 = "1.3"

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The options that end an attempt; the raw value is how they are typed.
package enum TimeLimit: String, Codable, Sendable {
  case timeout = "--timeout"
  /// It left less than the timeout.
  case wait = "--wait"
}

/// Which addresses of a name are used (`-4`, `-6`).
package enum AddressFamily: String, Codable, Sendable {
  case any, ipv4, ipv6
}

/// Where the parts of a target came from, for the report.
package struct TargetSources: Codable, Equatable, Sendable {
  package var engine: ValueSource
  /// Of an engine that opens a file: where the file's path came from.
  package var host: ValueSource
  package var mode: ValueSource

  package init(
    engine: ValueSource = .defaultValue, host: ValueSource = .defaultValue, mode: ValueSource = .defaultValue
  ) {
    self.engine = engine
    self.host = host
    self.mode = mode
  }
}

/// Where one value came from.
package enum ValueSource: Codable, Equatable, Sendable, CustomStringConvertible {
  case option
  case url
  /// An environment variable, by its name.
  case environment(String)
  case defaultValue

  /// How reports spell it.
  package var description: String {
    switch self {
    case .option: "option"
    case .url: "url"
    case .environment(let name): "env:\(name)"
    case .defaultValue: "default"
    }
  }
}
