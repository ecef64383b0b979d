/// What turns TLS on without being a mode.
struct ImpliedTLS: Equatable {
  /// `https://`, `ETCDCTL_CACERT`
  let words: String
  let source: ValueSource
  /// Who verifies the certificate where it says so, as the end of a sentence.
  let verifier: String

  init(words: String, source: ValueSource, verifier: String) {
    self.words = words
    self.source = source
    self.verifier = verifier
  }

  init(scheme: String, _ source: ValueSource) {
    self.init(words: "\(scheme)://", source: source, verifier: "other clients of such a URL verify it")
  }
}

/// What a target's SSL settings are, and whether they fit together.
struct SSLResolution {
  let settings: SSLSettings
  let source: ValueSource
  private let merged: TargetLayer
  private let modeName: String?
  private let implied: ImpliedTLS?
  /// What stands for TLS where a mode turns it off.
  private let overruled: ImpliedTLS?
  private let hasPassphrase: Bool

  /// - Parameter implying: what turns TLS on where no mode is given.
  init(
    _ merged: TargetLayer, engine: Engine, defaultMode: SSLMode, impliedBy implying: ImpliedTLS?,
    hasPassphrase: Bool
  ) throws(UsageError) {
    self.merged = merged
    let given = merged[.mode]
    let implied = given == nil ? implying : nil
    self.implied = implied
    let isOff = given.flatMap { SSLMode(name: $0.value) } == .disabled
    overruled = isOff ? implying : nil
    modeName = given?.value.lowercased()
    source = implied?.source ?? given?.source ?? .defaultValue
    self.hasPassphrase = hasPassphrase || merged[.keyPassphrase] != nil

    let mode =
      try given.map { given throws(UsageError) in try OptionValues.mode(given) }
      ?? (implied == nil ? defaultMode : .required)
    let minimum = try merged[.minimumVersion].map { given throws(UsageError) in
      try OptionValues.tlsVersion(given)
    }
    if let key = merged[.keyFile], merged[.certificateFile] == nil, mode != .disabled || key.isTyped {
      let variable = engine.variables.honoured[.certificateFile].map { " or \($0)" } ?? ""
      let certificate = key.source == .option ? "--ssl-cert" : "a client certificate (--ssl-cert\(variable))"
      throw UsageError("\(key.label) needs \(certificate): a key alone identifies nobody.")
    }
    settings = SSLSettings(
      mode: mode,
      trust: merged[.caFile].map { $0.value == "system" ? .system : .file($0.value) } ?? .system,
      certificateFile: merged[.certificateFile]?.value, keyFile: merged[.keyFile]?.value,
      keyPassphrase: merged[.keyPassphrase].map { Secret($0.value) }, crlFile: merged[.crlFile]?.value,
      serverName: try merged[.serverName].map { given throws(UsageError) in try OptionValues.serverName(given)
      },
      minimumVersion: minimum ?? .tls12)
  }

  /// Throws where the mode cannot be had from these hosts, or not as far as that stage.
  func check(hosts: [HostPort], until: ConnectionStage) throws(UsageError) {
    let mode = settings.mode
    let socket = hosts.first(where: \.isUnixSocket)
    if let socket, mode != .disabled, mode != .preferred {
      throw UsageError(
        """
        \(merged[.mode]?.label ?? implied?.words ?? "The mode") asks for \(mode.rawValue), \
        and the host \(socket.host.quoted) is a Unix socket, which has no TLS.
        """)
    }
    if until == .tls, mode == .disabled {
      throw UsageError("--until tls needs TLS, and the mode is disabled.")
    }
    if until == .tls, let socket, hosts.allSatisfy(\.isUnixSocket) {
      throw UsageError("--until tls needs TLS, and the host \(socket.host.quoted) is a Unix socket.")
    }
  }

  /// What was given and is not used, and what is weaker than it looks.
  func warnings(hosts: [HostPort]) -> [String] {
    var warnings: [String] = []
    let mode = settings.mode
    if let modeName, modeName == "allow" {
      warnings.append("The mode allow is taken as preferred: TLS first, plain text if there is none.")
    }
    if let implied {
      warnings.append(
        """
        \(implied.words) turns TLS on in mode required: the certificate was not verified, while \
        \(implied.verifier). Use --ssl verify-identity to verify it.
        """)
    }
    if let overruled, let given = merged[.mode] {
      warnings.append(
        "\(given.label.sentence) turns off the TLS that \(overruled.words) stands for: nothing is encrypted.")
    }
    let why = reasonForPlain(hosts: hosts)
    if let why {
      warnings += unused(
        [
          .caFile, .certificateFile, .keyFile, .keyPassphrase, .crlFile, .serverName, .minimumVersion,
        ], why)
    } else if mode.verification == .none {
      warnings += unused(
        [.caFile, .crlFile], "in mode \(mode.rawValue), which does not validate the certificate")
    }
    if let why, hasPassphrase, merged[.keyPassphrase] == nil {
      warnings.append("--ssl-key-passphrase is not used \(why).")
    } else if why == nil, hasPassphrase, settings.certificateFile == nil {
      warnings.append("The key's pass phrase is not used: there is no client certificate (--ssl-cert).")
    }
    if why == nil, settings.minimumVersion == .tls10 || settings.minimumVersion == .tls11 {
      warnings.append(
        """
        TLS \(settings.minimumVersion.rawValue) is allowed: versions below 1.2 are broken, and the library's \
        security level is lowered for them.
        """)
    }
    return warnings
  }

  /// Why no TLS handshake will begin; nil: one may.
  func reasonForNoHandshake(hosts: [HostPort], until: ConnectionStage) -> String? {
    reasonForPlain(hosts: hosts) ?? (until < .tls ? "with --until \(until.rawValue)" : nil)
  }

  /// Why nothing is encrypted; nil: it may be.
  private func reasonForPlain(hosts: [HostPort]) -> String? {
    if settings.mode == .disabled { return "in mode disabled" }
    return hosts.allSatisfy(\.isUnixSocket) ? "on a Unix socket" : nil
  }

  /// Variables are meant for many connections, so only what was typed for this one is worth a warning.
  private func unused(_ fields: [TargetField], _ why: String) -> [String] {
    fields.compactMap { merged[$0] }.filter(\.isTyped).map {
      "\($0.label.sentence) is not used \(why)."
    }
  }
}

extension String {
  /// The text with a capital letter where a sentence begins with it.
  var sentence: String { hasPrefix("the ") ? "T" + dropFirst() : self }
}
