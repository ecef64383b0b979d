extension Advice {
  static func clientCertificateRequired(_ context: FailureContext) -> Advice {
    let plain = context.mode == .disabled ? "--ssl required " : ""
    return Advice(
      "The server requires mutual TLS: it asks for a client certificate.",
      app: "Fill in the Client Certificate and Client Key paths in the SSL tab"
        + (plain.isEmpty ? "." : ", and set Mode to Required (or stricter)."),
      commandLine: "\(plain)--ssl-cert FILE --ssl-key FILE",
      mode: plain.isEmpty ? nil : .required)
  }

  static func clientCertificateRejected(_ context: FailureContext) -> Advice {
    let file = context.target.ssl.certificateFile.map { " " + context.clean.line($0) } ?? ""
    return Advice(
      "The server did not accept the client certificate\(file)\(reason(context)).",
      app:
        "Fill in a Client Certificate that a CA of the server's has issued, and its Client Key, in the SSL tab.",
      commandLine: "--ssl-cert FILE --ssl-key FILE")
  }

  /// What the alert adds (RFC 8446 section 6.2).
  private static func reason(_ context: FailureContext) -> String {
    guard case .alert(let alert) = context.failure.event else { return "" }
    return switch alert.code {
    case 44: ": it has been revoked"
    case 45: ": it has expired or is not valid yet"
    case 48: ": the server does not know the CA that issued it"
    default: ""
    }
  }

  static func clientKeyPassphraseRequired(_ context: FailureContext) -> Advice {
    Advice(
      "The client private key\(keyFile(context)) is encrypted: it is password-protected.",
      app: "Enter the Key Passphrase in the SSL tab.",
      commandLine: "--ssl-key-passphrase SOURCE (prompt, env:NAME, file:PATH …)")
  }

  static func clientKeyPassphraseIncorrect(_ context: FailureContext) -> Advice {
    Advice(
      "The passphrase is incorrect: it does not open the client private key\(keyFile(context)).",
      app: "Enter the Key Passphrase in the SSL tab.",
      commandLine: "--ssl-key-passphrase SOURCE (prompt, env:NAME, file:PATH …)")
  }

  private static func keyFile(_ context: FailureContext) -> String {
    let ssl = context.target.ssl
    let path = context.fileFault?.path ?? ssl.keyFile ?? ssl.certificateFile
    return path.map { " " + context.clean.line($0) } ?? ""
  }

  static func clientKeyInvalid(_ context: FailureContext) -> Advice {
    guard let fault = context.fileFault else {
      return Advice(
        "The client certificate and key cannot be used.",
        app: "Check the Client Certificate and Client Key paths in the SSL tab.",
        commandLine: "--ssl-cert FILE --ssl-key FILE")
    }
    let path = context.clean.line(fault.path)
    let certificate = fault.option == "--ssl-cert" && fault.problem != .keyMismatch
    let message = "The client \(certificate ? "certificate" : "key") \(path) \(problem(fault))."
    if fault.problem == .tooOpen {
      return Advice(
        message, app: "Take the others' access to it away.", commandLine: "chmod 600 on the key's file")
    }
    return Advice(
      message,
      app: fault.problem == .keyMismatch
        ? "Check the Client Certificate and Client Key paths in the SSL tab: they have to be a pair."
        : "Check the \(certificate ? "Client Certificate" : "Client Key") path in the SSL tab: it has to be a PEM file that you may read.",
      commandLine: fault.problem == .keyMismatch ? "--ssl-cert FILE --ssl-key FILE" : "\(fault.option) FILE")
  }
}
