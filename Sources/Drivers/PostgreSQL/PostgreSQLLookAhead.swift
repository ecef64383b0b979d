import CLibPQ
internal import ConnectCore
internal import Transport

/// What a server said in clear, seen before libpq read it, since libpq's messages hide half of it.
struct PostgreSQLLookAhead {
  /// The answer to SSLRequest.
  private var tlsAnswer: [UInt8] = []
  /// The beginning of what came after a plain StartupMessage.
  private var plainAnswer: [UInt8] = []
  /// How much came after a plain StartupMessage, at least.
  private var plainCount = 0

  /// Whether nothing has come at all.
  var heardNothing: Bool { tlsAnswer.isEmpty && plainAnswer.isEmpty }

  /// Looks at what has come and libpq has not read yet.
  mutating func look(at connection: LibPQConnection) {
    if let tlsGuard = connection.tlsGuard {
      // Until the handshake has begun, what arrives is the answer to SSLRequest.
      if !tlsGuard.attached, connection.status == CONNECTION_SSL_STARTUP { tlsAnswer = connection.peek() }
    } else if connection.status == CONNECTION_AWAITING_RESPONSE {
      // libpq's buffer grows by doubling: where much has come, much more is taken at once.
      let bytes = connection.peek(atMost: plainCount < 16_384 ? 16_384 : PostgreSQLMessages.mostBeforeLogin)
      plainCount += bytes.count
      if plainAnswer.count < 64 { plainAnswer += bytes }
    }
  }

  /// What answered, if it cannot be PostgreSQL.
  var stranger: ForeignAnswer? {
    if case .foreign(let answer) = TLSAnswer(tlsAnswer) { return answer }
    let answer = ForeignAnswer(recognising: plainAnswer)
    return answer.protocolName != nil || plainCount > PostgreSQLMessages.mostBeforeLogin ? answer : nil
  }

  /// Whether an error answers SSLRequest. libpq would close the connection on its first letter.
  var reportsError: Bool { tlsAnswer.first == UInt8(ascii: "E") && stranger == nil }

  /// Whether the server has answered that it has no TLS.
  var refusesTLS: Bool { TLSAnswer(tlsAnswer) == .no }

  /// The whole of what came where `answer` came instead of the handshake: an SSH banner in pieces has begun with
  /// the letter that means yes.
  func whole(of answer: ForeignAnswer) -> ForeignAnswer {
    let whole = ForeignAnswer(recognising: tlsAnswer.prefix(1) + answer.bytes)
    return whole.protocolName == nil ? answer : whole
  }

  /// An error that answered a plain StartupMessage, as much of it as was seen.
  var loginError: ServerError? { PostgreSQLMessages.beginningOfError(plainAnswer) }

  /// What answered a plain StartupMessage, if it is not a message that PostgreSQL's servers send.
  var insteadOfLogin: ForeignAnswer? {
    guard case .foreign = PostgreSQLMessages.answer(plainAnswer) else { return nil }
    return ForeignAnswer(recognising: plainAnswer)
  }

  /// How the password travelled over a plain connection.
  var passwordRemarks: [Remark] {
    var bytes = plainAnswer
    while true {
      switch PostgreSQLMessages.answer(bytes) {
      case .authentication(let code):
        // 3 is AuthenticationCleartextPassword; 5 and 10 are hashed (chapter 55.7).
        return code == 3 ? [.passwordSentInClear] : code == 5 || code == 10 ? [] : [.passwordMaybeSentInClear]
      case .goesOn(let length): bytes.removeFirst(length)
      case .error, .foreign, .incomplete: return [.passwordMaybeSentInClear]
      }
    }
  }
}
