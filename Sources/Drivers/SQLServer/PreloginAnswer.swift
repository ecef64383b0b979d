internal import ConnectCore
internal import Transport

/// What comes back on PRELOGIN.
enum PreloginAnswer: Equatable {
  case prelogin(PreloginMessage)
  /// The server reports errors at once, such as that it takes no more connections.
  case errors(ServerError)
  /// It is no SQL Server that answers.
  case foreign
  case incomplete

  /// No answer to PRELOGIN is longer.
  private static let most = 4_096

  /// Reads what has come so far.
  init(_ bytes: [UInt8]) {
    guard let first = bytes.first else {
      self = .incomplete
      return
    }
    guard first == TDSPacket.Kind.tabularResult, bytes.count <= Self.most else {
      self = .foreign
      return
    }
    var collector = TDSMessageCollector()
    collector.add(bytes)
    switch collector.next() {
    case .incomplete: self = .incomplete
    case .foreign: self = .foreign
    case .message(let message):
      if let prelogin = PreloginMessage(message.data), prelogin.encryption != nil, collector.pending.isEmpty {
        self = .prelogin(prelogin)
      } else if let tokens = TDSTokens(message.data), let error = SQLServerErrors.error(tokens.errors) {
        self = .errors(error)
      } else {
        self = .foreign
      }
    }
  }
}

extension FailureEvent {
  /// Whether the connection broke (RST).
  var isReset: Bool {
    if case .reset = self { true } else { false }
  }
}
