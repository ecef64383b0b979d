internal import ConnectCore
internal import Transport

/// MySQL's and libmariadb's errors, as evidence.
enum MySQLErrors {
  /// An error by its number, its words and its SQLSTATE, in the form that the mysql and mariadb clients print.
  static func error(_ number: UInt32, _ words: String, sqlState: String?) -> ServerError {
    let state = sqlState.flatMap { $0 == "00000" || $0.isEmpty ? nil : $0 }
    let text = "ERROR \(number)\(state.map { " (\($0))" } ?? ""): \(words)"
    if let wrapped = numberBeforeTLS(in: words) {
      return ServerError(text: text, sqlState: nil, nativeCode: wrapped, origin: .server)
    }
    return ServerError(
      text: text, sqlState: state, nativeCode: String(number),
      origin: isLibrary(number) ? .library("libmariadb") : .server)
  }

  /// CR_* are 2000 to 2999, libmariadb's own 5000 to 5999; all others are a server's.
  private static func isLibrary(_ number: UInt32) -> Bool {
    (2_000..<3_000).contains(number) || (5_000..<6_000).contains(number)
  }

  /// The number of a server's error that the library has wrapped, since it came before TLS:
  /// `Received error packet before completion of TLS handshake. The authenticity of the following error cannot be
  /// verified: 1040 - Too many connections`.
  private static func numberBeforeTLS(in words: String) -> String? {
    guard words.hasPrefix("Received error packet before completion of TLS handshake"),
      let place = words.firstRange(of: "cannot be verified: ")
    else { return nil }
    let number = words[place.upperBound...].prefix { $0.isASCII && $0.isNumber }
    return number.isEmpty ? nil : String(number)
  }

  /// More came than a greeting: it would be taken for a part of what TLS protects.
  static let surplusBeforeTLS = FailureEvent.other("the server sent more than its greeting before TLS")

  /// CR_AUTH_PLUGIN_ERR, as MySQL's own client has it.
  static let fullAuthentication = ServerError(
    text: "caching_sha2_password: the server asks for the password itself, which is sent over TLS only",
    nativeCode: "2061", origin: .library("tablepro-connect"))

  /// CR_PLUGIN_NOT_ALLOWED in the library's words, with the name that the server said: libmariadb 3.3.20 puts there
  /// what lies in its memory.
  static func refusedPlugin(_ name: String?) -> ServerError {
    let name = name ?? "?"
    return error(
      5_010, "Authentication plugin '\(name)' couldn't be found in restricted_auth plugin list.",
      sqlState: "HY000")
  }

  /// What an error says of how a connection was lost, if that is what it says.
  static func event(of error: ServerError?, cut: FailureEvent?, lastRead: [UInt8] = []) -> FailureEvent {
    if let cut { return cut }
    guard let error, error.origin != .server else { return .serverReported }
    // CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR, CR_SERVER_GONE_ERROR, CR_SERVER_LOST, CR_SSL_CONNECTION_ERROR.
    guard ["2002", "2003", "2006", "2013", "2026"].contains(error.nativeCode) else { return .serverReported }
    // The library gives a connection up over what it cannot read, and says that it was lost.
    if !lastRead.isEmpty { return .foreignAnswer(ForeignAnswer(recognising: lastRead)) }
    guard let number = systemError(in: error.text), number != 0 else { return .closed }
    switch FailureEvent.socket(number) {
    // What errno says where nothing went wrong but an end of file.
    case .other, .unreachable: return .closed
    case let event: return event
    }
  }

  /// The words of OpenSSL inside `TLS/SSL error: …`; nil if the text is not about TLS.
  static func openSSLReason(in text: String) -> String? {
    guard let place = text.firstRange(of: "TLS/SSL error: ") else { return nil }
    return String(text[place.upperBound...])
  }

  /// The errno at the end of many of the library's texts: `… (111)`, `… system error: 104`.
  static func systemError(in text: String) -> Int32? {
    if let place = text.firstRange(of: "system error: ") {
      return Int32(text[place.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }
    guard text.last == ")", let open = text.lastIndex(of: "(") else { return nil }
    return Int32(text[text.index(after: open)...].dropLast())
  }
}
