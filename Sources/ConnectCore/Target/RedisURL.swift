/// What URLs of Redis' and Valkey's clients say that no other engine's do.
enum RedisURL {
  /// redis-py's and Jedis' names for parts of the target.
  static let fields: [String: TargetField] = ["db": .database, "database": .database, "username": .user]

  /// redis-py's, lettuce's and go-redis' words about TLS, in lower case.
  static let sslParameters: [String: SSLParameter] = [
    "ssl_cert_reqs": .certificateRequirement, "ssl_check_hostname": .checkHostName,
    "ssl_ca_certs": .caFile, "ssl_certfile": .certificateFile, "ssl_keyfile": .keyFile,
    "verifypeer": .verifyPeer, "skip_verify": .skipVerify,
  ]

  /// Whether the part before the @ is the password: redis-cli and lettuce take the only word for it. It is a user's
  /// name where the password stands elsewhere in the URL.
  static func isPassword(_ parts: URLParts) -> Bool {
    parts.password == nil && !parts.query.contains { $0.key.percentDecoded() == "password" }
  }

  static let onlyWord =
    "The only word before the @ of the URL was taken as the password, as redis-cli does; a user is written user:password@, or given with -U/--user."

  /// Throws where the path of a Unix socket is too long to connect to, and warns of a port that is not used.
  static func check(sockets hosts: [HostPort], host: Given?, port: Given?) throws(UsageError) -> [String] {
    if let socket = hosts.first(where: { $0.isUnixSocket && $0.host.utf8.count > longestPath }) {
      throw UsageError(
        "\(host?.label ?? "the host") is \(socket.host.quoted): the path of a Unix socket has at most \(longestPath) bytes."
      )
    }
    guard let port, hosts.allSatisfy(\.isUnixSocket) else { return [] }
    return ["\(port.label.sentence) is not used on a Unix socket, whose path says it all."]
  }

  /// `sun_path` of sockaddr_un, without the NUL at its end.
  #if os(Linux)
    private static let longestPath = 107
  #else
    private static let longestPath = 103
  #endif

  /// How a server is given that a client's own scheme names, as the end of a message; empty: it is none of Redis'.
  static func hint(scheme: String) -> String {
    switch scheme {
    case "unix", "redis+socket", "redis-socket":
      " A Unix socket of Redis' is written redis://%2Fpath%2Fto%2Fredis.sock/0, or given as --engine redis --host /path/to/redis.sock."
    case "redis-sentinel", "rediss-sentinel", "redis+sentinel":
      " A server that a Sentinel names, and the Sentinel itself, are each tested at their own place: redis://host:port."
    default: ""
    }
  }
}

/// What the clients say about the server's certificate.
struct RedisVerification {
  var requirement: (mode: SSLMode, given: Given)?
  var checksName: (value: Bool, given: Given)?
  var peer: (mode: SSLMode, given: Given)?
  var skips: Given?

  /// redis-py's ssl_cert_reqs, with Python's names of the same.
  static let requirements: KeyValuePairs<String, SSLMode> = [
    "none": .required, "optional": .verifyIdentity, "required": .verifyIdentity,
    "CERT_NONE": .required, "CERT_OPTIONAL": .verifyIdentity, "CERT_REQUIRED": .verifyIdentity,
  ]

  /// lettuce's verifyPeer.
  static let peers: KeyValuePairs<String, SSLMode> = [
    "NONE": .required, "CA": .verifyCA, "FULL": .verifyIdentity, "true": .verifyIdentity, "false": .required,
  ]

  /// nil: they say nothing. redis-py verifies the chain unless it is told not to.
  var mode: (mode: SSLMode, given: Given)? {
    if let skips { return (.required, skips) }
    if let peer { return peer }
    guard let requirement else {
      return checksName.map { ($0.value ? .verifyIdentity : .verifyCA, $0.given) }
    }
    guard requirement.mode == .verifyIdentity, checksName?.value == false else { return requirement }
    return (.verifyCA, requirement.given)
  }
}
