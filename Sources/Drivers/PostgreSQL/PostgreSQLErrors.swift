internal import ConnectCore

/// PostgreSQL's errors, from the protocol and from libpq's messages, as evidence.
enum PostgreSQLErrors {
  /// An ErrorResponse's fields (chapter 55.8 "Error and Notice Message Fields"), as psql prints them.
  static func error(fields: [UInt8]) -> ServerError {
    var values: [UInt8: String] = [:]
    for field in fields.split(separator: 0) where field.count > 1 {
      values[field[field.startIndex]] = String(decoding: field.dropFirst(), as: UTF8.self)
    }
    func value(_ code: Character) -> String? { code.asciiValue.flatMap { values[$0] } }
    var text = "\(value("S") ?? "ERROR"): \(value("M") ?? "")"
    if let detail = value("D") { text += "\nDETAIL: \(detail)" }
    if let hint = value("H") { text += "\nHINT: \(hint)" }
    return ServerError(text: text, sqlState: value("C"), origin: .server)
  }

  /// libpq's message for a failed connection, written with PQERRORS_VERBOSE.
  static func error(message: String) -> ServerError {
    let text = withoutWhere(message).trimmingTrailingNewlines
    guard let (severity, state, rest) = serverParts(text) else {
      return ServerError(text: text, origin: .library("libpq"))
    }
    var lines = rest.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // psql shows the place in the server's source only when it is asked to.
    if lines.count > 1, lines[lines.count - 1].hasPrefix("LOCATION:  ") { lines.removeLast() }
    let shown = lines.map { line in
      labels.first { line.hasPrefix($0 + ":  ") }.map { $0 + ": " + line.dropFirst($0.count + 3) } ?? line
    }
    return ServerError(
      text: "\(severity): " + shown.joined(separator: "\n"), sqlState: state, origin: .server)
  }

  private static let labels = ["DETAIL", "HINT", "CONTEXT"]

  /// The message without `connection to server at "H" (A), port P failed: `.
  private static func withoutWhere(_ message: String) -> String {
    guard message.hasPrefix("connection to server ") else { return message }
    // The host is the user's own text; what follows its quotes is libpq's.
    for marker in [", port ", "\" failed: "] {
      guard let place = message.firstRange(of: marker) else { continue }
      let rest = message[place.lowerBound...]
      if let end = rest.firstRange(of: " failed: ") { return String(rest[end.upperBound...]) }
    }
    return message
  }

  /// `SEVERITY:  SQLSTATE: text`, the form that only a server's error has.
  private static func serverParts(_ text: String) -> (severity: String, state: String, rest: String)? {
    guard let colon = text.firstRange(of: ":  ") else { return nil }
    let severity = text[..<colon.lowerBound]
    let state = text[colon.upperBound...].prefix(5)
    let rest = text[colon.upperBound...].dropFirst(5)
    guard !severity.isEmpty, !severity.contains(where: { $0 == "\n" || $0 == " " }), rest.hasPrefix(": "),
      state.count == 5, state.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) })
    else { return nil }
    return (String(severity), String(state), String(rest.dropFirst(2)))
  }

  /// libpq's refusal of a key that others may read; nil if the text is none.
  static func keyFault(in text: String, path: String?) -> FileFault? {
    guard let path, text.contains("has group or world access") else { return nil }
    return FileFault(option: "--ssl-key", path: path, problem: .tooOpen, detail: "")
  }

  /// The words that OpenSSL gave for a failure, out of libpq's message; nil if it is not about TLS.
  static func openSSLReason(in text: String) -> String? {
    for marker in ["SSL error: ", "could not establish SSL connection: "] {
      guard let place = text.firstRange(of: marker) else { continue }
      return String(text[place.upperBound...].prefix { $0 != "\n" })
    }
    return nil
  }
}

extension String {
  fileprivate var trimmingTrailingNewlines: String {
    var text = self[...]
    while text.last?.isNewline == true { text = text.dropLast() }
    return String(text)
  }
}
