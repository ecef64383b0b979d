internal import ConnectCore

/// What libmongoc is told of a target. Pure.
struct MongoPlan: Equatable, Sendable {
  struct Login: Equatable, Sendable {
    var user: String
    /// nil: the mechanism needs none.
    var password: Secret?
    /// The database in which the user is made.
    var source: String
    /// nil: the better of the two SCRAMs that the server has for the user.
    var mechanism: String?
  }

  /// Hosts and options. No secret is ever in it, so none has to be percent-encoded.
  let uri: String
  /// nil: no login.
  let login: Login?
  /// Whether a user was given, and what a login takes besides was not.
  let lacksPassword: Bool

  /// - Parameter subject: the subject of the client's certificate.
  init(_ target: ConnectionTarget, subject: String?) {
    let mechanism = target.parameters["authMechanism"]
    let isExternal = mechanism == "MONGODB-X509" || mechanism == "PLAIN"
    let source = target.parameters["authSource"] ?? (isExternal ? "$external" : target.database ?? "admin")
    if mechanism == "MONGODB-X509", let user = target.user ?? subject {
      login = Login(user: user, password: nil, source: source, mechanism: mechanism)
    } else if let user = target.user, let password = target.password {
      login = Login(user: user, password: password, source: source, mechanism: mechanism)
    } else {
      login = nil
    }
    lacksPassword = target.user != nil && login == nil
    uri = Self.uri(target)
  }

  private static func uri(_ target: ConnectionTarget) -> String {
    let hosts = target.hosts.map { place in
      place.host.contains(":") ? "[\(place.host)]:\(place.port)" : "\(place.host.encoded):\(place.port)"
    }
    let options =
      ["replicaSet", "directConnection", "loadBalanced", "appName", "readPreference"]
      .compactMap { name in target.parameters[name].map { "\(name)=\($0.encoded)" } }
      + (target.parameters["readPreferenceTags"].map(Self.tags) ?? [])
    return "mongodb://\(hosts.joined(separator: ","))/"
      + (options.isEmpty ? "" : "?" + options.joined(separator: "&"))
  }

  /// Sets of tags, a line each, in the order in which they are looked for.
  private static func tags(_ lines: String) -> [String] {
    lines.split(separator: "\n", omittingEmptySubsequences: false).map {
      "readPreferenceTags=\(String($0).encoded)"
    }
  }
}

extension String {
  /// Percent-encoded but for the letters, digits and marks that no part of a URL gives a meaning to (RFC 3986
  /// section 2.3).
  fileprivate var encoded: String {
    utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      if scalar.isASCII,
        scalar.properties.isAlphabetic || (48...57).contains(byte) || "-._~".utf8.contains(byte)
      {
        return String(Character(scalar))
      }
      return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}
