/// A URL after its `//`, cut at its delimiters, nothing decoded yet.
struct URLParts {
  struct Place {
    /// An address is without its brackets.
    var host: Substring
    var port: Substring
  }

  private(set) var user: Substring?
  private(set) var password: Substring?
  private(set) var places: [Place] = []
  /// nil: there is no `/`.
  private(set) var path: Substring?
  private(set) var query: [(key: Substring, value: Substring?)] = []
  /// Why it cannot be read, without a word of it; nil: it can.
  private(set) var fault: String?

  /// Cuts as libpq does: the user and the password end at an `@` before the first `/`, even behind a `?`
  /// (but `host?user=me@corp` is a query, since there is no password that the `?` could belong to).
  init(_ body: Substring) {
    var authority = body.prefix { $0 != "/" }
    let rest = body[authority.endIndex...]
    var queryText: Substring?

    let beforeMark = authority.prefix { $0 != "?" }
    if beforeMark.contains(where: { ":@".contains($0) }), let first = authority.firstIndex(of: "@") {
      let end = authority[first...].firstIndex(of: "?") ?? authority.endIndex
      let last = authority[..<end].lastIndex(of: "@") ?? first
      let userInfo = authority[..<last].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      user = userInfo.first
      password = userInfo.count > 1 ? userInfo[1] : nil
      authority = authority[authority.index(after: last)...]
    }
    if let mark = authority.firstIndex(of: "?") {
      // There is no path; a slash that follows belongs to the query.
      queryText = body[body.index(after: mark)...]
      authority = authority[..<mark]
    } else if rest.first == "/" {
      let path = rest.dropFirst().prefix { $0 != "?" }
      self.path = path
      if path.endIndex != rest.endIndex { queryText = rest[rest.index(after: path.endIndex)...] }
    }
    readPlaces(authority)
    if let queryText { readQuery(queryText) }
    if path?.contains("@") == true {
      fault = "an @ or / in a user name, password or database is written as %40 or %2F"
    }
  }

  private mutating func readPlaces(_ authority: Substring) {
    guard !authority.isEmpty else { return }
    for text in authority.split(separator: ",", omittingEmptySubsequences: false) {
      guard let place = place(text) else {
        fault = "after its host comes something that is not a port from 1 to 65535"
        return
      }
      places.append(place)
    }
  }

  private func place(_ text: Substring) -> Place? {
    var host: Substring
    var port: Substring
    if text.first == "[" {
      guard let bracket = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<bracket]
      port = text[text.index(after: bracket)...]
      guard host.contains(":"), port.isEmpty || port.first == ":" else { return nil }
    } else {
      host = text.prefix { $0 != ":" }
      port = text[host.endIndex...]
    }
    port = port.dropFirst()
    return port.isEmpty || PortNumber.parse(port) != nil ? Place(host: host, port: port) : nil
  }

  private mutating func readQuery(_ text: Substring) {
    for item in text.split(separator: "&") {
      let key = item.prefix { $0 != "=" }
      query.append((key, key.endIndex == item.endIndex ? nil : item[key.endIndex...].dropFirst()))
    }
  }
}
