/// Reads the values that options can have.
package enum OptionValues {
  /// Throws where a text is nothing that any option takes: it holds a control character, or is a URL.
  static func check(_ given: Given) throws(UsageError) {
    guard !given.value.hasControlCharacter else {
      throw UsageError("\(given.label) holds a control character: \(given.value.quoted).")
    }
    // It would be shown in reports and sent to the server, with the password that it holds.
    guard !URLScheme.isURL(given.value) else {
      throw UsageError(
        "\(given.label) is \(given.value.quoted): a server's URL is given as the first argument, without an option."
      )
    }
    guard !URLScheme.isConnectionString(given.value) else {
      throw UsageError(
        "\(given.label) holds password=, as libpq's connection strings do, and is not shown: give each part by its own option, the password by --password SOURCE."
      )
    }
  }

  /// 0.1 to 86400 seconds.
  static func timeout(_ given: Given) throws(UsageError) -> Double {
    try seconds(given, atLeast: 0.1)
  }

  /// 0 to 86400 seconds; 0 is not to wait.
  package static func wait(_ text: String) throws(UsageError) -> Double {
    try seconds(Given(text, from: .option, as: "--wait"), atLeast: 0)
  }

  /// Seconds in plain decimal notation, a day at most.
  private static func seconds(_ given: Given, atLeast least: Double) throws(UsageError) -> Double {
    let isPlain = given.value.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard isPlain, let seconds = Double(given.value), (least...86_400).contains(seconds) else {
      throw bad(given, "a number of seconds from \(least == 0 ? "0" : "\(least)") to 86400")
    }
    return seconds
  }

  /// Redis' databases have numbers.
  static func checkIndex(_ given: Given) throws(UsageError) {
    guard !given.value.isEmpty, given.value.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      throw bad(given, "the number of a database of Redis'")
    }
  }

  static func mode(_ given: Given) throws(UsageError) -> SSLMode {
    guard let mode = SSLMode(name: given.value) else { throw bad(given, SSLMode.names) }
    return mode
  }

  static func tlsVersion(_ given: Given) throws(UsageError) -> TLSVersion {
    guard let version = TLSVersion(rawValue: given.value) else { throw bad(given, "1.0, 1.1, 1.2 or 1.3") }
    return version
  }

  /// The name without brackets. One that is empty without them and its trailing dot would match anything.
  static func serverName(_ given: Given) throws(UsageError) -> String {
    var name = given.value
    if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
    guard !name.allSatisfy({ $0 == "." }), !name.contains(where: { $0.isWhitespace || "/[]@".contains($0) })
    else {
      throw UsageError("\(given.label) is \(given.value.quoted): that is neither a name nor an address.")
    }
    // OpenSSL's TLSEXT_MAXLEN_host_name; the dot at the end is not sent (RFC 6066 section 3).
    guard name.utf8.count - (name.hasSuffix(".") ? 1 : 0) <= 255 else {
      throw UsageError("\(given.label) is longer than 255 bytes, which TLS cannot carry: \(name.quoted).")
    }
    return name
  }

  static func stage(_ text: String) throws(UsageError) -> ConnectionStage {
    guard let stage = ConnectionStage(rawValue: text), stage != .resolve else {
      throw bad(Given(text, from: .option, as: "--until"), "connect, tls, auth or query")
    }
    return stage
  }

  static func engine(_ text: String) throws(UsageError) -> Engine {
    guard let engine = Engine(name: text) else {
      throw bad(
        Given(text, from: .option, as: "--engine"), Engine.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return engine
  }

  package static func expectation(_ text: String) throws(UsageError) -> Expectation {
    guard let expectation = Expectation(name: text) else {
      throw bad(
        Given(text, from: .option, as: "--expect"),
        "connected or the name of a cause, as in docs/exit-codes.md")
    }
    return expectation
  }

  package static func format(_ text: String) throws(UsageError) -> OutputFormat {
    if let format = OutputFormat(rawValue: text) { return format }
    if ["junit", "github", "nagios", "prometheus"].contains(text) {
      throw UsageError("--format \(text) is not built yet; text and json are.")
    }
    throw bad(Given(text, from: .option, as: "--format"), "text or json")
  }

  package static func color(_ text: String) throws(UsageError) -> ColorChoice {
    guard let choice = ColorChoice(rawValue: text) else {
      throw bad(Given(text, from: .option, as: "--color"), "auto, always or never")
    }
    return choice
  }

  private static func bad(_ given: Given, _ known: String) -> UsageError {
    UsageError("\(given.label) is \(given.value.quoted); it takes \(known).")
  }
}

/// How a report is written (`--format`).
package enum OutputFormat: String, Sendable {
  case text, json
}

/// When colour is used (`--color`).
package enum ColorChoice: String, Sendable {
  case auto, always, never
}
