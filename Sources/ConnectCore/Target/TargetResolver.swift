/// Makes a target of what was asked for: option, then URL, then the engine's variables, then DATABASE_URL,
/// then defaults.
package struct TargetResolver {
  package var environment: EnvironmentSnapshot
  /// Looks up the name of the operating system's user, which may take a while; nil: it has none.
  package var systemUser: () -> String?
  /// The engines that have a driver.
  package var built: Set<Engine>
  /// Reads a secret. It is asked last, when everything else is known to be right, and for the password
  /// before the pass phrase. It throws where the source cannot be read.
  package var readSecret: (SecretSource, SecretUse) throws(UsageError) -> Secret
  /// Reads the password file at a path (PGPASSFILE).
  package var readPasswordFile: (String) -> PasswordFile.Reading

  package init(
    environment: EnvironmentSnapshot, systemUser: @escaping () -> String?, built: Set<Engine>,
    readSecret: @escaping (SecretSource, SecretUse) throws(UsageError) -> Secret,
    readPasswordFile: @escaping (String) -> PasswordFile.Reading
  ) {
    self.environment = environment
    self.systemUser = systemUser
    self.built = built
    self.readSecret = readSecret
    self.readPasswordFile = readPasswordFile
  }

  /// The target, and what the report should warn about. Throws where something that was given is wrong.
  package func resolve(_ options: TargetOptions) throws(UsageError) -> ResolvedTarget {
    let typed = try options.layer()
    try options.check(typed)
    let until = try options.until.map { text throws(UsageError) in try OptionValues.stage(text) } ?? .query
    let passwordSource = try options.source(of: .password)
    let passphraseSource = try options.source(of: .keyPassphrase)

    let chosen = try EngineChoice(options, environment: environment)
    let engine = chosen.engine
    guard let defaultMode = engine.traits.defaultMode else {
      return try resolveFile(options, typed, chosen, until)
    }
    guard built.contains(engine) else {
      throw Self.notBuilt(engine, chosen.urlVariable)
    }

    let url = try chosen.readURL()
    var variables = environment.layer(for: engine)
    var warnings = url?.warnings ?? []
    warnings += chosen.warnings(variables: variables, url: url)
    let (upper, lower) = chosen.around(typed, url)
    let etcd =
      engine == .etcd ? try EtcdVariables(&variables, below: upper, above: lower) : nil
    let isElsewhere = chosen.urlVariable != nil && variables[.host] != nil
    var merged = upper.over(variables).over(isElsewhere ? lower.withoutPlace() : lower)
    try check(merged, readsPassword: passwordSource == nil)

    warnings += environment.warnings(for: engine)
    warnings += options.ofOneEngine.filter { $0.value != nil && $0.engine != engine }.map {
      "\($0.label) is for \($0.engine.traits.displayName); \(engine.traits.displayName) does not use it."
    }

    let ssl = try SSLResolution(
      merged, engine: engine, defaultMode: defaultMode,
      impliedBy: chosen.impliedTLS(by: url) ?? etcd?.impliedTLS,
      hasPassphrase: passphraseSource != nil)
    let hosts = try hosts(
      of: &merged, engine, defaultPort: engine.defaultPort(for: ssl.settings.mode), &warnings)
    let family: AddressFamily = options.ipv4 ? .ipv4 : options.ipv6 ? .ipv6 : .any
    try HostList.check(hosts, family: family, host: merged[.host], address: merged[.address])
    try ssl.check(hosts: hosts, until: until)
    warnings += ssl.warnings(hosts: hosts)
    if ssl.settings.mode == .disabled { warnings += etcd?.unusedFiles ?? [] }
    if engine == .redis {
      warnings += try RedisURL.check(sockets: hosts, host: merged[.host], port: merged[.port])
    }
    if options.showCertificates, let why = ssl.reasonForNoHandshake(hosts: hosts, until: until) {
      warnings.append("--show-certs is not used \(why).")
    }

    let user = try login(merged[.user]?.value, engine: engine, until: until)
    if engine == .redis, let given = merged[.database] { try OptionValues.checkIndex(given) }
    if engine == .etcd, let given = merged[.database] {
      warnings.append("etcd has no databases: \(given.value.quoted) is not used.")
      merged[.database] = nil
    }
    let database = merged[.database]?.value ?? (engine.isPostgresFamily ? user : nil)
    var parameters = merged.parameters
    if engine == .mongodb {
      var mongo = MongoResolution(parameters, scheme: url?.scheme, authSource: options.authSource)
      try mongo.check(
        hosts: hosts, port: merged[.port], ssl: ssl.settings, user: user,
        hasPassword: passwordSource != nil || merged[.password] != nil)
      parameters = mongo.parameters
      warnings += mongo.warnings
    }
    let timeout = try merged[.timeout].map { given throws(UsageError) in try OptionValues.timeout(given) }

    var target = ConnectionTarget(
      engine: engine, hosts: hosts, database: database, user: user, ssl: ssl.settings, until: until,
      timeout: timeout ?? 10, addressFamily: family, parameters: parameters,
      sources: TargetSources(
        engine: chosen.source, host: (merged[.host] ?? merged[.address])?.source ?? .defaultValue,
        mode: ssl.source))
    if let passwordSource {
      target.password = try readSecret(passwordSource, .password)
    } else if let password = merged[.password]?.value {
      target.password = Secret(password)
    } else if engine.isPostgresFamily {
      warnings += try takePasswordFromFile(&target)
    }
    if engine == .sqlserver { try SQLServerLimits.check(target) }
    if engine == .clickhouse { try ClickHouseLimits.check(target) }
    if let passphraseSource { target.ssl.keyPassphrase = try readSecret(passphraseSource, .keyPassphrase) }
    return ResolvedTarget(target: target, warnings: warnings)
  }

  /// Throws where a part that is used cannot be what it should be, whichever source it has come from.
  func check(_ merged: TargetLayer, readsPassword: Bool) throws(UsageError) {
    let isPlain = merged[.mode].flatMap { SSLMode(name: $0.value) } == .disabled
    for field in TargetField.allCases {
      let isUsed = field == .password ? readsPassword : !isPlain || !field.isSSL || field == .mode
      guard isUsed, let given = merged[field] else { continue }
      if case .environment(let name) = given.source { try environment.check(name) }
      if !field.mayBeSecret { try OptionValues.check(given) }
    }
  }

  static func notBuilt(_ engine: Engine, _ variable: String?) -> UsageError {
    let asked = variable.map { ", which \($0) asks for," } ?? ""
    return UsageError(
      "The engine \(engine.rawValue) (\(engine.traits.displayName))\(asked) is not built yet.")
  }

  /// The places where the server may be. SQL Server's instance and port may be written with its host, and are
  /// parts of their own afterwards.
  private func hosts(
    of merged: inout TargetLayer, _ engine: Engine, defaultPort: UInt16, _ warnings: inout [String]
  ) throws(UsageError) -> [HostPort] {
    var instance: String?
    if engine == .sqlserver {
      let place = try SQLServerPlace(host: merged[.host], port: merged[.port], instance: merged[.instance])
      merged[.host] = place.host
      merged[.port] = place.port
      instance = try place.instanceToAskFor()
      warnings += place.warnings
    }
    var hosts = try HostList.make(
      host: merged[.host], address: merged[.address], port: merged[.port], defaultPort: defaultPort)
    for index in hosts.indices { hosts[index].instance = instance }
    if [.cassandra, .clickhouse, .etcd].contains(engine), let socket = hosts.first(where: \.isUnixSocket) {
      throw UsageError(
        "The host \(socket.host.quoted) is a Unix socket, and \(engine.traits.displayName) is tested over TCP only."
      )
    }
    return hosts
  }

  private func login(_ given: String?, engine: Engine, until: ConnectionStage) throws(UsageError) -> String? {
    if let given { return given }
    if engine == .sqlserver, until >= .auth {
      throw UsageError(
        "SQL Server needs a user: give one with -U/--user (and --password), or stop at --until tls.")
    }
    // Who names nobody is this user to its servers too.
    if engine == .clickhouse { return "default" }
    guard engine.isPostgresFamily || engine.isMySQLFamily else { return nil }
    guard let systemUser = systemUser() else {
      throw UsageError("The operating system has no name for the current user: give one with -U/--user.")
    }
    return systemUser
  }

  /// Looks the password up in the file that PGPASSFILE names, and returns what there is to warn about.
  private func takePasswordFromFile(_ target: inout ConnectionTarget) throws(UsageError) -> [String] {
    let name = EngineVariables.passwordFile
    guard let path = environment.nonEmpty(name) else { return [] }
    try environment.check(name)
    switch readPasswordFile(path) {
    case .unreadable(let reason):
      return ["The file that \(name) names was ignored: \(reason.visible)."]
    case .readableByOthers:
      return ["The file that \(name) names was ignored: others may read it; its mode should be 0600."]
    case .notUTF8:
      return ["The file that \(name) names was ignored: it is not UTF-8."]
    case .notAFile:
      return ["What \(name) names was ignored: it is not a plain file."]
    case .file(let file):
      let found = target.hosts.map {
        file.password(host: $0, database: target.database ?? "", user: target.user ?? "")
      }
      // The target has one password, and one host's must not be sent to another.
      guard Set(found).count > 1 else {
        target.password = found.first?.map(Secret.init)
        return []
      }
      let why =
        found.contains(nil)
        ? "has a password for some of the hosts, not for every host" : "has different passwords for the hosts"
      return [
        "The file that \(name) names \(why): since one password goes to all of them, none was used."
      ]
    }
  }
}

/// A target, and what its making has to tell.
package struct ResolvedTarget: Equatable, Sendable {
  package var target: ConnectionTarget
  package var warnings: [String]
}

extension Engine {
  var isPostgresFamily: Bool { [.postgres, .redshift, .cockroachdb].contains(self) }
  var isMySQLFamily: Bool { [.mysql, .mariadb].contains(self) }

  /// The port when none is given. The engines without a port never get here.
  func defaultPort(for mode: SSLMode) -> UInt16 {
    let plain = traits.defaultPort ?? 0
    return mode == .disabled ? plain : traits.defaultTLSPort ?? plain
  }
}
