/// What a URL says: `scheme://[user[:password]@]host[:port][,host2…][/database][?param=value&…]`.
struct ConnectionURL: Equatable, Sendable {
  var scheme: URLScheme
  /// The parts that it gives; several hosts and ports are joined by commas, as libpq joins them.
  var layer = TargetLayer()
  /// Parameters that are not used, by their keys.
  var warnings: [String] = []

  /// Reads a URL. Only the schemes of engines whose syntax is the one above come here.
  ///
  /// Throws where it cannot be read (the message shows the scheme and what follows the last `@`) or a
  /// parameter has a value that it cannot have (the message names both).
  init(_ url: String) throws(UsageError) {
    let (scheme, rest) = try URLScheme.split(url)
    self.scheme = scheme
    if scheme.engine?.traits.opensFile == true {
      try readFile(rest, url)
      return
    }
    if scheme.isJDBC, scheme.engine == .sqlserver {
      try readSQLServerJDBC(rest, url)
      return
    }
    let body: Substring
    if rest.hasPrefix("//"), scheme.mayBeRepeated {
      do {
        body = try Endpoints.joined(rest.dropFirst(2), scheme: scheme.name)
      } catch {
        throw Self.unreadable(url, error.words)
      }
    } else if rest.hasPrefix("//") {
      body = rest.dropFirst(2)
    } else if scheme.isPgJDBC {
      // pgjdbc's `jdbc:postgresql:database`.
      body = rest.hasPrefix("/") ? rest : "/" + rest
    } else {
      throw Self.unreadable(url, "it has no // after the scheme")
    }
    let parts = URLParts(body)
    if let fault = parts.fault { throw Self.unreadable(url, fault) }
    try readAuthority(parts, url)
    if scheme.engine == .sqlserver {
      try readSQLServerQuery(parts, url)
    } else {
      try readQuery(parts, url)
    }
  }

  private mutating func readSQLServerJDBC(_ rest: Substring, _ url: String) throws(UsageError) {
    guard let parts = SQLServerJDBC(rest) else {
      throw Self.unreadable(url, "it is not of the form jdbc:sqlserver://host\\instance:port;key=value")
    }
    if !parts.place.isEmpty { set(.host, String(parts.place)) }
    if let port = parts.port { set(.port, String(port)) }
    try take(parts.properties)
  }

  private mutating func readSQLServerQuery(_ parts: URLParts, _ url: String) throws(UsageError) {
    var properties: [(key: String, value: String)] = []
    for item in parts.query {
      guard let key = item.key.percentDecoded(plusIsSpace: true), key.isParameterName || key.contains(" "),
        let value = item.value?.percentDecoded()
      else { throw Self.unreadable(url, "its query has a part that is not param=value") }
      properties.append((key, value))
    }
    try take(properties)
  }

  private mutating func take(_ properties: [(key: String, value: String)]) throws(UsageError) {
    var read = SQLServerProperties()
    for (key, value) in properties { try read.take(key, value) }
    let resolved = try read.resolved()
    // What stands in its place in the URL counts more than a property.
    layer = layer.over(resolved.layer)
    warnings += resolved.warnings
  }

  private mutating func readAuthority(_ parts: URLParts, _ url: String) throws(UsageError) {
    func decoded(_ text: Substring, _ name: String) throws(UsageError) -> String {
      guard let text = text.percentDecoded(plusIsSpace: scheme.isJDBC && name == "database") else {
        throw Self.unreadable(url, "a % in its \(name) is not followed by two hexadecimal digits of UTF-8")
      }
      return text
    }
    if let user = parts.user, !user.isEmpty {
      let isPassword = scheme.engine == .redis && RedisURL.isPassword(parts)
      try set(isPassword ? .password : .user, decoded(user, isPassword ? "password" : "user"))
      if isPassword { warnings.append(RedisURL.onlyWord) }
    }
    if let password = parts.password { try set(.password, decoded(password, "password")) }
    if let path = parts.path, !path.isEmpty { try set(.database, decoded(path, "database")) }

    var hosts: [String] = []
    var ports: [String] = []
    for place in parts.places {
      // The zone of a link-local address is written with a bare % too.
      let isAddress = place.host.contains(":")
      try hosts.append(isAddress ? place.host.replacingZoneEscape : decoded(place.host, "host"))
      ports.append(String(place.port))
    }
    if hosts.contains(where: { !$0.isEmpty }) { set(.host, hosts.joined(separator: ",")) }
    if ports.contains(where: { !$0.isEmpty }) { set(.port, ports.joined(separator: ",")) }
  }

  mutating func readQuery(_ parts: URLParts, _ url: String) throws(UsageError) {
    var ssl = SSLParameters(scheme)
    var timeouts: [String: String] = [:]
    for item in parts.query {
      let parameter = item.key.percentDecoded().flatMap { SSLParameter(key: $0, of: scheme) }
      // Without a value there is `?ssl`; anything else may be what follows a bare & in a password.
      guard let key = item.key.percentDecoded(), key.isParameterName,
        item.value != nil || parameter == .enabled
      else { throw Self.unreadable(url, "its query has a part that is not param=value") }
      guard let value = (item.value ?? "").percentDecoded(plusIsSpace: scheme.isJDBC) else {
        throw Self.unreadable(url, "a % in \(key) is not followed by two hexadecimal digits of UTF-8")
      }
      if let parameter {
        try ssl.take(parameter, key: key, value: value)
      } else if scheme.engine == .mongodb {
        switch MongoParameters.kind(of: key) {
        case .setting(let name):
          layer.parameters[name] = try MongoParameters.value(of: name, value, after: layer.parameters[name])
        case .timeout: timeouts[key.lowercased()] = value
        case .idle: break
        case nil: warnings.append("The URL's parameter \(key) is not used.")
        }
      } else if let field = field(of: key), scheme.engine?.traits.opensFile != true {
        if field == .host, !Self.fields.keys.contains(key), !value.isEmpty, !value.hasPrefix("/") {
          throw UsageError("the URL's \(key) is \(value.quoted); it takes the path of a Unix socket.")
        }
        if !value.isEmpty { set(field, value, key: key) }
      } else if ["connect_timeout", "loginTimeout", "connectTimeout"].contains(key) {
        timeouts[key] = value
      } else if isPostgreSQLFamily, let name = Self.settings[key] {
        try takeSetting(name, key: key, value: value)
      } else if !Self.isAlreadySo(key: key, value: value) {
        warnings.append("The URL's parameter \(key) is not used.")
      }
    }
    // pgjdbc's loginTimeout is the whole attempt, its connectTimeout a part.
    for key in ["connect_timeout", "loginTimeout", "connectTimeout"] + MongoParameters.timeouts {
      if layer[.timeout] == nil, let value = timeouts[key] { try takeTimeout(value, key: key) }
    }
    layer = try ssl.resolved().over(layer)
  }

  private mutating func takeSetting(_ name: String, key: String, value: String) throws(UsageError) {
    if name == "channel_binding", !["disable", "prefer", "require"].contains(value) {
      throw UsageError("the URL's \(key) is \(value.quoted); it can be disable, prefer or require.")
    }
    if value.hasControlCharacter {
      throw UsageError("the URL's \(key) holds a control character: \(value.quoted).")
    }
    layer.parameters[name] = value
  }

  private var isPostgreSQLFamily: Bool {
    [.postgres, .redshift, .cockroachdb].contains(scheme.engine)
  }

  /// The part of the target that a parameter gives.
  private func field(of key: String) -> TargetField? {
    if scheme.engine?.isMySQLFamily == true, ["socket", "unix_socket", "unixSocket"].contains(key) {
      return .host
    }
    if scheme.engine == .redis, let field = RedisURL.fields[key] { return field }
    if scheme.engine == .cassandra, key == "keyspace" { return .database }
    // ClickHouse's own parameters; of an https:// URL --engine says whose it is.
    if scheme.engine == .clickhouse || scheme.engine == nil {
      if key == "database" { return .database }
      if key == "username" { return .user }
    }
    return Self.fields[key]
  }

  /// Whole seconds; zero, a negative number and nothing mean no limit to libpq and our default to us.
  private mutating func takeTimeout(_ text: String, key: String) throws(UsageError) {
    guard !text.isEmpty else { return }
    guard let seconds = Int(text) else {
      let unit = scheme.engine == .mongodb ? "milliseconds" : "seconds"
      throw UsageError("the URL's \(key) is \(text.quoted); it takes a whole number of \(unit).")
    }
    guard seconds > 0 else { return }
    // Connector/J counts in milliseconds, as MongoDB's clients do.
    let isMilliseconds =
      key == "connectTimeout" && scheme.engine?.isMySQLFamily == true || scheme.engine == .mongodb
    let value = isMilliseconds ? max(0.1, Double(seconds) / 1_000) : Double(seconds)
    layer[.timeout] = Given(String(min(value, 86_400)), from: .url, as: "the URL's \(key)")
  }

  mutating func set(_ field: TargetField, _ value: String, key: String? = nil) {
    layer[field] = Given(value, from: .url, as: "the URL's \(key ?? field.nameInURL)")
  }

  /// Parameters that give a part of the target: libpq's names, and pgjdbc's where they differ.
  private static let fields: [String: TargetField] = [
    "host": .host, "hostaddr": .address, "port": .port, "user": .user, "password": .password,
    "dbname": .database,
  ]

  /// Parameters that go to the driver, by the name that it knows them under.
  private static let settings = [
    "options": "options", "channel_binding": "channel_binding", "channelBinding": "channel_binding",
    "application_name": "application_name", "ApplicationName": "application_name",
  ]

  /// Parameters whose value asks for what is done anyway.
  private static func isAlreadySo(key: String, value: String) -> Bool {
    switch key {
    case "sslsni": value == "1"
    case "sslcompression": value == "0"
    case "gssencmode": value == "disable"
    case "sslnegotiation": value == "postgres"
    case "sslcertmode": value == "allow"
    case "target_session_attrs": value == "any"
    default: false
    }
  }

  static func unreadable(_ url: String, _ reason: String) -> UsageError {
    UsageError("The URL \(URLScheme.shown(url)) cannot be read: \(reason).")
  }
}

extension TargetField {
  fileprivate var nameInURL: String {
    switch self {
    case .host: "host"
    case .port: "port"
    case .user: "user"
    case .password: "password"
    case .database: "database"
    default: "parameter"
    }
  }
}

extension StringProtocol {
  /// Whether the text could be a parameter's name; anything else may be a piece of a secret.
  fileprivate var isParameterName: Bool {
    !isEmpty && utf8.count <= 60
      && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) }
  }

  fileprivate var replacingZoneEscape: String {
    guard let percent = firstIndex(of: "%"), self[percent...].hasPrefix("%25") else { return String(self) }
    return "\(self[...percent])\(self[index(percent, offsetBy: 3)...])"
  }
}
