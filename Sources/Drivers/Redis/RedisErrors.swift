internal import ConnectCore

/// Redis' errors, as evidence: their first word is a code (Redis documentation, "RESP errors").
enum RedisErrors {
  static func error(_ text: String) -> ServerError {
    ServerError(text: text, nativeCode: code(of: text), origin: .server)
  }

  /// `NOAUTH`, `WRONGPASS`, `ERR`; nil: the text does not begin like one.
  static func code(of text: String) -> String? {
    let word = text.prefix { $0 != " " }
    let isCode =
      !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }
    return isCode ? String(word) : nil
  }
}
