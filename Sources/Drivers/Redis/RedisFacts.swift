internal import ConnectCore

/// What a server says of itself by HELLO and INFO: Redis and what speaks its protocol.
struct RedisFacts {
  private let hello: [String: String]
  private let info: [String: String]

  init(hello: RedisReply, server: RedisReply, replication: RedisReply) {
    self.hello = hello.texts
    info = Self.lines(of: server.text ?? "").merging(Self.lines(of: replication.text ?? "")) { first, _ in
      first
    }
  }

  /// `key:value` lines; those that begin with # are headings.
  static func lines(of text: String) -> [String: String] {
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      values[String(line[..<colon])] = String(line[line.index(after: colon)...])
    }
    return values
  }

  /// Whether it is a replica that takes no writes.
  var isReadOnly: Bool { info["role"] == "slave" && info["slave_read_only"] == "1" }

  /// Product, mode and version; nil: it did not say.
  var identity: ServerIdentity? {
    guard let (product, version) = productAndVersion else { return nil }
    let mode = info["redis_mode"] ?? info["server_mode"] ?? hello["mode"] ?? "standalone"
    return ServerIdentity(product: mode == "standalone" ? product : "\(product) (\(mode))", version: version)
  }

  private var productAndVersion: (String, String)? {
    if let version = info["dragonfly_version"] {
      // df-v1.14.2
      return ("Dragonfly", String(version.drop { !$0.isNumber }))
    }
    if let version = info["garnet_version"] { return ("Garnet", version) }
    if let version = info["valkey_version"] { return ("Valkey", version) }
    // What compatible servers call redis_version is the version of Redis that they follow.
    guard let version = info["redis_version"] ?? hello["version"] else { return nil }
    let program = info["executable"]?.split(separator: "/").last.map(String.init)
    let names = [hello["server"], info["server_name"], program].compactMap { $0?.lowercased() }
    for product in ["KeyDB", "Valkey"] where names.contains(where: { $0.contains(product.lowercased()) }) {
      return (product, version)
    }
    return ("Redis", version)
  }
}
