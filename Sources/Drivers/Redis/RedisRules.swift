internal import ConnectCore

/// From what a Redis server reported to its cause. Pure; `explain` uses it too.
struct RedisRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    if case .other(let words) = failure.event, words.hasSuffix(RedisErrors.notValid) {
      return Finding(cause: .wrongProtocol, advice: RedisAdvice.notValid)
    }
    guard failure.event == .serverReported, let text = failure.error?.text else { return nil }
    guard let rule = Self.rule(for: text) else {
      // The answer to AUTH: nothing else is refused once the credentials have been asked for and given.
      let refusesLogin = failure.stage == .auth && failure.credentialsRequested
      return refusesLogin ? Finding(cause: .authenticationFailed) : nil
    }
    return Finding(
      cause: rule.cause, notes: rule.note.map { [$0] } ?? [], advice: rule.advice(failure, target))
  }

  /// What a refusal says about the way to a session.
  static func meaning(of refusal: String) -> RedisRule.Meaning { rule(for: refusal)?.meaning ?? .unclear }

  private static func rule(for text: String) -> RedisRule? {
    let code = RedisErrors.code(of: text)
    // Versions quote names of commands in different ways.
    let words = text.lowercased().filter { !"'`\"".contains($0) }
    return table.first { rule in
      switch rule.sign {
      case .words(let part): words.contains(part)
      case .code(let known): known == code
      }
    }
  }

  /// Words come before codes, since they say more than the code in front of them.
  private static let table: [RedisRule] = [
    // To a connection, whoever it is.
    RedisRule(.words("max number of clients"), .tooManyConnections, .final),
    RedisRule(.words("max concurrent connections"), .tooManyConnections, .final),
    RedisRule(
      .code("DENIED"), .accessDenied, .final,
      note:
        "The server is in protected mode: it has no password, and takes connections from its own computer only",
      advice: RedisAdvice.protectedMode),
    RedisRule(
      .code("LOADING"), .serverNotReady, .final, note: "The server is loading its data into memory"),
    RedisRule(
      .code("MASTERDOWN"), .serverNotReady, .final,
      note: "The server is a replica without a link to its master, and keeps old data to itself"),
    RedisRule(.code("BUSY"), .serverNotReady, .final, note: "The server is busy with a script"),
    RedisRule(
      .code("CLUSTERDOWN"), .serverNotReady, .unclear,
      note: "The server's cluster does not serve all of its data"),

    // To PING.
    RedisRule(.words("unknown command ping"), .other, .remark),
    RedisRule(
      .code("MISCONF"), .serverNotReady, .remark,
      note: "The server could not save its data to its disk, and takes no writes"),
    RedisRule(.code("NOPERM"), .accessDenied, .remark, advice: RedisAdvice.mayNotRun),

    // To what needs a login, and to AUTH.
    RedisRule(.code("NOAUTH"), .authenticationFailed, .login),
    RedisRule(.words("operation not permitted"), .authenticationFailed, .login),
    RedisRule(.code("WRONGPASS"), .authenticationFailed, .unclear),
    RedisRule(
      .words("called without any password configured"), .authenticationFailed, .unclear,
      note: "The server's default user has no password: it lets in who gives none"),
    RedisRule(
      .words("client sent auth, but no password is set"), .authenticationFailed, .unclear,
      note: "The server has no password: it lets in who gives none"),
    RedisRule(
      .words("wrong number of arguments for auth"), .authenticationFailed, .unclear,
      note: "The server is older than Redis 6 and knows no users", advice: RedisAdvice.noUsers),
    RedisRule(
      .words("unknown command auth"), .authenticationFailed, .unclear,
      note: "The server has no AUTH, or it was renamed"),
    RedisRule(.words("invalid password"), .authenticationFailed, .unclear),
    RedisRule(.words("invalid username-password pair"), .authenticationFailed, .unclear),

    // To SELECT.
    RedisRule(
      .words("db index is out of range"), .databaseNotFound, .unclear, advice: RedisAdvice.noDatabase),
    RedisRule(.words("invalid db index"), .databaseNotFound, .unclear, advice: RedisAdvice.noDatabase),
    // It is the only command whose number is the user's.
    RedisRule(.words("value is not an integer"), .databaseNotFound, .unclear, advice: RedisAdvice.noDatabase),
    RedisRule(
      .words("select is not allowed in cluster mode"), .databaseNotFound, .unclear,
      note: "A server in cluster mode has no database but 0", advice: RedisAdvice.onlyDatabase),
    RedisRule(
      .words("unknown command select"), .databaseNotFound, .unclear,
      note: "A server without SELECT, such as a Sentinel, has no databases", advice: RedisAdvice.onlyDatabase),
  ]
}

/// What one kind of refusal means: for the diagnosis, and for a driver that has a way to go on.
struct RedisRule: Sendable {
  /// What the refusal is known by.
  enum Sign: Sendable {
    /// A part of the text in lower case and without quotes.
    case words(String)
    /// The first word.
    case code(String)
  }

  /// What it says about the way to a session.
  enum Meaning: Sendable {
    /// No login mends it.
    case final
    /// A login is asked for.
    case login
    /// In answer to PING: the server works all the same, and the reader should know.
    case remark
    /// A login may mend it or not.
    case unclear
  }

  typealias Words = (message: String, change: String)

  let sign: Sign
  let cause: Cause
  let meaning: Meaning
  let note: String?
  /// What to say instead of what is said of the cause; nil: that fits.
  let advice: @Sendable (ConnectionFailure, ConnectionTarget) -> Words?

  init(
    _ sign: Sign, _ cause: Cause, _ meaning: Meaning, note: String? = nil,
    advice: @escaping @Sendable (ConnectionFailure, ConnectionTarget) -> Words? = { _, _ in nil }
  ) {
    self.sign = sign
    self.cause = cause
    self.meaning = meaning
    self.note = note
    self.advice = advice
  }
}
