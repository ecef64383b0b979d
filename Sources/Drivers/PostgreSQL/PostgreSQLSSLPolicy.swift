internal import ConnectCore

/// What an SSL mode means to libpq.
enum PostgreSQLSSLPolicy {
  /// One pass at a connection.
  enum Pass: Equatable, Sendable {
    case encrypted
    case plain

    /// The mode that the pass amounts to by itself.
    func mode(of requested: SSLMode) -> SSLMode {
      switch self {
      case .plain: .disabled
      case .encrypted: requested == .preferred ? .required : requested
      }
    }
  }

  /// The first pass of a mode.
  static func firstPass(_ mode: SSLMode, host: HostPort) -> Pass {
    mode == .disabled || host.isUnixSocket ? .plain : .encrypted
  }

  /// Where libpq looks by itself is a file that does not exist: an empty value makes it look in the home
  /// folder.
  static let nowhere = "/nonexistent/tablepro-connect"

  /// Key exchange groups with P-256 first: PostgreSQL's server takes no other (before version 18), and a
  /// share of another group costs a HelloRetryRequest (RFC 8446 section 4.1.4), one round trip.
  static let groups = "P-256:X25519:P-384:P-521:X448"

  /// libpq's connection options for one pass, without those that this libpq does not know.
  ///
  /// The certificate is verified by Transport's guard, in every mode; libpq's own verification stays off,
  /// since its rules are not the contract's, except that it demands TLS. Names, roots and lists of libpq's
  /// own are pointed at nothing.
  static func options(
    for target: ConnectionTarget, host: HostPort, address: String?, pass: Pass, known: Set<String>
  ) -> [(keyword: String, value: String)] {
    var options: [String: String] = [
      "host": host.host,
      "port": String(host.port),
      "passfile": nowhere,
      "gssencmode": "disable",
      "sslmode": pass == .encrypted ? "require" : "disable",
      "sslrootcert": nowhere, "sslcrl": nowhere, "sslcert": nowhere, "sslkey": nowhere,
      "sslsni": "0",
      "ssl_min_protocol_version": "TLSv\(target.ssl.minimumVersion.libpqName)",
      "target_session_attrs": "any",
      "fallback_application_name": "tablepro-connect",
    ]
    options["hostaddr"] = address
    options["dbname"] = target.database
    options["user"] = target.user
    // An empty password is none to libpq, which then says that none was supplied.
    options["password"] = target.password?.exposed
    if pass == .encrypted, let certificate = target.ssl.certificateFile {
      options["sslcert"] = certificate
      options["sslkey"] = target.ssl.keyFile ?? certificate
      options["sslpassword"] = target.ssl.keyPassphrase?.exposed
    }
    for (name, value) in target.parameters where honouredParameters.contains(name) { options[name] = value }
    return options.filter { known.contains($0.key) && !$0.value.isEmpty }.sorted { $0.key < $1.key }
      .map { (keyword: $0.key, value: $0.value) }
  }

  private static let honouredParameters: Set<String> = ["options", "channel_binding", "application_name"]

  /// Whether Preferred goes on in plain text after its TLS pass failed so: the contract's rule.
  static func mayGoOnInPlain(after failure: ConnectionFailure) -> Bool {
    guard !failure.credentialsRequested else { return false }
    switch failure.event {
    case .tlsNotOffered, .notTLS: return true
    case .alert(let alert): return alert.refusesVersionOrCipher
    case .serverReported: return PostgreSQLRules.isHostBasedRefusal(failure.error)
    default: return false
    }
  }
}

extension TLSVersion {
  /// libpq's spelling, without `TLSv`: `1` for TLS 1.0.
  fileprivate var libpqName: String { self == .tls10 ? "1" : rawValue }
}
