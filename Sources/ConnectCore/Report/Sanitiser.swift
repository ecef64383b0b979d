/// The one gate for text from outside: no secret and no terminal control passes it.
///
/// Takes time in proportion to the text, whatever the text is.
package struct Sanitiser: Sendable {
  private let secrets: SecretPatterns

  package init(secrets: [Secret]) { self.secrets = SecretPatterns(secrets) }

  /// Removes the secrets that a target holds.
  package init(for target: ConnectionTarget) {
    self.init(secrets: [target.password, target.ssl.keyPassphrase].compactMap { $0 })
  }

  /// Text of several lines: its line breaks stay, everything else that is invisible shows.
  package func text(_ raw: String) -> String {
    Self.visible(withoutSecrets(raw), keepingLineBreaks: true)
  }

  /// Text that has to stay on its line: line breaks show as `\n`.
  package func line(_ raw: String) -> String {
    Self.visible(withoutSecrets(raw), keepingLineBreaks: false)
  }

  private func withoutSecrets(_ raw: String) -> String {
    guard !secrets.isEmpty else { return raw }
    let scalars = Array(raw.unicodeScalars)
    let ranges = secrets.ranges(in: scalars)
    guard !ranges.isEmpty else { return raw }
    var result = String.UnicodeScalarView()
    var position = 0
    for range in ranges {
      result.append(contentsOf: scalars[position..<range.lowerBound])
      result.append(contentsOf: "***".unicodeScalars)
      position = range.upperBound
    }
    result.append(contentsOf: scalars[position...])
    return String(result)
  }

  /// A text in which control characters, bidirectional controls and characters without a glyph are spelled
  /// out, as Swift spells them in a literal.
  package static func visible(_ raw: String, keepingLineBreaks: Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in raw.unicodeScalars {
      switch scalar {
      case "\n": result.append(contentsOf: keepingLineBreaks ? "\n".unicodeScalars : "\\n".unicodeScalars)
      case "\t": result.append(contentsOf: keepingLineBreaks ? "    ".unicodeScalars : "\\t".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case " "..."~": result.append(scalar)
      default:
        if isInvisible(scalar) {
          result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        } else {
          result.append(scalar)
        }
      }
    }
    return String(result)
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isBidiControl { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }
}
