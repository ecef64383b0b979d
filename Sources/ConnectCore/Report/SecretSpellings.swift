/// The ways in which servers and libraries write a string that they repeat.
enum SecretSpellings {
  static func all(of secret: String) -> [String] {
    let slashes = json(secret, asciiOnly: false).replacing("/", with: "\\/")
    return [
      secret,
      json(secret, asciiOnly: false), json(secret, asciiOnly: true), slashes,
      doubling("'", in: secret), doubling("\"", in: secret), doubling("`", in: secret),
      doubling("]", in: secret),
      secret.replacing("\\", with: "\\\\").replacing("'", with: "\\'"),
      Sanitiser.visible(secret, keepingLineBreaks: false),
      // Redis repeats it with line breaks as spaces.
      String(
        String.UnicodeScalarView(secret.unicodeScalars.map { "\r\n".unicodeScalars.contains($0) ? " " : $0 })),
    ] + percents(secret) + markup(secret) + jsonInMarkup(json(secret, asciiOnly: false))
      + encodings(of: secret)
  }

  /// In a URL, with a space as `%20` or, in a query, as `+`.
  private static func percents(_ secret: String) -> [String] {
    [
      unreserved, unreserved + subDelimiters, unreserved + "/", unreserved + subDelimiters + ":@/?",
      unreserved + "!*'()", "*-._",
    ]
    .flatMap { kept in
      [true, false].flatMap { upper in
        let escaped = percent(secret, keeping: kept + alphanumerics + " ", upper: upper)
        return ["%20", "+"].map { escaped.replacing(" ", with: $0) }
      }
    }
  }

  /// What is written where a text has to be letters and digits. Short ones would be parts of words.
  private static func encodings(of secret: String) -> [String] {
    guard secret.utf8.count >= 4 else { return [] }
    let digits = secret.utf8.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    // Three beginnings, since what stands before the secret moves it (RFC 4648 section 4); the characters that are
    // made of its neighbours too are left out.
    let shifted = (0..<3).map { count -> String in
      let padded = base64([UInt8](repeating: 0, count: count) + Array(secret.utf8))
      let first = count == 0 ? 0 : count + 1
      let last = (secret.utf8.count + count) % 3
      let whole = padded.dropFirst(first).filter { $0 != "=" }
      return String(whole.dropLast(last == 0 ? 0 : 1))
    }
    return [digits, digits.uppercased()] + shifted
      + shifted.map { $0.replacing("+", with: "-").replacing("/", with: "_") }
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var result = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var group = part.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - part.count))
      var four: [Character] = []
      for _ in 0..<4 {
        four.append(letters[Int(group & 63)])
        group >>= 6
      }
      result += String(four.reversed().prefix(part.count + 1)) + String(repeating: "=", count: 3 - part.count)
    }
    return result
  }

  /// Characters that RFC 3986 section 2.3 lets stand everywhere.
  private static let unreserved = alphanumerics + "-._~"
  private static let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
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
