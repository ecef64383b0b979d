/// What is wrong with the command line, the URL or a variable: one or two lines, exit code 64.
///
/// The message never holds a secret, nor a character that a terminal would obey.
package struct UsageError: Error, Equatable, Sendable {
  package let message: String

  package init(_ message: String) { self.message = message }
}

extension StringProtocol {
  /// The text as a message shows it: in quotes, with control and bidirectional characters spelled out, and
  /// no longer than a line. Of one that may hold a password only as much as of an unreadable URL.
  package var quoted: String {
    let limit = 200
    if URLScheme.mayHoldPassword(String(self)) { return "\"\(URLScheme.shown(String(self)))\"" }
    let text = String(prefix(limit)).visible
    return count > limit ? "\"\(text)…\"" : "\"\(text)\""
  }

  /// The text with control and bidirectional characters spelled out.
  package var visible: String { Sanitiser.visible(String(self), keepingLineBreaks: false) }

  /// Whether the text holds a control character, NUL included.
  var hasControlCharacter: Bool { unicodeScalars.contains { $0.properties.generalCategory == .control } }
}
