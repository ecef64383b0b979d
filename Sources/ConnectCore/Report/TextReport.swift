/// How a text report looks and how much it tells.
package struct TextStyle: Equatable, Sendable {
  /// Whether colours may emphasise; the text is the same without them.
  package var color: Bool
  package var verbose: Bool
  /// Whether the server's chain follows as PEM.
  package var showCertificates: Bool

  package init(color: Bool = false, verbose: Bool = false, showCertificates: Bool = false) {
    self.color = color
    self.verbose = verbose
    self.showCertificates = showCertificates
  }
}

extension Report {
  /// The report for a reader, with a line break at its end.
  package func text(_ style: TextStyle) -> String {
    let writer = TextReport(report: self, style: style)
    let paragraphs = diagnosis.map(writer.failure) ?? writer.success
    return paragraphs.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }
}

/// Writes a report in paragraphs.
struct TextReport {
  let report: Report
  let style: TextStyle

  /// Headline, message, suggestion, what was seen, and the server's own words last.
  func failure(_ problem: Report.Problem) -> [String] {
    let ended =
      problem.beforeConnecting
      ? "failed before \(opensFile ? "the database was read" : "connecting")"
      : "failed \(words(for: problem.stage))"
    let seen = problem.notes.map { "- \($0)" } + warnings
    return [
      headline(ended, color: .red), paint(problem.message, .bold), problem.suggestion,
      seen.joined(separator: "\n"), details, serverResponse(problem), certificates,
    ]
  }

  /// Headline, what was reached, and warnings.
  var success: [String] {
    let ended = report.stages.last.map {
      $0.stage == .query
        ? "connected" : "succeeded up to \(opensFile ? "the opening of the file" : Self.name(of: $0.stage))"
    }
    return [
      headline(ended ?? "connected", color: .green), facts.joined(separator: "\n"),
      warnings.joined(separator: "\n"), details, certificates,
    ]
  }

  private func headline(_ ended: String, color: Paint) -> String {
    let product = report.engine.traits.displayName
    let line = paint("\(product) \(place): \(ended)\(tries)", color)
    guard let expected = report.expected, let asExpected = report.asExpected else { return line }
    return line + "\n"
      + paint(
        "Expected: \(expected.name), \(asExpected ? "and so it ended" : "but it ended otherwise")",
        asExpected ? .green : .red)
  }

  var opensFile: Bool { report.engine.traits.opensFile }

  /// `at db.example.com:5432, SSL mode Required`, `file shop.db`.
  private var place: String {
    guard let host = report.host, let number = report.port, let mode = report.ssl.requested else {
      let file = report.database ?? ""
      if file == ":memory:" { return "in memory" }
      let real = report.address.map { $0 == file ? "" : " (\($0))" } ?? ""
      return "file \(file)\(real)"
    }
    let isSocket = host.hasPrefix("/")
    var place = HostPort(host: host, port: number).description
    if isSocket { place = report.address ?? place }
    if !isSocket, let address = report.address, address != place {
      // The port is the same and need not be said twice.
      let port = ":\(number)"
      place += " (\(address.hasSuffix(port) ? String(address.dropLast(port.count)) : address))"
    }
    return "at \(place), SSL mode \(mode.displayName)"
  }

  /// ` (try 4, after 1.2 s)`, where there was more than one.
  private var tries: String {
    guard let tries = report.tries, tries > 1 else { return "" }
    let seconds = Self.short(report.elapsedMilliseconds / 1_000)
    return report.ok ? " (at try \(tries), after \(seconds) s)" : " (\(tries) tries in \(seconds) s)"
  }

  /// Continuation lines are indented, so that a server cannot write lines that look like ours.
  private func serverResponse(_ problem: Report.Problem) -> String {
    guard let response = problem.serverResponse, !response.isEmpty else { return "" }
    let label = problem.library ?? "Server response"
    return "\(label): " + response.replacing("\n", with: "\n    ")
  }

  private var warnings: [String] { report.warnings.map { paint("Warning:", .yellow) + " \($0)" } }

  private var certificates: String {
    guard style.showCertificates, let chain = report.tls?.certificates else { return "" }
    return chain.map { $0.pem.trimmingLineEnds() }.joined(separator: "\n")
  }

  private func words(for stage: ConnectionStage) -> String {
    switch stage {
    case .connect where opensFile: "while opening the file"
    case .query where opensFile: "while reading the database"
    case .resolve: "while resolving the host name"
    case .connect: "while connecting"
    case .tls: "during the TLS handshake"
    case .auth: "during the login"
    case .query: "during the first query"
    }
  }

  static func name(of stage: ConnectionStage) -> String {
    switch stage {
    case .resolve: "name resolution"
    case .connect: "the connection"
    case .tls: "the TLS handshake"
    case .auth: "the login"
    case .query: "the first query"
    }
  }

  /// ECMA-48 Select Graphic Rendition.
  enum Paint: String {
    case bold = "1"
    case red = "1;31"
    case green = "1;32"
    case yellow = "33"
  }

  func paint(_ text: String, _ paint: Paint) -> String {
    style.color ? "\u{1b}[\(paint.rawValue)m\(text)\u{1b}[0m" : text
  }
}
