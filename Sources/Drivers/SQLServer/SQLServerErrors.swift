internal import ConnectCore

/// From what the server said in ERROR tokens to a `ServerError`.
enum SQLServerErrors {
  /// What severity stops at being information (MS-TDS section 2.2.7.10, Class).
  private static let mostOfInformation = 10

  /// The errors as one, in the form in which sqlcmd prints them; nil: there are none among the messages.
  ///
  /// Its number is the one that says most: a login that fails over its database ends with 18456 too.
  static func error(_ messages: [TDSServerMessage]) -> ServerError? {
    let errors = messages.filter { $0.severity > mostOfInformation }
    guard let first = errors.first else { return nil }
    let telling = errors.first { SQLServerRules.cause(number: $0.number) != nil } ?? first
    let text = errors.map { message in
      let server = message.server.isEmpty ? "" : ", Server \(message.server)"
      return
        "Msg \(message.number), Level \(message.severity), State \(message.state)\(server)\n\(message.text)"
    }
    return ServerError(
      text: text.joined(separator: "\n"), nativeCode: String(telling.number), origin: .server)
  }
}
