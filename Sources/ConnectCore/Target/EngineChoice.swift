/// Which engine was asked for, and the URL that goes with it.
struct EngineChoice {
  let engine: Engine
  let source: ValueSource
  let url: String?
  /// The variable that the URL came from; nil: it was typed.
  let urlVariable: String?

  /// Throws where nothing says which engine, or what says it contradicts itself.
  init(_ options: TargetOptions, environment: EnvironmentSnapshot) throws(UsageError) {
    let named = try options.engine.map { text throws(UsageError) in try OptionValues.engine(text) }
    let variable = "DATABASE_URL"
    let takesVariable = options.url == nil && named == nil && options.host == nil
    url = options.url ?? (takesVariable ? environment.nonEmpty(variable) : nil)
    urlVariable = options.url == nil && url != nil ? variable : nil
    if let urlVariable { try environment.check(urlVariable) }
    guard let url else {
      guard let named else {
        throw UsageError(
          "Which engine? Give --engine (for example --engine postgres) or a URL (postgres://user@host/database)."
        )
      }
      engine = named
      source = .option
      return
    }

    let scheme = try Self.naming(urlVariable) { () throws(UsageError) in try URLScheme.split(url).scheme }
    guard let named else {
      guard let engine = scheme.engine else {
        throw UsageError("A URL with \(scheme.name):// needs --engine, which says whose server it is.")
      }
      self.engine = engine
      source = urlVariable.map { .environment($0) } ?? .url
      return
    }
    guard named.speaks(scheme) else {
      throw UsageError("--engine \(named.rawValue) does not go with a URL that begins with \(scheme.name):")
    }
    engine = named
    source = .option
  }

  /// What the URL says; nil: there is none. Throws where it cannot be read.
  func readURL() throws(UsageError) -> ConnectionURL? {
    try url.map { url throws(UsageError) in
      try Self.naming(urlVariable) { () throws(UsageError) in try ConnectionURL(url) }
    }
  }

  /// Says where a URL stands that cannot be read, if it was not typed.
  private static func naming<Value>(
    _ variable: String?, _ read: () throws(UsageError) -> Value
  ) throws(UsageError) -> Value {
    do {
      return try read()
    } catch {
      throw variable.map { UsageError("\($0): \(error.message)") } ?? error
    }
  }

  /// What comes before the engine's variables, and what after them: a URL that was typed before, DATABASE_URL after.
  func around(_ typed: TargetLayer, _ url: ConnectionURL?) -> (upper: TargetLayer, lower: TargetLayer) {
    let layer = url?.layer ?? TargetLayer()
    return if let urlVariable {
      (typed, layer.relabelled(from: .environment(urlVariable)))
    } else {
      (typed.over(layer), TargetLayer())
    }
  }

  /// What the URL's scheme says of TLS.
  func impliedTLS(by url: ConnectionURL?) -> ImpliedTLS? {
    guard let scheme = url?.scheme, scheme.impliesTLS else { return nil }
    return ImpliedTLS(scheme: scheme.name, urlVariable.map { .environment($0) } ?? .url)
  }

  /// An engine's own variables come before DATABASE_URL, which surprises where both name a server.
  func warnings(variables: TargetLayer, url: ConnectionURL?) -> [String] {
    guard let urlVariable, let url else { return [] }
    let overruled: [String] = TargetField.allCases.compactMap { field in
      guard let variable = variables[field], url.layer[field] != nil else { return nil }
      return "\(variable.label) took precedence over what \(urlVariable) says."
    }
    guard variables[.host] != nil else { return overruled }
    let kept = url.layer.withoutPlace()
    let dropped = TargetField.allCases.filter {
      url.layer[$0] != nil && kept[$0] == nil && variables[$0] == nil
    }
    return overruled
      + dropped.compactMap { url.layer[$0] }.map {
        "\($0.label.replacing("the URL", with: urlVariable)) belongs to its host, and is not used."
      }
  }
}

extension Engine {
  /// Whether a URL of that scheme can mean this engine: its own, one of its family's, or the web's where the
  /// engine is reached over HTTP.
  fileprivate func speaks(_ scheme: URLScheme) -> Bool {
    guard let other = scheme.engine else { return self == .clickhouse || self == .etcd }
    return self == other || isPostgresFamily && other.isPostgresFamily || isMySQLFamily && other.isMySQLFamily
  }
}
