/// What a URL parameter about SSL means. The spellings of every engine's clients are here, in one table.
enum SSLParameter: Sendable {
  /// A mode by its name.
  case mode
  /// A mode by its number, 0 to 4 in their order.
  case modeNumber
  /// true or false: TLS or none.
  case enabled
  /// Connector/J's three for MySQL: true or false each.
  case useSSL, requireSSL, verifyServerCertificate
  /// MariaDB's clients: whether the certificate and the host's name are checked.
  case verifyIdentity
  /// SQL Server's pair.
  case encrypt, trustServerCertificate
  case allowInvalidHostnames, allowInvalidCertificates
  /// pgjdbc's class that makes sockets.
  case socketFactory
  case caFile, certificateFile, keyFile, certificateAndKeyFile, keyPassphrase, crlFile
  /// A protocol version with a prefix: `TLSv1.2`.
  case minimumVersion
  /// redis-py's pair: what is asked of the certificate, and whether of its name too.
  case certificateRequirement, checkHostName
  /// ClickHouse's clients: whether anything is verified, where there is TLS.
  case skipsVerification, verifies
  /// lettuce's and go-redis' words for how much is verified.
  case verifyPeer, skipVerify

  /// The parameter that a key of any URL names. Clients disagree about upper and lower case, so it is not told apart.
  init?(key: String) {
    guard let parameter = Self.spellings[key.lowercased()] else { return nil }
    self = parameter
  }

  /// The parameter that a URL's key names, among them the engine's own. A URL of the web's leaves the engine open.
  init?(key: String, of scheme: URLScheme) {
    let own: [String: SSLParameter] =
      switch scheme.engine {
      case .redis: RedisURL.sslParameters
      case .clickhouse, nil: Self.clickHouse
      default: [:]
      }
    guard let parameter = own[key.lowercased()] ?? SSLParameter(key: key) else { return nil }
    self = parameter
  }

  /// ClickHouse's drivers for Go and Python (clickhouse-go, clickhouse-connect).
  private static let clickHouse: [String: SSLParameter] = [
    "secure": .enabled, "skip_verify": .skipsVerification, "verify": .verifies,
    "ca_cert": .caFile, "client_cert": .certificateFile, "client_cert_key": .keyFile,
  ]

  private static let spellings: [String: SSLParameter] = [
    "sslmode": .mode, "ssl-mode": .mode, "ssl_mode": .mode,
    "tlsmode": .modeNumber,
    "ssl": .enabled, "tls": .enabled,
    "usessl": .useSSL, "requiressl": .requireSSL, "verifyservercertificate": .verifyServerCertificate,
    "ssl-verify-server-cert": .verifyIdentity,
    "encrypt": .encrypt, "trustservercertificate": .trustServerCertificate,
    "tlsallowinvalidhostnames": .allowInvalidHostnames,
    "tlsallowinvalidcertificates": .allowInvalidCertificates, "tlsinsecure": .allowInvalidCertificates,
    "sslallowinvalidhostnames": .allowInvalidHostnames,
    "sslallowinvalidcertificates": .allowInvalidCertificates,
    "sslfactory": .socketFactory,
    "sslrootcert": .caFile, "ssl-ca": .caFile, "ssl_ca": .caFile, "tlscafile": .caFile,
    "sslcert": .certificateFile, "ssl-cert": .certificateFile, "ssl_cert": .certificateFile,
    "sslkey": .keyFile, "ssl-key": .keyFile, "ssl_key": .keyFile,
    "sslcertificateauthorityfile": .caFile, "tlscrlfile": .crlFile,
    "tlscertificatekeyfile": .certificateAndKeyFile, "sslclientcertificatekeyfile": .certificateAndKeyFile,
    "sslpassword": .keyPassphrase, "ssl_password": .keyPassphrase,
    "tlscertificatekeyfilepassword": .keyPassphrase,
    "sslclientcertificatekeypassword": .keyPassphrase,
    "sslcrl": .crlFile, "ssl-crl": .crlFile, "ssl_crl": .crlFile,
    "ssl_min_protocol_version": .minimumVersion,
  ]
}

/// The SSL parameters of one URL, and what they say together.
struct SSLParameters {
  /// Whose words they are: some mean something else, or nothing, in another engine's URL.
  let scheme: URLScheme
  private(set) var layer = TargetLayer()

  private var mode: Given?
  private var enabled: Given?
  private var connectorJ = ConnectorJSettings()
  private var goMode: Given?
  private var verifiesIdentity: Given?
  private var encrypt: Given?
  private var trustsServer: Bool?
  private var allowsInvalidHostnames: Given?
  private var allowsInvalidCertificates: Given?
  /// What is verified where there is TLS.
  private var strict: Given?
  private var redis = RedisVerification()
  private var mongo = MongoTLSOptions()

  init(_ scheme: URLScheme) { self.scheme = scheme }

  /// Takes one parameter in. Throws where its value is not one of those that it can have.
  mutating func take(_ parameter: SSLParameter, key: String, value: String) throws(UsageError) {
    let given = Given(value, from: .url, as: "the URL's \(key)")
    if scheme.engine == .mongodb,
      [.enabled, .allowInvalidHostnames, .allowInvalidCertificates].contains(parameter)
    {
      try mongo.take(key: key, boolean(given), given)
      return
    }
    switch parameter {
    // MariaDB's own word among the modes: TLS, and any certificate will do.
    case .mode where value.lowercased() == "trust" && isMySQLFamily:
      mode = with(given, SSLMode.required.rawValue)
    // The words of ClickHouse's driver for Java.
    case .mode where value.lowercased() == "strict" && scheme.engine == .clickhouse:
      mode = with(given, SSLMode.verifyIdentity.rawValue)
    case .mode where value.lowercased() == "none" && scheme.engine == .clickhouse:
      mode = with(given, SSLMode.required.rawValue)
    case .mode: mode = value.isEmpty ? nil : try named(given)
    case .modeNumber: mode = try numbered(given)
    // The words of Go's driver for MySQL.
    case .enabled where ["skip-verify", "preferred"].contains(value.lowercased()) && isMySQLFamily:
      goMode = with(given, (value.lowercased() == "preferred" ? SSLMode.preferred : .required).rawValue)
    case .useSSL: connectorJ.uses = try (boolean(given), given)
    case .requireSSL: connectorJ.requires = try (boolean(given), given)
    case .verifyServerCertificate: connectorJ.verifies = try (boolean(given), given)
    case .verifyIdentity:
      verifiesIdentity = try boolean(given) ? with(given, SSLMode.verifyIdentity.rawValue) : nil
    case .enabled: enabled = try boolean(given) ? given : with(given, "false")
    case .encrypt:
      encrypt =
        try boolean(given, yes: ["mandatory", "strict"], no: ["optional"]) ? given : with(given, "false")
    case .trustServerCertificate: trustsServer = try boolean(given)
    case .allowInvalidHostnames: allowsInvalidHostnames = try boolean(given) ? given : nil
    case .allowInvalidCertificates: allowsInvalidCertificates = try boolean(given) ? given : nil
    case .skipsVerification, .verifies:
      if try boolean(given) == (parameter == .skipsVerification) {
        allowsInvalidCertificates = given
      } else {
        strict = given
      }
    case .socketFactory: try takeFactory(given)
    case .caFile: set(.caFile, given)
    case .certificateFile: set(.certificateFile, given)
    case .keyFile: set(.keyFile, given)
    case .certificateAndKeyFile: set(.certificateFile, given)
    case .keyPassphrase: set(.keyPassphrase, given)
    case .crlFile: set(.crlFile, given)
    case .minimumVersion: try takeVersion(given)
    case .certificateRequirement:
      redis.requirement = try (choice(RedisVerification.requirements, given), given)
    case .checkHostName: redis.checksName = try (boolean(given), given)
    case .verifyPeer: redis.peer = try (choice(RedisVerification.peers, given), given)
    case .skipVerify: redis.skips = try boolean(given) ? given : nil
    }
  }

  private var isMySQLFamily: Bool { scheme.engine?.isMySQLFamily == true }

  /// What the parameters say, as a layer in which the mode has its own name.
  func resolved() throws(UsageError) -> TargetLayer {
    var layer = layer
    layer[.mode] = try resolvedMode()
    return layer
  }

  private func resolvedMode() throws(UsageError) -> Given? {
    // What asks for the most among MariaDB's own; a mode by its name says more than any other word.
    if let verifiesIdentity, mode.flatMap({ SSLMode(name: $0.value) }) != .disabled {
      return verifiesIdentity
    }
    if let mode { return mode }
    let isMariaDB = scheme.engine == .mariadb
    if let found = isMariaDB ? connectorJ.modeOfMariaDB(trustsServer: trustsServer == true) : connectorJ.mode
    {
      return with(found.given, found.mode.rawValue)
    }
    if let goMode { return goMode }
    if let encrypt {
      if encrypt.value == "false" { return with(encrypt, SSLMode.disabled.rawValue) }
      return with(encrypt, (trustsServer == true ? SSLMode.required : .verifyIdentity).rawValue)
    }
    if scheme.engine == .mongodb, let found = try mongo.mode(files: mongoFile) {
      return with(found.given, found.mode.rawValue)
    }
    let lax = allowsInvalidCertificates ?? allowsInvalidHostnames
    let verification =
      lax.map { (mode: allowsInvalidCertificates != nil ? SSLMode.required : .verifyCA, given: $0) }
      ?? redis.mode
    if let verification {
      if let enabled, enabled.value == "false" {
        throw UsageError("\(enabled.label) turns TLS off, and \(verification.given.label) needs it.")
      }
      return with(verification.given, verification.mode.rawValue)
    }
    let hasTLS = enabled.map { $0.value != "false" } ?? scheme.impliesTLS
    if let strict, hasTLS { return with(strict, SSLMode.verifyIdentity.rawValue) }
    if let enabled {
      let on: SSLMode = scheme.isPgJDBC ? .verifyIdentity : .required
      return with(enabled, (enabled.value == "false" ? SSLMode.disabled : on).rawValue)
    }
    // libpq does the same: the system's store is of no use to a mode that does not look at it.
    if let ca = layer[.caFile], ca.value == "system" { return with(ca, SSLMode.verifyIdentity.rawValue) }
    return nil
  }

  /// What means TLS where nothing else is said; with `mongodb+srv` it is on, and the system's store needs a mode that
  /// looks at it.
  private var mongoFile: Given? {
    guard !scheme.impliesTLS, layer[.caFile]?.value != "system" else { return nil }
    return [.caFile, .certificateFile, .keyFile, .keyPassphrase, .crlFile].lazy.compactMap { layer[$0] }.first
  }

  private mutating func set(_ field: TargetField, _ given: Given) {
    layer[field] = given.value.isEmpty ? nil : given
  }

  private mutating func takeFactory(_ given: Given) throws(UsageError) {
    switch given.value.split(separator: ".").last {
    case "NonValidatingFactory": mode = mode ?? with(given, SSLMode.required.rawValue)
    case "LibPQFactory", "DefaultJavaSSLFactory", nil: break
    default: throw unknown(given, "org.postgresql.ssl.NonValidatingFactory or LibPQFactory")
    }
  }

  private mutating func takeVersion(_ given: Given) throws(UsageError) {
    let versions: [String: TLSVersion] = [
      "tlsv1": .tls10, "tlsv1.0": .tls10, "tlsv1.1": .tls11, "tlsv1.2": .tls12, "tlsv1.3": .tls13,
    ]
    guard !given.value.isEmpty else { return }
    guard let version = versions[given.value.lowercased()] else {
      throw unknown(given, "TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3")
    }
    layer[.minimumVersion] = with(given, version.rawValue)
  }

  private func named(_ given: Given) throws(UsageError) -> Given {
    guard SSLMode(name: given.value) != nil else { throw unknown(given, SSLMode.names) }
    return given
  }

  private func numbered(_ given: Given) throws(UsageError) -> Given {
    guard let number = Int(given.value), SSLMode.allCases.indices.contains(number),
      given.value.allSatisfy(\.isNumber)
    else { throw unknown(given, "0 to 4") }
    return with(given, SSLMode.allCases[number].rawValue)
  }

  /// An empty value means true, as in `?ssl`.
  private func boolean(
    _ given: Given, yes: Set<String> = [], no: Set<String> = []
  ) throws(UsageError) -> Bool {
    let value = given.value.lowercased()
    if ["true", "1", "yes", "on", ""].contains(value) || yes.contains(value) { return true }
    if ["false", "0", "no", "off"].contains(value) || no.contains(value) { return false }
    throw unknown(given, "true or false")
  }

  /// What a word of a client's means. Upper and lower case are not told apart.
  private func choice(
    _ meanings: KeyValuePairs<String, SSLMode>, _ given: Given
  ) throws(UsageError) -> SSLMode {
    guard let known = meanings.first(where: { $0.key.lowercased() == given.value.lowercased() }) else {
      throw unknown(given, meanings.map(\.key).joined(separator: ", "))
    }
    return known.value
  }

  private func with(_ given: Given, _ value: String) -> Given {
    Given(value, from: given.source, as: given.label)
  }

  private func unknown(_ given: Given, _ known: String) -> UsageError {
    UsageError("\(given.label) is \(given.value.quoted); it can be \(known).")
  }
}

/// What Connector/J's older settings say together (its manual, "sslMode" and what it replaces).
private struct ConnectorJSettings {
  var uses: (value: Bool, given: Given)?
  var requires: (value: Bool, given: Given)?
  var verifies: (value: Bool, given: Given)?

  /// MariaDB's driver verifies where it is told to use TLS, unless it is told to trust (its manual, "useSsl" and
  /// "trustServerCertificate").
  func modeOfMariaDB(trustsServer: Bool) -> (mode: SSLMode, given: Given)? {
    guard let uses, uses.value else { return mode }
    return (trustsServer ? .required : .verifyIdentity, uses.given)
  }

  /// nil: they say nothing. The others count only where TLS is not turned off.
  var mode: (mode: SSLMode, given: Given)? {
    if let uses, !uses.value { return (.disabled, uses.given) }
    if let verifies, verifies.value { return (.verifyCA, verifies.given) }
    if let requires, requires.value { return (.required, requires.given) }
    return uses.map { (.preferred, $0.given) }
  }
}

extension SSLMode {
  /// The modes' names, for messages.
  static let names = "disabled, preferred, required, verify-ca or verify-identity"
}
