extension Advice {
  static func serverRequiresTLS(_ context: FailureContext) -> Advice {
    // Required is the table's answer; who asked for more keeps it.
    let mode = max(.required, context.mode)
    let plain =
      switch context.mode {
      case .disabled: " but TablePro is configured to connect in plain text."
      case .preferred: " but Preferred went on in plain text."
      case .required, .verifyCA, .verifyIdentity: "."
      }
    return Advice(
      "The server requires an encrypted connection" + plain,
      app: setMode(mode) + (mode == .verifyIdentity ? "." : " (or stricter)."),
      commandLine: "--ssl \(mode.rawValue)", mode: mode)
  }

  static func serverLacksTLS(_ context: FailureContext) -> Advice {
    let message = "The server does not offer TLS"
    if context.plainPass != nil {
      return Advice(
        message + ", and the attempt in plain text failed too.",
        app:
          "Read the notes: what stopped the attempt in plain text is what has to change. Turning on TLS at the server would let TablePro encrypt the connection.",
        commandLine: "--ssl disabled reports on the plain text connection alone")
    }
    let untilTLS = context.target.until == .tls
    if context.mode == .preferred, context.engine.fallsBackToPlain {
      let loss = loss(of: .disabled)
      return Advice(
        message + (untilTLS ? ", so --until tls cannot be reached." : "."),
        app:
          "Turn on TLS at the server. As long as it has none, Preferred would go on in plain text. \(loss)",
        commandLine: "--ssl preferred" + (untilTLS ? " --until auth (or query), instead of --until tls" : ""),
        mode: .preferred)
    }
    let mode: SSLMode = context.engine.fallsBackToPlain ? .preferred : .disabled
    return Advice(
      message + " but TablePro is configured to require an encrypted connection.",
      app:
        "Turn on TLS at the server. Only if you cannot: open the connection editor, switch to the SSL tab, and set Mode to \(mode.displayName). \(loss(of: mode))",
      commandLine: "--ssl \(mode.rawValue)" + (untilTLS ? " --until auth, since TLS cannot be reached" : ""),
      mode: mode)
  }

  static func tlsVersionOrCipherMismatch(_ context: FailureContext) -> Advice {
    let message = "Driver and server can't agree on a TLS version or cipher."
    let lower: TLSVersion? =
      switch context.target.ssl.minimumVersion {
      case .tls13: .tls12
      case .tls12, .tls11: .tls10
      case .tls10: nil
      }
    guard let lower, isVersionMismatch(context) else {
      return Advice(message, app: "Update the server, or let it accept TLS 1.2 or 1.3 with a current cipher.")
    }
    let current = context.target.ssl.minimumVersion.rawValue
    if lower == .tls12 {
      return Advice(
        message,
        app:
          "Update the server, or accept TLS 1.2 too: TLS \(current) is the lowest version that is allowed now.",
        commandLine: "--tls-min 1.2")
    }
    return Advice(
      message,
      app:
        "Update the server: it does not reach TLS \(current), the lowest version that is allowed now. Older versions have known weaknesses, and someone who can tamper with the traffic may be able to read it.",
      commandLine: "--tls-min \(lower.rawValue), only for a server that cannot be updated")
  }

  /// Whether it was the version, as far as that can be told, and not the cipher.
  private static func isVersionMismatch(_ context: FailureContext) -> Bool {
    switch context.failure.event {
    case .alert(let alert): alert.code == 70
    case .tlsFailed(let reason):
      ["protocol", "version"].contains { reason.lowercased().contains($0) }
    default: false
    }
  }

  static func tlsFailureOther(_ context: FailureContext) -> Advice {
    if context.failure.answers.contains(.speaksStrictTDS) {
      return Advice(
        "The server takes only strict encryption (TDS 8.0), which the driver does not speak.",
        app:
          "Let the server take TDS 7.4 too: in SQL Server Configuration Manager, Protocols, Properties, set Force Strict Encryption to No (Force Encryption may stay on). Then set Mode to Required or stricter.",
        commandLine: "--ssl \(max(.required, context.mode).rawValue), once the server takes it")
    }
    if case .alert(let alert) = context.failure.event, alert.received, alert.code == 112 {
      return Advice(
        "The TLS handshake failed: the server does not know the host name that it was asked for.",
        app: "Update the host field to a name that the server knows.",
        commandLine: "--server-name NAME")
    }
    return Advice(
      "The TLS handshake failed.",
      app: "Read the notes below and the server's log, and update the server.",
      commandLine: "--verbose shows every step")
  }

  static func nativeEncryptionRequired(_ context: FailureContext) -> Advice {
    let port = context.engine.defaultTLSPort.map { " --port \($0)" } ?? ""
    return Advice(
      "The server requires its own native network encryption, which TablePro does not speak.",
      app: "Use TLS instead (on Oracle a TCPS listener). \(setMode(max(.required, context.mode))).",
      commandLine: "--ssl \(max(.required, context.mode).rawValue)\(port)", mode: max(.required, context.mode)
    )
  }
}
