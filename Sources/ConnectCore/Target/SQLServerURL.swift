/// The properties of SQL Server's URLs: those of `jdbc:sqlserver://host\instance:port;key=value;…`, and those that
/// its other clients write behind a `?`.
struct SQLServerProperties {
  private(set) var layer = TargetLayer()
  private(set) var warnings: [String] = []
  private var ssl = SSLParameters(URLScheme(name: "sqlserver", engine: .sqlserver))
  private var isStrict = false

  /// The keys in lower case, since Microsoft's drivers do not tell the cases apart.
  private static let fields: [String: TargetField] = [
    "servername": .host, "server": .host, "addr": .host, "address": .host, "datasource": .host, "host": .host,
    "portnumber": .port, "port": .port, "instancename": .instance, "instance": .instance,
    "databasename": .database, "database": .database, "initialcatalog": .database, "dbname": .database,
    "user": .user, "username": .user, "userid": .user, "uid": .user, "password": .password, "pwd": .password,
    "logintimeout": .timeout, "connecttimeout": .timeout, "connectiontimeout": .timeout,
    "connection timeout": .timeout, "dial timeout": .timeout, "initial catalog": .database, "user id": .user,
    "data source": .host,
  ]

  /// Takes one property. Throws where it has a value that it cannot have.
  mutating func take(_ key: String, _ value: String) throws(UsageError) {
    let label = "the URL's \(key)"
    let lowered = key.lowercased()
    if let parameter = SSLParameter(key: key) {
      let isEncrypt = lowered == "encrypt"
      if isEncrypt, value.lowercased() == "strict" { isStrict = true }
      try ssl.take(parameter, key: key, value: isEncrypt && value.lowercased() == "disable" ? "false" : value)
    } else if lowered == "hostnameincertificate" {
      takeCertificateName(Given(value, from: .url, as: label))
    } else if lowered == "applicationname" || lowered == "app name" {
      if !value.isEmpty { layer.parameters["application_name"] = value }
    } else if let field = Self.fields[lowered] {
      guard !value.isEmpty || field == .password else { return }
      if field == .timeout, value == "0" { return }
      layer[field] = Given(value, from: .url, as: label)
    } else {
      warnings.append("The URL's parameter \(key.visible) is not used.")
    }
  }

  /// Such a name may be a pattern, as in the portal of Azure: no name to ask for or to compare with.
  private mutating func takeCertificateName(_ given: Given) {
    if given.value.contains("*") {
      warnings.append(
        "The URL's parameter hostNameInCertificate is not used, since it is a pattern: the certificate has to hold the host itself."
      )
    } else if !given.value.isEmpty {
      layer[.serverName] = given
    }
  }

  /// The layer with the mode in it, and what there is to warn about.
  func resolved() throws(UsageError) -> (layer: TargetLayer, warnings: [String]) {
    var layer = try ssl.resolved().over(layer)
    var warnings = warnings
    if isStrict {
      // Strict encryption always verifies, whatever trustServerCertificate says.
      layer[.mode] = Given(SSLMode.verifyIdentity.rawValue, from: .url, as: "the URL's encrypt")
      warnings.append(
        "encrypt=strict is TDS 8.0, which the driver does not speak; it is taken as verify-identity.")
    }
    return (layer, warnings)
  }
}

/// The text of `jdbc:sqlserver:` behind the scheme, cut into its parts.
struct SQLServerJDBC {
  private(set) var place: Substring
  private(set) var port: Substring?
  private(set) var properties: [(key: String, value: String)] = []

  /// nil: it cannot be read.
  init?(_ rest: Substring) {
    guard rest.hasPrefix("//") else { return nil }
    let body = rest.dropFirst(2)
    place = body.prefix { $0 != ";" }
    guard readProperties(body[place.endIndex...]) else { return nil }
    if place.hasSuffix("/") { place = place.dropLast() }
    let bracket = place.lastIndex(of: "]") ?? place.startIndex
    if let colon = place[bracket...].lastIndex(of: ":") {
      port = place[place.index(after: colon)...]
      place = place[..<colon]
    }
    guard !place.contains("@"), !place.contains("/"), port.map({ PortNumber.parse($0) != nil }) ?? true else {
      return nil
    }
  }

  /// `;key=value`, where a value in braces may hold anything, `}` as `}}`.
  private mutating func readProperties(_ text: Substring) -> Bool {
    var rest = text
    while rest.first == ";" {
      rest = rest.drop { $0 == ";" || $0 == " " }
      guard !rest.isEmpty else { return true }
      let key = rest.prefix { $0 != "=" && $0 != ";" }
      guard key.endIndex != rest.endIndex, rest[key.endIndex] == "=", Self.isName(key) else { return false }
      rest = rest[rest.index(after: key.endIndex)...]
      var value = ""
      if rest.first == "{" {
        rest = rest.dropFirst()
        var isClosed = false
        while !isClosed, let character = rest.popFirst() {
          isClosed = character == "}" && rest.first != "}"
          if character == "}", !isClosed { rest = rest.dropFirst() }
          if !isClosed { value.append(character) }
        }
        guard isClosed, rest.isEmpty || rest.first == ";" else { return false }
      } else {
        value = String(rest.prefix { $0 != ";" })
        rest = rest.drop { $0 != ";" }
      }
      properties.append((String(key), value))
    }
    return rest.isEmpty
  }

  /// Anything else may be a piece of a secret.
  private static func isName(_ key: Substring) -> Bool {
    !key.isEmpty && key.utf8.count <= 60
      && key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == " ") }
  }
}
