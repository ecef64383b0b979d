/// How a URL begins, and the engine that it names by that.
struct URLScheme: Equatable, Sendable {
  /// In lower case, without `://`: `postgres`, `jdbc:postgresql`.
  let name: String
  /// nil: `http` and `https`, which leave it to `--engine`.
  let engine: Engine?

  var isJDBC: Bool { name.hasPrefix("jdbc:") }

  /// pgjdbc's, whose URLs have rules of their own.
  var isPgJDBC: Bool { name == "jdbc:postgresql" }

  /// Whether the scheme alone turns TLS on.
  var impliesTLS: Bool { ["mongodb+srv", "rediss", "valkeys", "etcds", "https"].contains(name) }

  /// Whether each host of a list may have it.
  var mayBeRepeated: Bool { engine == .etcd || engine == nil }

  /// The scheme of a URL and what follows it (without `:`, with `//` where it is there).
  ///
  /// Throws where there is none or nobody knows it.
  static func split(_ url: String) throws(UsageError) -> (scheme: URLScheme, rest: Substring) {
    guard let colon = spelled(in: url) else {
      throw UsageError(
        """
        The argument is not a URL like postgres://user@host:5432/database; it is not shown, in case it is a \
        secret. A database's file is sqlite:PATH or duckdb:PATH, or --engine ENGINE -d PATH.
        """)
    }
    let name = url[..<colon].lowercased()
    let rest = url[url.index(after: colon)...]
    if let engine = Engine(scheme: name) { return (URLScheme(name: name, engine: engine), rest) }
    if ["http", "https"].contains(name) { return (URLScheme(name: name, engine: nil), rest) }
    throw UsageError(
      "No engine has the URL scheme of \(shown(url)).\(RedisURL.hint(scheme: name))\(fileHint(name))")
  }

  /// For a scheme by which a library or another program names an engine's file: `jdbc:sqlite`, `sqlite3`.
  private static func fileHint(_ name: String) -> String {
    Engine.allCases.first { $0.traits.opensFile && name.contains($0.rawValue) }
      .map { " \($0.traits.displayName)'s is \($0.rawValue):PATH." } ?? ""
  }

  /// The colon that ends the scheme; nil: the text does not begin like a URL.
  private static func spelled(in url: String) -> String.Index? {
    let isJDBC = url.prefix(5).lowercased() == "jdbc:"
    var colon = url.firstIndex(of: ":")
    if isJDBC, let first = colon {
      colon = url[url.index(after: first)...].firstIndex(of: ":")
      let isOracle = colon.map { url[..<$0].lowercased() == "jdbc:oracle" } ?? false
      if isOracle, let second = colon { colon = url[url.index(after: second)...].firstIndex(of: ":") }
    }
    guard let colon else { return nil }
    // A file's path may follow at once: sqlite:shop.db.
    let opensFile = Engine(scheme: String(url[..<colon]))?.traits.opensFile == true
    guard isJDBC || opensFile || url[colon...].hasPrefix("://") else { return nil }
    let isWord =
      url[..<colon].utf8.count <= 24
      && url[..<colon].allSatisfy {
        $0.isASCII && ($0.isLetter || $0.isNumber || "+-:".contains($0))
      }
    return isWord && colon != url.startIndex ? colon : nil
  }

  /// Whether a text is a URL or has one in it, readable or not.
  static func isURL(_ text: String) -> Bool {
    text.utf8.contains("://".utf8) || spelled(in: text) != nil
  }

  /// Whether a text is one of libpq's connection strings with a password in it: `host=h password=secret`.
  static func isConnectionString(_ text: String) -> Bool {
    text.lowercased().split(separator: " ").contains { $0.hasPrefix("password=") }
      || text.lowercased().contains("password =")
  }

  /// Whether a text looks like something with a password in it, whatever it was meant to be: a URL, or
  /// `user:password@host`.
  static func mayHoldPassword(_ text: String) -> Bool {
    let at = text.utf8.lastIndex(of: UInt8(ascii: "@"))
    return isURL(text) || isConnectionString(text)
      || at.map { text.utf8[..<$0].contains(UInt8(ascii: ":")) } ?? false
  }

  /// A URL as a message may show it: the scheme, and what follows the last `@` up to a query or `;` part.
  /// Where a query could begin before that `@`, what follows it could be a secret, and is left out.
  static func shown(_ url: String) -> String {
    let scheme =
      spelled(in: url).map { colon in
        "\(url[..<colon]):\(url[url.index(after: colon)...].hasPrefix("//") ? "//" : "")…"
      } ?? "…"
    // Bytes, since a combining character after an @ is one letter with it.
    let bytes = url.utf8
    let delimiters = "?;#".utf8
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), !bytes[..<at].contains(where: delimiters.contains)
    else { return scheme.visible }
    let tail = Substring(bytes[at...].prefix { !delimiters.contains($0) })
    return "\(scheme)\(tail.prefix(120))".visible
  }
}
