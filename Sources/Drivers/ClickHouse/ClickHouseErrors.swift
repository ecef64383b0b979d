internal import ConnectCore

/// What ClickHouse says, as evidence.
enum ClickHouseErrors {
  /// UNKNOWN_FUNCTION, and the code's place in ClickHouse's list of them (src/Common/ErrorCodes.cpp).
  static let unknownFunction = "46"

  /// ClickHouse answered, and with something else than the query's row.
  static let notTheRow = FailureEvent.other("the answer is not the row that the query asked for")

  /// The exceptions that end a login: UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, IP_ADDRESS_NOT_ALLOWED,
  /// AUTHENTICATION_FAILED.
  private static let loginCodes: Set = ["192", "193", "194", "195", "516"]

  static func isAboutTheUser(_ error: ServerError) -> Bool {
    error.nativeCode.map(loginCodes.contains) ?? false || error.text.contains("(USER_EXPIRED)")
  }

  /// An exception, as all versions write it: `Code: 193, e.displayText() = DB::Exception: …` and
  /// `Code: 516. DB::Exception: …`. It may follow a part of an answer that had begun with status 200.
  ///
  /// - Parameters:
  ///   - code: the header X-ClickHouse-Exception-Code.
  ///   - isOwn: whether another header says that it is from ClickHouse. Other servers have exceptions too.
  /// - Returns: nil if it is none.
  static func exception(_ text: String, code: Int?, isOwn: Bool = false) -> ServerError? {
    let start = exceptionStart(text, words: ownWords + (isOwn ? ["Exception"] : []))
    guard let code = code.flatMap({ $0 == 0 ? nil : $0 }) ?? start?.code else { return nil }
    let words = start.map { String(text[$0.index...]) } ?? text
    return ServerError(
      text: words.isEmpty ? "X-ClickHouse-Exception-Code: \(code)" : trimmed(words), nativeCode: String(code),
      origin: .server)
  }

  private static let ownWords = ["DB::", "e.displayText()", "e.code()"]

  /// The number behind the first `Code: ` that one of the words follows.
  private static func exceptionStart(_ text: String, words: [String]) -> (index: String.Index, code: Int)? {
    var rest = text.utf8[...]
    while let start = rest.firstRange(of: Array("Code: ".utf8)) {
      let digits = rest[start.upperBound...].prefix { (48...57).contains($0) }.prefix(9)
      let behind = rest[digits.endIndex...].prefix(64)
      if !digits.isEmpty,
        words.contains(where: { behind.firstRange(of: Array($0.utf8)) != nil }),
        let code = Int(String(Substring(digits)))
      {
        return (start.lowerBound, code)
      }
      rest = rest[start.upperBound...]
    }
    return nil
  }

  /// How the port of clickhouse-client's protocol answers HTTP: `Port 9000 is for clickhouse-client program.`
  static func isNativePort(_ text: String) -> Bool { text.contains("is for clickhouse-client program") }

  /// The port that it names: `You must use port 8123 for HTTP.`
  static func portNamed(by text: String) -> String? {
    guard let words = text.firstRange(of: "must use port ") else { return nil }
    let digits = text[words.upperBound...].prefix { $0.isASCII && $0.isNumber }.prefix(5)
    return digits.isEmpty ? nil : String(digits)
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
