internal import Transport

/// What libcurl has received of one answer, with a bound: few bytes of HTTP/2 can stand for many (RFC 7541).
final class HTTPAnswer {
  static let mostBytes = 1 << 20

  private var status: Int?
  private var headers: [HTTPHeader] = []
  private var trailers: [HTTPHeader] = []
  private var body: [UInt8] = []
  private var bytes = 0
  /// Whether the empty line behind the headers has come.
  private var headersEnded = false

  /// Whether there was more than the bound allows.
  private(set) var isTooLong = false

  /// Whether a status line has come.
  var hasBegun: Bool { status != nil }

  /// nil: the headers have not come to their end.
  var response: HTTPResponse? {
    guard headersEnded, let status else { return nil }
    return HTTPResponse(status: status, headers: headers, body: body, trailers: trailers)
  }

  /// Takes a line of headers or trailers; false: no more is wanted.
  func take(line: [UInt8]) -> Bool {
    guard count(line) else { return false }
    let text = String(decoding: line, as: UTF8.self).trimmingEnd()
    if text.hasPrefix("HTTP/"), body.isEmpty {
      // Behind a provisional answer (RFC 9110 section 15.2) the real one begins anew.
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      headers = []
      headersEnded = false
    } else if text.isEmpty {
      headersEnded = true
    } else if let colon = text.firstIndex(of: ":") {
      let header = (
        name: text[..<colon].lowercased(),
        value: String(text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" })
      )
      if headersEnded { trailers.append(header) } else { headers.append(header) }
    }
    return true
  }

  /// Takes a part of the body; false: no more is wanted.
  func take(body part: [UInt8]) -> Bool {
    guard count(part) else { return false }
    body += part
    return true
  }

  private func count(_ part: [UInt8]) -> Bool {
    bytes += part.count
    isTooLong = bytes > Self.mostBytes
    return !isTooLong
  }
}

extension String {
  fileprivate func trimmingEnd() -> String {
    var text = self[...]
    while let last = text.last, last.isWhitespace || last.isNewline { text.removeLast() }
    return String(text)
  }
}
