/// A part of a target that several sources can give.
enum TargetField: CaseIterable, Sendable {
  case host, address, port, instance, user, password, database
  case mode, caFile, certificateFile, keyFile, keyPassphrase, crlFile, serverName, minimumVersion
  case timeout

  /// Whether the part is about SSL.
  var isSSL: Bool {
    switch self {
    case .mode, .caFile, .certificateFile, .keyFile, .keyPassphrase, .crlFile, .serverName, .minimumVersion:
      true
    case .host, .address, .port, .instance, .user, .password, .database, .timeout: false
    }
  }

  /// Whether the value is a secret, or may be one: other clients take a password after `-p`.
  var mayBeSecret: Bool { [.password, .keyPassphrase, .port].contains(self) }
}

/// One part as one source gives it.
struct Given: Equatable, Sendable {
  var value: String
  var source: ValueSource
  /// How messages name where it was written: `-p/--port`, `the URL's sslmode`, `PGHOST`.
  var label: String

  /// Whether it was written for this connection; variables are meant for many.
  var isTyped: Bool { source == .option || source == .url }

  init(_ value: String, from source: ValueSource, as label: String) {
    self.value = value
    self.source = source
    self.label = label
  }
}

/// What one source says: the options, the URL, the engine's variables, DATABASE_URL.
struct TargetLayer: Equatable, Sendable {
  private var parts: [TargetField: Given] = [:]
  /// Settings of the engine's own, see `ConnectionTarget.parameters`.
  var parameters: [String: String] = [:]

  subscript(field: TargetField) -> Given? {
    get { parts[field] }
    set { parts[field] = newValue }
  }

  /// The same layer, told to come from elsewhere.
  func relabelled(from source: ValueSource) -> TargetLayer {
    var layer = self
    layer.parts = parts.mapValues { Given($0.value, from: source, as: $0.label) }
    return layer
  }

  /// The layer without what goes with its host only. A mode that makes sure of TLS stays, since its password may.
  func withoutPlace() -> TargetLayer {
    var layer = self
    for field in [TargetField.address, .port, .instance, .serverName] { layer[field] = nil }
    if [.disabled, .preferred].contains(layer[.mode].flatMap { SSLMode(name: $0.value) }) {
      layer[.mode] = nil
    }
    return layer
  }

  /// This layer over another one: what it does not say, the other one does.
  func over(_ lower: TargetLayer) -> TargetLayer {
    var layer = self
    layer.parts.merge(lower.parts) { upper, _ in upper }
    layer.parameters.merge(lower.parameters) { upper, _ in upper }
    // An address that was written for another host would lead away from the one that was asked for, and
    // another host's name does not belong to an address that was asked for.
    if parts[.host] != nil { layer.parts[.address] = parts[.address] }
    if parts[.address] != nil { layer.parts[.host] = parts[.host] }
    return layer
  }
}
