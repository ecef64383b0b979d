/// Which version of the protocol a server and we have in common.
enum CQLVersions {
  /// The one to begin with: it is the same for all servers since Cassandra 2.2, and needs no segments.
  static let preferred: UInt8 = 4
  /// Those that are spoken here, the best first.
  static let spoken: [UInt8] = [4, 5, 3]

  /// The code of a protocol error (section 9).
  private static let protocolError = 0x0A

  /// The version to go on with after a server has refused one; nil: the error is about something else, or there is
  /// none that was not tried yet.
  ///
  /// - Parameter answered: the version of the error's own frame, which is one that the server speaks.
  static func next(code: Int, text: String, answered: UInt8, tried: Set<UInt8>) -> UInt8? {
    guard code == protocolError, isRefusal(text) else { return nil }
    let named = named(in: text) ?? [answered]
    return spoken.first { named.contains($0) && !tried.contains($0) }
  }

  /// `Invalid or unsupported protocol version (4); …`, `… version: 4`, and `Beta version of the protocol used (…)`.
  static func isRefusal(_ text: String) -> Bool {
    let text = text.lowercased()
    return text.contains("unsupported protocol version") || text.contains("beta version of the protocol")
  }

  /// The versions that a refusal names: `supported versions are (3/v3, 4/v4, 5/v5-beta)` (Cassandra 3.10 and later),
  /// `the lowest supported version is 3 and the greatest is 4` (before). Those in beta are left out. nil: none.
  static func named(in text: String) -> Set<UInt8>? {
    if let start = text.firstRange(of: "supported versions are (") {
      let list = text[start.upperBound...].prefix { $0 != ")" }
      return Set(list.split(separator: ",").compactMap { version(String($0)) })
    }
    guard let lowest = number(after: "lowest supported version is ", in: text),
      let greatest = number(after: "greatest is ", in: text), lowest <= greatest
    else { return nil }
    return Set(lowest...greatest)
  }

  /// `4/v4`; nil for `6/v6-beta` and for what is no version.
  private static func version(_ entry: String) -> UInt8? {
    let entry = entry.filter { $0 != " " }
    guard !entry.lowercased().contains("beta") else { return nil }
    return UInt8(entry.prefix { $0 != "/" })
  }

  private static func number(after words: String, in text: String) -> UInt8? {
    guard let place = text.firstRange(of: words) else { return nil }
    return UInt8(text[place.upperBound...].prefix { $0.isASCII && $0.isNumber })
  }
}
