extension TextReport {
  /// The lines of a success: what was reached, how well protected, and how fast.
  var facts: [String] {
    var lines: [(label: String, text: String)] = []
    if let server = report.server {
      let name = server.version.isEmpty ? server.product : "\(server.product) \(server.version)"
      let product = [name, server.edition].compactMap(\.self)
      let details = server.details.isEmpty ? "" : " (\(server.details.joined(separator: ", ")))"
      lines.append((opensFile ? "Engine" : "Server", product.joined(separator: ", ") + details))
    }
    if report.stages.contains(where: { $0.stage == .auth }), !login.isEmpty { lines.append(("Login", login)) }
    lines.append(("Encryption", encryption))
    if report.ssl.encrypted == true { lines.append(("Verified", verified)) }
    if report.ssl.encrypted == true, let leaf = report.tls?.certificates.first {
      lines.append(("Certificate", "\(leaf.subject), issued by \(leaf.issuer)"))
      if !leaf.names.isEmpty { lines.append(("", "names \(leaf.names.joined(separator: ", "))")) }
      lines.append(("", lifetime(of: leaf)))
    }
    lines.append(("Time", time))
    return lines.map { line in
      let label = line.label.isEmpty ? "" : line.label + ":"
      return label + String(repeating: " ", count: max(1, 13 - label.count)) + line.text
    }
  }

  private var login: String {
    let way = report.loginIsCertificates ? " (by the client certificate)" : ""
    return [report.user.map { "user \($0)\(way)" }, report.database.map { "database \($0)" }]
      .compactMap { $0 }.joined(separator: ", ")
  }

  private var encryption: String {
    if opensFile { return "not applicable (no network protocol)" }
    return switch report.ssl.encrypted {
    case true?: [report.tls?.version ?? "TLS", report.tls?.cipher].compactMap { $0 }.joined(separator: ", ")
    case false?:
      report.host?.hasPrefix("/") == true ? "not encrypted (Unix socket)" : "not encrypted (plain text)"
    case nil: "not known; the test stopped before"
    }
  }

  private var verified: String {
    switch report.ssl.verified {
    case .none: "nothing; the certificate was not validated"
    case .chain: "certificate chain; the host name was not checked"
    case .identity: "certificate chain and host name"
    }
  }

  private func lifetime(of certificate: CertificateReport) -> String {
    let days = CertificateWords.days(from: report.date, to: certificate.notAfter)
    let day = CertificateWords.day(certificate.notAfter)
    guard days >= 0 else { return "ended on \(day), \(CertificateWords.left(days))" }
    return "valid until \(day), \(days == 1 ? "1 day" : "\(days) days") left"
  }

  private var time: String {
    let stages = report.stages.map { "\($0.stage.rawValue) \(Self.short($0.milliseconds))" }
    return "\(Self.short(report.elapsedMilliseconds)) ms"
      + (stages.isEmpty ? "" : " (\(stages.joined(separator: ", ")))")
  }

  /// Milliseconds with one decimal.
  static func short(_ milliseconds: Double) -> String {
    guard milliseconds.isFinite, abs(milliseconds) < 1e12 else { return String(milliseconds) }
    let tenths = Int((milliseconds * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }

  /// Where the target came from, every attempt, and the chain; only with `--verbose`.
  var details: String {
    guard style.verbose else { return "" }
    var lines = [
      opensFile
        ? "Sources: engine \(report.sources.engine), file \(report.sources.host)"
        : "Sources: engine \(report.sources.engine), host \(report.sources.host), mode \(report.sources.mode)"
    ]
    lines += report.attempts.map { attempt in
      "Attempt: \(attempt.address), \(attempt.mode.displayName): \(attempt.cause?.rawValue ?? "ok"), "
        + "\(Self.short(attempt.milliseconds)) ms"
    }
    lines += report.stages.map { stage in
      "Stage: \(stage.stage.rawValue) \(stage.ok ? "ok" : "failed"), \(Self.short(stage.milliseconds)) ms"
    }
    if let tls = report.tls { lines += details(of: tls) }
    if let problem = report.diagnosis {
      lines.append("Cause: \(problem.cause.rawValue), exit code \(problem.cause.exitCode)")
      if let code = problem.nativeCode { lines.append("Native code: \(code)") }
      if let state = problem.sqlState { lines.append("SQLSTATE: \(state)") }
    }
    return lines.joined(separator: "\n")
  }

  private func details(of tls: Report.TLS) -> [String] {
    var lines = [
      "TLS: \(tls.version ?? "no version agreed"), \(tls.cipher ?? "no cipher agreed"), "
        + (tls.serverName.map { "server name sent: \($0)" } ?? "no server name sent"),
      "Client certificate: \(tls.clientCertificateRequested ? "requested" : "not requested"), "
        + (tls.clientCertificateSent ? "sent" : "not sent"),
    ]
    for (index, certificate) in tls.certificates.enumerated() {
      lines += [
        "Certificate \(index + 1): \(certificate.subject)\(certificate.selfSigned ? " (self-signed)" : "")",
        "    issued by \(certificate.issuer)",
        "    names \(certificate.names.isEmpty ? "none" : certificate.names.joined(separator: ", "))",
        "    valid \(CertificateWords.day(certificate.notBefore)) to \(CertificateWords.day(certificate.notAfter))",
        "    \(certificate.keyType) \(certificate.keyBits) bits, \(certificate.signatureAlgorithm)",
        "    SHA-256 \(certificate.sha256)",
      ]
    }
    return lines + tls.faults.map { "Certificate check: \($0)" }
  }
}
