internal import ConnectCore

/// The place that a redirection names (RFC 9110 section 10.2.2), as far as it tells another server.
struct ClickHouseLocation {
  let isSecured: Bool
  let host: String
  let port: UInt16

  /// nil: it is relative, or no place of the web's.
  init?(_ text: String) {
    let lowered = text.lowercased()
    guard let scheme = ["https://", "http://"].first(where: lowered.hasPrefix) else { return nil }
    isSecured = scheme == "https://"
    let authority = lowered.dropFirst(scheme.count).prefix { !"/?#\\".contains($0) }
    // Behind a user, which has no place there (RFC 9110 section 4.2.4).
    guard !authority.contains("@") else { return nil }
    let end = authority.lastIndex(of: "]").map { authority.index(after: $0) } ?? authority.startIndex
    let colon = authority[end...].lastIndex(of: ":")
    host = Self.name(authority[..<(colon ?? authority.endIndex)])
    let digits = colon.map { authority[authority.index(after: $0)...] } ?? ""
    guard !host.isEmpty, let port = digits.isEmpty ? (isSecured ? 443 : 80) : UInt16(digits) else {
      return nil
    }
    self.port = port
  }

  func isAt(_ hosts: [HostPort]) -> Bool { hosts.contains { Self.name($0.host.lowercased()[...]) == host } }

  /// Without brackets and a dot at the end.
  private static func name(_ host: Substring) -> String {
    var host = host
    if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
    if host.last == "." { host.removeLast() }
    return String(host)
  }
}
