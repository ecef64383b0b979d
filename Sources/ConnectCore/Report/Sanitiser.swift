/// The one gate for text from outside: no secret and no terminal control passes it.
///
/// Takes time in proportion to the text, whatever the text is.
package struct Sanitiser: Sendable {
  private let secrets: SecretPatterns

  package init(secrets: [Secret]) { self.secrets = SecretPatterns(secrets) }

  /// Removes the secrets that a target holds, and those that the server gave.
  package init(for target: ConnectionTarget, and given: [Secret] = []) {
    // A server does not decide about a report by a token of a letter.
    let given = given.filter { $0.exposed.utf8.count >= 8 }
    self.init(
      secrets: [target.password, target.ssl.keyPassphrase, basicLogin(target)].compactMap { $0 } + given)
  }

  /// Text of several lines: its line breaks stay, everything else that is invisible shows.
  package func text(_ raw: String) -> String {
    Self.visible(withoutSecrets(raw), keepingLineBreaks: true)
  }

  /// Text that has to stay on its line: line breaks show as `\n`.
  package func line(_ raw: String) -> String {
    Self.visible(withoutSecrets(raw), keepingLineBreaks: false)
  }

  /// Bytes that need not be text, without secrets and as they came otherwise.
  func bytes(_ raw: [UInt8]) -> [UInt8] { withoutSecrets(raw) ?? raw }

  private func withoutSecrets(_ raw: String) -> String {
    withoutSecrets(Array(raw.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? raw
  }

  /// nil: there are none in it.
  private func withoutSecrets(_ bytes: [UInt8]) -> [UInt8]? {
    guard !secrets.isEmpty else { return nil }
    let ranges = secrets.ranges(in: bytes)
    guard !ranges.isEmpty else { return nil }
    var result: [UInt8] = []
    var position = 0
    for range in ranges {
      result += bytes[position..<range.lowerBound]
      result += Array("***".utf8)
      position = range.upperBound
    }
    return result + bytes[position...]
  }

  /// A text in which control characters, bidirectional controls and characters without a glyph are spelled
  /// out, as Swift spells them in a literal.
  package static func visible(_ raw: String, keepingLineBreaks: Bool) -> String {
    if raw.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return raw }
    var result: [UInt8] = []
    result.reserveCapacity(raw.utf8.count)
    for scalar in raw.unicodeScalars {
      switch scalar.value {
      case 0x20..<0x7f: result.append(UInt8(truncatingIfNeeded: scalar.value))
      case 0x0a: result += keepingLineBreaks ? [0x0a] : Array("\\n".utf8)
      case 0x09: result += Array((keepingLineBreaks ? "    " : "\\t").utf8)
      case 0x0d: result += Array("\\r".utf8)
      default:
        result += Array((isInvisible(scalar) ? escape(scalar) : String(scalar)).utf8)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// `\u{202e}`
  private static func escape(_ scalar: Unicode.Scalar) -> String {
    "\\u{" + String(scalar.value, radix: 16) + "}"
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isDefaultIgnorableCodePoint
    }
  }
}

/// User and password as HTTP's Basic writes them (RFC 7617 section 2), where an engine may be asked so.
private func basicLogin(_ target: ConnectionTarget) -> Secret? {
  guard target.engine == .clickhouse, let password = target.password, !password.exposed.isEmpty else {
    return nil
  }
  return Secret(Base64.text(of: Array("\(target.user ?? ""):\(password.exposed)".utf8)))
}
