extension ConnectionURL {
  /// Reads what follows the scheme of an engine that opens a file: `sqlite:relative/path`, `sqlite:/absolute/path`,
  /// `sqlite:///absolute/path`, `sqlite://relative/path` (as SQLx writes it), `sqlite::memory:`.
  mutating func readFile(_ rest: Substring, _ url: String) throws(UsageError) {
    let written = rest.prefix { $0 != "?" }
    var path = written
    if written.hasPrefix("//") {
      path = written.dropFirst(2)
      let authority = path.prefix { $0 != "/" }
      // The authorities that SQLite's own URIs may have (sqlite.org/uri.html, section 3).
      if authority == "localhost", authority.endIndex != path.endIndex {
        path = path[authority.endIndex...]
      } else if authority != ":memory:", authority.contains(where: { "@:".contains($0) }) {
        throw Self.unreadable(
          url,
          "a file has no user, password, host or port; an absolute path follows \(scheme.name)://, a relative one \(scheme.name):"
        )
      }
    }
    guard var file = path.percentDecoded() else {
      throw Self.unreadable(url, "a % in its path is not followed by two hexadecimal digits of UTF-8")
    }
    // SQLAlchemy's spelling.
    if file == "/:memory:" { file = ":memory:" }
    while file.hasPrefix("//") { file.removeFirst() }
    if !file.isEmpty { set(.database, file) }
    try readQuery(URLParts(rest[written.endIndex...]), url)
  }
}
