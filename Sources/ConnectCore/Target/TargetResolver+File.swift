extension TargetResolver {
  /// The target of an engine that opens a file.
  ///
  /// What speaks of SSL is a usage error, since it asks for a protection that there is not; so is a stage that such
  /// an engine does not have, since nothing would be tested there. What else belongs to a network or a login is not
  /// used, with a warning.
  func resolveFile(
    _ options: TargetOptions, _ typed: TargetLayer, _ chosen: EngineChoice, _ until: ConnectionStage
  ) throws(UsageError) -> ResolvedTarget {
    let engine = chosen.engine
    let name = engine.traits.displayName
    try refuseSSL(in: typed, hasPassphrase: options.sslKeyPassphrase != nil, name)
    guard built.contains(engine) else { throw Self.notBuilt(engine, chosen.urlVariable) }
    let url = try chosen.readURL()
    let (upper, lower) = chosen.around(typed, url)
    let merged = upper.over(lower)
    try refuseSSL(in: merged, hasPassphrase: false, name)
    try check(merged, readsPassword: false)
    try Self.check(until, name)
    guard let file = merged[.database] else {
      throw UsageError(
        "\(name) needs a file: give its path with -d/--database or as \(engine.rawValue):PATH (:memory: tests the library alone)."
      )
    }
    if file.value == ":memory:", until == .connect {
      throw UsageError("--until connect ends with the file opened, and :memory: is none.")
    }

    let timeout = try merged[.timeout].map { given throws(UsageError) in try OptionValues.timeout(given) }
    let target = ConnectionTarget(
      engine: engine, hosts: [.none], database: file.value, ssl: SSLSettings(mode: .disabled), until: until,
      timeout: timeout ?? 10,
      sources: TargetSources(engine: chosen.source, host: file.source, mode: .defaultValue))
    let warnings = (url?.warnings ?? []) + unused(options, merged, name)
    return ResolvedTarget(target: target, warnings: warnings)
  }

  private func refuseSSL(in layer: TargetLayer, hasPassphrase: Bool, _ name: String) throws(UsageError) {
    let given = TargetField.allCases.first { $0.isSSL && layer[$0] != nil }
    guard let label = given.flatMap({ layer[$0]?.label }) ?? (hasPassphrase ? "--ssl-key-passphrase" : nil)
    else { return }
    throw UsageError(
      "\(label) does not apply to \(name), which opens a file: there is no network to encrypt.")
  }

  private static func check(_ until: ConnectionStage, _ name: String) throws(UsageError) {
    let lacks: String? =
      switch until {
      case .tls: "no TLS"
      case .auth: "no login"
      case .resolve, .connect, .query: nil
      }
    guard let lacks else { return }
    throw UsageError(
      "--until \(until.rawValue) does not apply to \(name), which opens a file and has \(lacks): --until connect ends with the file opened, --until query (the default) with the database read."
    )
  }

  /// What was given, and means nothing to a file.
  private func unused(_ options: TargetOptions, _ merged: TargetLayer, _ name: String) -> [String] {
    var labels = [TargetField.host, .port, .user, .password].compactMap { merged[$0]?.label }
    if options.password != nil { labels.append("--password") }
    if options.ipv4 { labels.append("-4") }
    if options.ipv6 { labels.append("-6") }
    if options.showCertificates { labels.append("--show-certs") }
    return labels.map { "\($0) is not used: \(name) opens a file, without a network or a login." }
      + options.ofOneEngine.filter { $0.value != nil }.map {
        "\($0.label) is for \($0.engine.traits.displayName); \(name) does not use it."
      }
  }
}
