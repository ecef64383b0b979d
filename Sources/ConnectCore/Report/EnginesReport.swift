/// The engines that the program knows, and the driver found for each: the answer of `engines`.
package struct EnginesReport: Sendable {
  /// An engine's client library.
  package enum DriverState: Sendable {
    case found(DriverLibrary)
    case missing(MissingDriver)
    /// This version of the program has no driver for the engine.
    case notBuilt
  }

  package struct Entry: Sendable {
    package let engine: Engine
    package let driver: DriverState

    package init(engine: Engine, driver: DriverState) {
      self.engine = engine
      self.driver = driver
    }
  }

  package let entries: [Entry]

  package init(_ entries: [Entry]) { self.entries = entries }

  // MARK: Text

  /// One paragraph for each engine.
  package var text: String { entries.map(\.text).joined(separator: "\n\n") }

  // MARK: JSON

  /// One object on one line, by `docs/engines.schema.json`.
  package var json: String {
    JSONText.object([
      ("schema", .string("tablepro-connect/engines/1")), ("engines", .array(entries.map(\.json))),
    ]).rendered
  }
}

extension EnginesReport.Entry {
  fileprivate var text: String {
    let traits = engine.traits
    let names = [engine.rawValue] + traits.aliases
    var lines = ["\(traits.displayName): --engine \(names.joined(separator: ", "))"]
    func add(_ label: String, _ value: String) {
      lines.append("  \(label):".padded(to: 16) + value)
    }
    add("URLs", urls)
    add("Port", ports)
    add("Default mode", traits.defaultMode?.displayName ?? "not applicable")
    add("Preferred", "\(engine.guidance.preferred) (\(engine.guidance.note))")
    if !engine.guidance.hostedServices.isEmpty {
      add("TLS only", engine.guidance.hostedServices.joined(separator: ", "))
    }
    add("Guidance", engine.guidance.advice)
    add("Driver", driver.text)
    return lines.joined(separator: "\n")
  }

  private var urls: String {
    let schemes = engine.traits.schemes
    if engine.traits.opensFile { return schemes.map { "\($0):PATH" }.joined(separator: ", ") }
    let own = schemes.map { $0.hasPrefix("jdbc:") ? "\($0):…" : "\($0)://" }.joined(separator: ", ")
    return engine == .clickhouse || engine == .etcd
      ? "\(own); http:// and https:// with --engine \(engine.rawValue)" : own
  }

  private var ports: String {
    guard let port = engine.traits.defaultPort else { return "none" }
    return engine.traits.defaultTLSPort.map { "\(port), with TLS \($0)" } ?? "\(port)"
  }

  fileprivate var json: JSONText {
    let traits = engine.traits
    let guidance = engine.guidance
    return .object([
      ("id", .string(engine.rawValue)), ("name", .string(traits.displayName)),
      ("aliases", .strings(traits.aliases)), ("schemes", .strings(traits.schemes)),
      ("defaultPort", traits.defaultPort.map { .integer(Int($0)) } ?? .null),
      ("defaultTLSPort", traits.defaultTLSPort.map { .integer(Int($0)) } ?? .null),
      ("defaultMode", .optional(traits.defaultMode?.rawValue)),
      ("fallsBackToPlain", traits.defaultMode == nil ? .null : .bool(traits.fallsBackToPlain)),
      ("preferred", .string(guidance.preferred)), ("note", .string(guidance.note)),
      ("hostedServices", .strings(guidance.hostedServices)), ("guidance", .string(guidance.advice)),
      ("driver", driver.json),
    ])
  }
}

extension EnginesReport.DriverState {
  /// A path may hold anything that a file name may.
  private static func clean(_ text: String) -> String { Sanitiser(secrets: []).line(text) }

  /// Whether there is a file that cannot be used, or none.
  private static func name(of missing: MissingDriver) -> String {
    missing.refusedPath == nil ? "missing" : "refused"
  }

  fileprivate var text: String {
    switch self {
    case .found(let library):
      "\(Self.clean(library.name)) \(Self.clean(library.version)), \(Self.clean(library.path))"
    case .missing(let missing):
      (["\(missing.library) is \(Self.name(of: missing))"] + missing.reasons.map(Self.clean)
        + [missing.installation]).joined(separator: "; ")
    case .notBuilt: "not built in this version"
    }
  }

  fileprivate var json: JSONText {
    switch self {
    case .found(let library):
      .object([
        ("state", .string("found")), ("library", .string(Self.clean(library.name))),
        ("version", .string(Self.clean(library.version))), ("path", .string(Self.clean(library.path))),
        ("install", .null), ("notes", .strings([])),
      ])
    case .missing(let missing):
      .object([
        ("state", .string(Self.name(of: missing))),
        ("library", .string(missing.library)), ("version", .null),
        ("path", .optional(missing.refusedPath.map(Self.clean))), ("install", .string(missing.installation)),
        ("notes", .strings(missing.reasons.map(Self.clean))),
      ])
    case .notBuilt:
      .object([
        ("state", .string("notBuilt")), ("library", .null), ("version", .null), ("path", .null),
        ("install", .null), ("notes", .strings([])),
      ])
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
