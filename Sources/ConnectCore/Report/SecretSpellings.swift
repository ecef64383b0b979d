/// The ways in which servers and libraries write a string that they repeat.
enum SecretSpellings {
  static func all(of secret: String) -> [String] {
    let slashes = json(secret, asciiOnly: false).replacing("/", with: "\\/")
    return [
      secret,
      percent(secret, keeping: unreserved, upper: true), percent(secret, keeping: unreserved, upper: false),
      percent(secret, keeping: unreserved + subDelimiters, upper: true),
      percent(secret, keeping: unreserved + subDelimiters, upper: false),
      percent(secret, keeping: unreserved + " ", upper: true).replacing(" ", with: "+"),
      json(secret, asciiOnly: false), json(secret, asciiOnly: true), slashes,
      doubling("'", in: secret), doubling("\"", in: secret), doubling("`", in: secret),
      doubling("]", in: secret),
      secret.replacing("\\", with: "\\\\").replacing("'", with: "\\'"),
      Sanitiser.visible(secret, keepingLineBreaks: false),
    ]
  }

  /// Characters that RFC 3986 section 2.3 lets stand everywhere.
  private static let unreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
  /// Characters that many encoders let stand in a user part (RFC 3986 section 2.2).
  private static let subDelimiters = "!$&'()*+,;="

  private static func percent(_ text: String, keeping kept: String, upper: Bool) -> String {
    let kept = Set(kept.utf8)
    var result = ""
    for byte in text.utf8 {
      if kept.contains(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: upper)
        result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return result
  }

  private static func json(_ text: String, asciiOnly: Bool) -> String {
    let quoted = JSONText.quoted(text, asciiOnly: asciiOnly)
    // Bytes, since a combining character after the quote is one letter with it.
    return String(decoding: quoted.utf8.dropFirst().dropLast(), as: UTF8.self)
  }

  private static func doubling(_ quote: String, in text: String) -> String {
    text.replacing(quote, with: quote + quote)
  }
}
