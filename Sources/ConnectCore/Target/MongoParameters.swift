/// What MongoDB's URLs say beyond the parts that every URL has (MongoDB's specification "URI Options"). Pure.
///
/// Options that reach the driver are `ConnectionTarget.parameters`, by the names below.
enum MongoParameters {
  /// How an option of a URL is taken.
  enum Kind: Equatable, Sendable {
    /// It goes to the driver under this name.
    case setting(String)
    /// Milliseconds after which the attempt ends.
    case timeout
    /// It makes no difference to a test of one connection.
    case idle
  }

  /// What a key means; nil: no option of MongoDB's that is used here. Upper and lower case are not told apart.
  static func kind(of key: String) -> Kind? {
    let key = key.lowercased()
    if let name = settings.first(where: { $0.lowercased() == key }) { return .setting(name) }
    if timeouts.contains(key) { return .timeout }
    return idle.contains(key) ? .idle : nil
  }

  private static let settings = [
    "authSource", "authMechanism", "replicaSet", "directConnection", "loadBalanced", "appName",
    "readPreference", "readPreferenceTags", "srvServiceName", "srvMaxHosts",
  ]

  /// The whole attempt first, then its parts.
  static let timeouts = ["timeoutms", "serverselectiontimeoutms", "connecttimeoutms"]

  /// Atlas's own URLs hold the first two, so a warning about them would be one too many.
  private static let idle: Set<String> = [
    "retrywrites", "w", "retryreads", "wtimeoutms", "journal", "readconcernlevel", "maxstalenessseconds",
    "localthresholdms", "heartbeatfrequencyms", "maxpoolsize", "minpoolsize", "maxidletimems",
    "maxconnecting", "waitqueuetimeoutms", "waitqueuemultiple", "serverselectiontryonce",
    "servermonitoringmode", "uuidrepresentation", "sockettimeoutms", "socketcheckintervalms", "compressors",
    "zlibcompressionlevel", "tlsdisableocspendpointcheck", "tlsdisablecertificaterevocationcheck",
  ]

  private static let booleans: Set<String> = ["directConnection", "loadBalanced"]

  /// The mechanisms that the driver has.
  private static let mechanisms = ["SCRAM-SHA-1", "SCRAM-SHA-256", "MONGODB-X509", "PLAIN"]

  private static let readPreferences = [
    "primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest",
  ]

  /// The value as the driver takes it, after an earlier one of the same option. Throws where the option cannot have it.
  ///
  /// Of sets of tags each has a line, in their order; the last may be empty, and takes every server.
  static func value(
    of name: String, _ text: String, after earlier: String? = nil
  ) throws(UsageError) -> String {
    func refuse(_ known: String) -> UsageError {
      UsageError("the URL's \(name) is \(text.quoted); it can be \(known).")
    }
    switch name {
    case "authMechanism":
      guard let known = mechanisms.first(where: { $0 == text.uppercased() }) else {
        throw refuse("SCRAM-SHA-256, SCRAM-SHA-1, MONGODB-X509 or PLAIN; other mechanisms are not built")
      }
      return known
    case "readPreference":
      guard let known = readPreferences.first(where: { $0.lowercased() == text.lowercased() }) else {
        throw refuse(readPreferences.joined(separator: ", "))
      }
      return known
    case "readPreferenceTags":
      let isSet = text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy {
        $0.contains(":") && $0.first != ":"
      }
      guard text.isEmpty || isSet, !text.hasControlCharacter else { throw refuse("name:value,name:value …") }
      return earlier.map { $0 + "\n" + text } ?? text
    case "appName":
      // MongoDB's specification "MongoDB Handshake".
      guard text.utf8.count <= 128, !text.isEmpty, !text.hasControlCharacter else {
        throw refuse("a text of at most 128 bytes without control characters")
      }
      return text
    case "srvMaxHosts":
      guard let number = UInt16(text) else { throw refuse("a number of hosts, 0 for all") }
      return String(number)
    case _ where booleans.contains(name):
      guard ["true", "false"].contains(text.lowercased()) else { throw refuse("true or false") }
      return text.lowercased()
    default:
      guard !text.isEmpty, !text.hasControlCharacter else {
        throw refuse("a text without control characters")
      }
      return text
    }
  }
}

/// What a target of MongoDB's is given as, put together and checked.
struct MongoResolution {
  private(set) var parameters: [String: String]
  private(set) var warnings: [String] = []

  private var mechanism: String? { parameters["authMechanism"] }

  init(_ parameters: [String: String], scheme: URLScheme?, authSource: String?) {
    self.parameters = parameters
    if let authSource { self.parameters["authSource"] = authSource }
    if scheme?.name == "mongodb+srv" { self.parameters["srv"] = "true" }
  }

  /// Throws where parts of the target contradict each other.
  mutating func check(
    hosts: [HostPort], port: Given?, ssl: SSLSettings, user: String?, hasPassword: Bool
  ) throws(UsageError) {
    if let socket = hosts.first(where: \.isUnixSocket) {
      throw UsageError(
        "The host \(socket.host.quoted) is a Unix socket, and MongoDB is tested over TCP only.")
    }
    if let host = hosts.first(where: { $0.host.contains("%") }) {
      throw UsageError(
        "The host \(host.host.quoted) has a zone or a percent sign, which MongoDB's driver (libmongoc) does not take."
      )
    }
    if parameters["srv"] == nil,
      let name = ["srvMaxHosts", "srvServiceName"].first(where: { parameters[$0] != nil })
    {
      throw UsageError("the URL's \(name) goes with mongodb+srv:// only.")
    }
    if parameters["readPreferenceTags"] != nil, [nil, "primary"].contains(parameters["readPreference"]) {
      throw UsageError(
        "the URL's readPreferenceTags choose among secondaries, and readPreference is primary: give another one."
      )
    }
    if parameters["srv"] != nil {
      if let port {
        throw UsageError("\(port.label) gives a port, and mongodb+srv:// looks the ports up in DNS.")
      }
      guard hosts.count == 1 else {
        throw UsageError("mongodb+srv:// takes one host, whose SRV records name the servers.")
      }
    }
    let severalHosts = hosts.count > 1 || parameters["srv"] != nil
    if parameters["directConnection"] == "true", severalHosts {
      throw UsageError("the URL's directConnection is true, which goes with one host only.")
    }
    if parameters["loadBalanced"] == "true" {
      guard hosts.count == 1, parameters["replicaSet"] == nil, parameters["directConnection"] != "true" else {
        throw UsageError(
          "the URL's loadBalanced is true, which goes with one host, and not with replicaSet or directConnection."
        )
      }
    }
    if parameters["srvMaxHosts"].map({ $0 != "0" }) == true, parameters["replicaSet"] != nil {
      throw UsageError("the URL's srvMaxHosts does not go with replicaSet.")
    }
    try checkLogin(ssl: ssl, user: user, hasPassword: hasPassword)
  }

  private mutating func checkLogin(ssl: SSLSettings, user: String?, hasPassword: Bool) throws(UsageError) {
    switch mechanism {
    case "PLAIN":
      guard ssl.mode != .disabled else {
        throw UsageError(
          "authMechanism PLAIN sends the password itself, so it needs TLS: --ssl verify-identity, or at least --ssl required."
        )
      }
      guard user != nil else { throw UsageError("authMechanism PLAIN needs a user (-U/--user).") }
    case "MONGODB-X509":
      guard ssl.mode != .disabled, ssl.certificateFile != nil else {
        throw UsageError(
          "authMechanism MONGODB-X509 logs in by a client certificate: it needs TLS (--ssl required or stricter) and --ssl-cert."
        )
      }
      if hasPassword { warnings.append("The password is not used: MONGODB-X509 logs in by the certificate.") }
    case .some where user == nil:
      throw UsageError("authMechanism \(mechanism ?? "") needs a user (-U/--user).")
    default:
      if hasPassword, user == nil {
        warnings.append("The password is not used: MongoDB takes one only together with a user (-U/--user).")
      }
    }
  }
}
