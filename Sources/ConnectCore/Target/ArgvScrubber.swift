/// Finds the secrets in a command line, so that they can be overwritten before other users see them.
package enum ArgvScrubber {
  /// Bytes of one word.
  package struct Spot: Equatable, Sendable {
    /// The word's index among those that follow the program's name.
    package var word: Int
    package var bytes: Range<Int>

    package init(word: Int, bytes: Range<Int>) {
      self.word = word
      self.bytes = bytes
    }
  }

  /// Where in the words that follow the program's name secrets are, or may be.
  package static func secrets(in words: [String]) -> [Spot] {
    let scanned = CommandLineScanner(words)
    var spots: [Spot] = []
    for value in scanned.values {
      guard let secret = secretPart(of: value) else { continue }
      let start = value.offset + value.text.utf8.count - secret.utf8.count
      spots.append(Spot(word: value.word, bytes: start..<start + secret.utf8.count))
    }
    for (index, word) in words.enumerated() {
      let value = scanned.values.first { $0.word == index }
      let start = value?.offset ?? 0
      let bytes = Array(word.utf8.dropFirst(start))
      // What an @ means in `cmd:…` and `file:…` is another thing.
      let isSource = value.map { takesSecret($0.option) } ?? false
      let found = inURL(bytes) ?? (isSource ? [] : inUserInfo(bytes))
      spots += found.map { Spot(word: index, bytes: start + $0.lowerBound..<start + $0.upperBound) }
    }
    return spots.filter { !$0.bytes.isEmpty }
  }

  private static func takesSecret(_ option: CommandLineOption) -> Bool {
    SecretUse.allCases.contains { $0.rawValue == "--\(option.name)" }
  }

  /// The end of an option's value that is, or may be, a secret.
  private static func secretPart(of value: CommandLineScanner.Value) -> Substring? {
    switch value.option.name {
    case _ where takesSecret(value.option):
      switch try? SecretSource(value.text, option: "") {
      case .text: value.text.dropFirst("pass:".count)
      case nil: value.text[...]
      default: nil
      }
    case "port":
      // Other clients take a password there.
      value.text.allSatisfy { $0.isASCII && $0.isNumber || $0 == "," } ? nil : value.text[...]
    default: URLScheme.isConnectionString(value.text) ? value.text[...] : nil
    }
  }

  private static let secretKeys: Set<String> = [
    "password", "pwd", "passphrase", "truststorepassword",
    "keystorepassword", "token", "accesstoken", "secret", "proxypassword", "authmechanismproperties",
  ]

  private static func isSecret(_ key: String) -> Bool {
    secretKeys.contains(key.lowercased()) || SSLParameter(key: key) == .keyPassphrase
  }

  /// The password of a `user:password@host` that is no URL: one that was given to an option, say.
  private static func inUserInfo(_ bytes: [UInt8]) -> [Range<Int>] {
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")),
      let colon = bytes[..<at].firstIndex(of: UInt8(ascii: ":"))
    else { return [] }
    return [colon + 1..<at]
  }

  /// The password before the last `@` of a URL, what stands where a port should be, and the values of
  /// parameters that are secrets; nil: it is no URL.
  private static func inURL(_ bytes: [UInt8]) -> [Range<Int>]? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let start = text.contains("://") ? text.firstRange(of: "://")?.upperBound : jdbcStart(text) else {
      return nil
    }
    let first = text.utf8.distance(from: text.startIndex, to: start)
    var spots: [Range<Int>] = []
    var queryFrom = first
    let at = bytes[first...].lastIndex(of: UInt8(ascii: "@"))
    let authorityEnd = bytes[first...].firstIndex { "/?;".utf8.contains($0) } ?? bytes.endIndex
    let isQueryAt = at.map { at in bytes[first..<at].contains { "?;".utf8.contains($0) } } ?? false
    let colon = bytes[first...].firstIndex(of: UInt8(ascii: ":"))
    if let at, let colon, colon < at {
      spots.append(colon + 1..<at)
      // An @ in a parameter's value leaves the parameters before it to be looked at.
      if !isQueryAt || colon < authorityEnd { queryFrom = at }
    } else if let at, !isQueryAt, Engine(scheme: String(text.prefix { $0 != ":" })) == .redis {
      // The only word is the password there.
      spots.append(first..<at)
    } else if at == nil, let colon, colon < authorityEnd, bytes[first] != UInt8(ascii: "[") {
      let port = colon + 1..<authorityEnd
      let isPort = bytes[port].allSatisfy { "0123456789,:".utf8.contains($0) }
      if !isPort, !bytes[port].contains(UInt8(ascii: ",")) { spots.append(port) }
    }
    // Oracle writes user/password@place.
    if text.prefix(12).lowercased() == "jdbc:oracle:",
      let at = bytes[first...].firstIndex(of: UInt8(ascii: "@")),
      let slash = bytes[first..<at].firstIndex(of: UInt8(ascii: "/"))
    {
      spots.append(slash + 1..<at)
    }
    return spots + parameters(bytes[queryFrom...])
  }

  /// Where a JDBC URL's scheme ends; nil: it is none.
  private static func jdbcStart(_ text: String) -> String.Index? {
    guard text.prefix(5).lowercased() == "jdbc:" else { return nil }
    let words = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
    guard words.count > 2 else { return nil }
    return words.count > 3 && words[1].lowercased() == "oracle" ? words[3].startIndex : words[2].startIndex
  }

  private static func parameters(_ bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    var spots: [Range<Int>] = []
    var position = bytes.startIndex
    var followsSecret = false
    var delimiters = "?&;".utf8
    while let mark = bytes[position...].firstIndex(where: { delimiters.contains($0) }) {
      position = mark + 1
      delimiters = "&;".utf8
      let end = bytes[position...].firstIndex { "&;".utf8.contains($0) } ?? bytes.endIndex
      guard let equals = bytes[position..<end].firstIndex(of: UInt8(ascii: "=")) else {
        // It may be what follows a bare & in a password.
        if followsSecret { spots.append(position..<end) }
        continue
      }
      let key = String(decoding: bytes[position..<equals], as: UTF8.self)
      followsSecret = key.percentDecoded().map(isSecret) ?? true
      if followsSecret {
        spots.append(equals + 1..<bytes[position...].endIndex(before: UInt8(ascii: "&")))
      }
    }
    return spots
  }
}

extension ArraySlice<UInt8> {
  fileprivate func endIndex(before byte: UInt8) -> Int { firstIndex(of: byte) ?? endIndex }
}
