package import ConnectCore

/// An answer of HTTP that is not the engine's own, as evidence: a proxy's, a load balancer's or another server's.
package enum HTTPEvidence {
  /// The headers that tell who has answered, and what to do.
  private static let names = [
    "server", "via", "location", "www-authenticate", "proxy-authenticate", "retry-after",
  ]

  /// Of a page that somebody else has sent.
  private static let shownCharacters = 4_096

  /// Its status, those headers and its body as a text; the native code is `HTTP 503`.
  ///
  /// - Parameter name: a header that is the engine's own, in lower case.
  package static func error(_ response: HTTPResponse, and name: String? = nil) -> ServerError {
    let lines = response.headers.filter { names.contains($0.name) || $0.name == name }.map {
      "\($0.name): \($0.value)"
    }
    // No secret is as long as what is kept of it beyond what is shown.
    var body = response.text.prefix(3 * shownCharacters)
    while let last = body.last, last.isWhitespace { body.removeLast() }
    return ServerError(
      text: (["HTTP \(response.status)"] + lines).joined(separator: "\n")
        + (body.isEmpty ? "" : "\n\n\(body)"),
      nativeCode: "HTTP \(response.status)", origin: .server, shownCharacters: shownCharacters)
  }

  /// The status of such an error; nil: it is another one.
  package static func status(of error: ServerError?) -> Int? {
    guard let error else { return nil }
    // Its text alone tells too.
    let start = error.nativeCode ?? String(error.text.prefix { !$0.isNewline })
    guard start.hasPrefix("HTTP ") else { return nil }
    return Int(start.dropFirst(5).prefix { $0.isNumber })
  }

  /// Who has answered, as far as it says: `is from nginx, via 1.1 proxy`.
  package static func sender(of error: ServerError) -> String {
    let names = ["server", "via"].compactMap { header($0, of: error) }
    return names.isEmpty ? "does not say whose it is" : "is from \(names.joined(separator: ", via "))"
  }

  /// A header of such an error.
  package static func header(_ name: String, of error: ServerError) -> String? {
    for line in error.text.split(whereSeparator: \.isNewline).dropFirst().prefix(16)
    where line.lowercased().hasPrefix(name + ": ") { return String(line.dropFirst(name.count + 2)) }
    return nil
  }
}
