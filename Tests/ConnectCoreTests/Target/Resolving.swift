@testable import ConnectCore

/// Resolves options as the program would, with everything around it given by the test.
func resolved(
  _ url: String? = nil, engine: String? = nil, environment: [String: String] = [:],
  systemUser: String? = "me", built: Set<Engine> = [.postgres, .redshift, .cockroachdb, .mysql, .mariadb],
  secrets: [SecretUse: String] = [:], passwordFile: PasswordFile.Reading = .unreadable("none"),
  _ change: (inout TargetOptions) -> Void = { _ in }
) throws(UsageError) -> ResolvedTarget {
  var options = TargetOptions()
  options.url = url
  options.engine = engine
  change(&options)
  let resolver = TargetResolver(
    environment: EnvironmentSnapshot(environment), systemUser: { systemUser }, built: built,
    readSecret: { _, use throws(UsageError) in
      guard let secret = secrets[use] else { throw UsageError("\(use.rawValue): not set.") }
      return Secret(secret)
    },
    readPasswordFile: { _ in passwordFile })
  return try resolver.resolve(options)
}

/// The message with which resolving fails; nil: it does not.
func refusal(
  _ url: String? = nil, engine: String? = nil, environment: [String: String] = [:],
  systemUser: String? = "me", built: Set<Engine> = [.postgres, .redshift, .cockroachdb, .mysql, .mariadb],
  _ change: (inout TargetOptions) -> Void = { _ in }
) -> String? {
  do throws(UsageError) {
    _ = try resolved(
      url, engine: engine, environment: environment, systemUser: systemUser, built: built, change)
    return nil
  } catch {
    return error.message
  }
}

extension TargetOptions {
  /// Takes options as they are typed.
  mutating func take(_ words: [String]) {
    let scanned = CommandLineScanner(words)
    ipv4 = scanned.flags.contains { $0.name == "ipv4" }
    ipv6 = scanned.flags.contains { $0.name == "ipv6" }
    for value in scanned.values {
      if let part = Self.parts[value.option.name] { self[keyPath: part] = value.text }
    }
  }

  nonisolated(unsafe) private static let parts: [String: WritableKeyPath<TargetOptions, String?>] = [
    "engine": \.engine, "host": \.host, "port": \.port, "user": \.user, "database": \.database,
    "ssl": \.ssl, "ssl-ca": \.sslCA, "ssl-cert": \.sslCert, "ssl-key": \.sslKey,
    "ssl-key-passphrase": \.sslKeyPassphrase, "ssl-crl": \.sslCRL, "server-name": \.serverName,
    "tls-min": \.tlsMin, "password": \.password, "until": \.until, "timeout": \.timeout,
    "auth-source": \.authSource, "service-name": \.serviceName, "sid": \.sid, "instance": \.instance,
  ]
}
