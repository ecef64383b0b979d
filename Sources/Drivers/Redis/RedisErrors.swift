internal import ConnectCore

/// Redis' errors, as evidence: their first word is a code (Redis documentation, "RESP errors").
enum RedisErrors {
  /// How the description of an answer ends that is none of the protocol's, from a server that speaks it otherwise.
  static let notValid = "is not valid Redis"

  static func error(_ text: String) -> ServerError {
    ServerError(text: text, nativeCode: code(of: text), origin: .server)
  }

  /// The refusal of AUTH. A server without that command repeats what followed it, cut and changed, so that nobody
  /// can find the password in it any more: that is left out.
  static func refusalOfLogin(_ text: String) -> ServerError {
    // Bytes, since a combining character would be one with the colon.
    guard let echo = text.utf8.firstRange(of: argumentsFollow.utf8) else { return error(text) }
    return error("\(text[..<echo.upperBound]) …")
  }

  /// `commandProcessed` of Redis 5 to 8: `unknown command 'AUTH', with args beginning with: 'user' 'password' `.
  private static let argumentsFollow = "with args beginning with:"

  /// `NOAUTH`, `WRONGPASS`, `ERR`; nil: the text does not begin like one.
  static func code(of text: String) -> String? {
    // Pika and others put the code that clients look for behind the general one.
    let text = text.hasPrefix("ERR NOAUTH") ? text.dropFirst("ERR ".count) : text[...]
    let word = text.prefix { $0 != " " }
    let isCode =
      !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }
    return isCode ? String(word) : nil
  }
}
