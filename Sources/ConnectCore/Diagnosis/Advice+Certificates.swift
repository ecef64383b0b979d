extension Advice {
  static func untrustedCertificate(_ context: FailureContext) -> Advice {
    let first = context.blockingFaults.first
    let mode = context.mode
    if let first, revocationListCodes.contains(first.code) {
      return Advice(
        "The certificate could not be checked against the revocation list \(context.target.ssl.crlFile.map(context.clean.line) ?? "").",
        app:
          "Provide a current revocation list of every CA that issued a certificate of the chain, the server's own first.",
        commandLine: "--ssl \(mode.rawValue) --ssl-crl FILE", mode: mode)
    }
    if let first, !trustCodes.contains(first.code) {
      return Advice(
        "The server's certificate cannot be trusted: \(context.clean.line(first.reason)).",
        app:
          "Renew the certificate on the server. If it comes from a CA of your own, set SSL Mode to \(mode.displayName) and provide the CA certificate path.",
        commandLine: "--ssl \(mode.rawValue) --ssl-ca FILE", mode: mode)
    }
    let selfSigned = first?.code == 18
    let message: String
    switch context.target.ssl.trust {
    case .system:
      message =
        selfSigned
        ? "The server uses a self-signed certificate that isn't in your system trust store."
        : "The server uses a certificate that isn't in your system trust store."
    case .file(let path):
      message = "The server uses a certificate that isn't trusted by \(context.clean.line(path))."
    }
    let file = selfSigned ? "the server's certificate itself" : "the certificate of the CA that issued it"
    return Advice(
      message,
      app: "Set SSL Mode to \(mode.displayName) and provide the CA certificate path: \(file).",
      commandLine: "--ssl \(mode.rawValue) --ssl-ca FILE", mode: mode)
  }

  /// X509_V_ERR_*: no trusted issuer could be found for the chain.
  private static let trustCodes: Set<Int32> = [2, 18, 19, 20, 21, 27]
  /// X509_V_ERR_*: a CRL is missing, out of date, damaged or from the wrong issuer.
  private static let revocationListCodes: Set<Int32> = [3, 5, 8, 11, 12, 15, 16, 33, 35, 36, 44, 54]

  static func certificateExpired(_ context: FailureContext) -> Advice {
    let words = CertificateWords(clean: context.clean)
    let first = context.blockingFaults.first
    let early = first?.kind == .notYetValid
    var who = "The server's certificate"
    var when = ""
    if let first, let tls = context.tls {
      if first.depth > 0 { who = "A certificate of the server's chain" }
      if let certificate = words.certificate(of: first, in: tls) {
        if first.depth > 0 { who += " (\(context.clean.line(certificate.subject)))" }
        when = CertificateWords.day(early ? certificate.notBefore : certificate.notAfter)
      }
    }
    let message =
      early
      ? "\(who) is not valid yet" + (when.isEmpty ? "." : ": it begins on \(when).")
      : "\(who) has expired" + (when.isEmpty ? "." : ": it ended on \(when).")
    return Advice(
      message,
      app: early
        ? "Check this computer's clock, or have a certificate that is valid now installed on the server."
        : "Renew the certificate on the server, and check this computer's clock.",
      commandLine: first.map { $0.depth > 0 } == true
        ? "--ssl-ca FILE, if a newer certificate of that CA exists" : "--show-certs prints the certificates")
  }

  static func certificateRevoked(_ context: FailureContext) -> Advice {
    Advice(
      "The server's certificate was revoked by the CA that issued it.",
      app: "Do not trust this server until its certificate has been replaced. Ask whoever runs it.",
      commandLine: "--show-certs prints the certificate")
  }

  static func hostnameMismatch(_ context: FailureContext) -> Advice {
    let words = CertificateWords(clean: context.clean)
    let name = words.usableName(of: context.tls)
    let chainValid = context.blockingFaults.allSatisfy { $0.kind == .hostName }
    let message =
      "The certificate's CN/SAN doesn't include the host you're connecting to, \(context.expectedName)."
    let right = "Update the host field to match the certificate" + (name.map { " (\($0))" } ?? "")
    let option = "--server-name \(name ?? "NAME")"
    guard chainValid else {
      return Advice(
        message, app: right + ", and mend what else is wrong with the certificate (see the notes).",
        commandLine: option)
    }
    return Advice(
      message,
      app:
        "\(right). If no name fits, switch from Verify Identity to Verify CA, which validates the chain but skips the hostname. \(loss(of: .verifyCA))",
      commandLine: "\(option), or else --ssl verify-ca", mode: .verifyCA)
  }

  static func caFileUnreadable(_ context: FailureContext) -> Advice {
    guard let fault = context.fileFault else {
      return Advice(
        "The CA certificate file cannot be read.", app: "Check the CA certificate path in the SSL tab.",
        commandLine: "--ssl-ca FILE")
    }
    let list = fault.option == "--ssl-crl"
    return Advice(
      "The \(list ? "revocation list" : "CA certificate") file \(context.clean.line(fault.path)) \(problem(fault)).",
      app: list
        ? "Check the path of the revocation list: it has to be a PEM file that you may read."
        : "Check the CA certificate path in the SSL tab: it has to be a PEM file that you may read.",
      commandLine: list ? "--ssl-crl FILE" : "--ssl-ca FILE")
  }

  /// The second half of a sentence about a file.
  static func problem(_ fault: FileFault) -> String {
    switch fault.problem {
    case .missing: "does not exist"
    case .unreadable: "cannot be read"
    case .notPEM: "does not hold what it should in PEM form"
    case .keyMismatch: "does not belong to the client certificate"
    case .passphraseRequired: "is password-protected"
    case .passphraseIncorrect: "does not open with this passphrase"
    case .tooOpen: "can be read by other users, and the driver refuses it"
    case .endless: "could not be read to its end in time"
    }
  }
}
