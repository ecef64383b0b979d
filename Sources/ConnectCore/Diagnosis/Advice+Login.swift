extension Advice {
  static func authenticationFailed(_ context: FailureContext) -> Advice {
    let user = context.user.map { " of user \($0)" } ?? ""
    guard context.target.password != nil else {
      return Advice(
        "The server rejected the login\(user): no password was given.",
        app: "Enter Username and Password in the connection editor.",
        commandLine: "--user USER --password SOURCE (prompt, env:NAME, file:PATH …)")
    }
    return Advice(
      "The server rejected the login\(user).",
      app: "Check Username and Password in the connection editor.",
      commandLine: "--user USER --password SOURCE (prompt, env:NAME, file:PATH …)")
  }

  static func databaseNotFound(_ context: FailureContext) -> Advice {
    let name = context.database ?? context.user
    return Advice(
      "The server has no database\(name.map { " named \($0)" } ?? " of that name").",
      app: "Check Database in the connection editor; upper and lower case may matter.",
      commandLine: "--database NAME")
  }

  static func accessDenied(_ context: FailureContext) -> Advice {
    if let advice = mendInPlain(context) { return advice }
    let user = context.user.map { " of user \($0)" } ?? ""
    let database = context.database.map { " to database \($0)" } ?? ""
    let message = "The server does not allow the login\(user)\(database) from this computer"
    if context.finding?.recommendedMode == .disabled {
      return Advice(
        message + " over TLS; it takes this login only in plain text.",
        app:
          "Have the server allow it over TLS. Only if that cannot be: open the connection editor, switch to the SSL tab, and set Mode to Disabled. \(loss(of: .disabled))",
        commandLine: "--ssl disabled", mode: .disabled)
    }
    return Advice(
      message + ".",
      app: "Ask the server's administrator to allow it."
        + (refusesEitherWay(context) ? " Another SSL mode does not help." : ""),
      commandLine: "--user USER --database NAME, for a login that is allowed")
  }

  /// What there is to mend where the server takes the login only without TLS, and it failed there: no mode is at
  /// fault, since Preferred went the only way that there is.
  private static func mendInPlain(_ context: FailureContext) -> Advice? {
    guard context.mode == .preferred, context.plainPassTookLogin, let plain = context.ofPlainPass,
      let cause = context.plainPassCause
    else { return nil }
    var advice = row(for: cause, in: plain)
    advice.message =
      "The server takes this login only without TLS, and Preferred went on in plain text, as it should. \(advice.message)"
    advice.recommendedMode = nil
    return advice
  }

  /// Whether the server was asked the other way too, and that way is closed.
  private static func refusesEitherWay(_ context: FailureContext) -> Bool {
    context.failure.answers.contains { answer in
      switch answer {
      case .refusesOverTLS, .refusesInPlain, .offersNoTLS: true
      case .takesLoginOverTLS, .takesLoginInPlain, .acknowledgesPassword, .asksForClientCertificate,
        .speaksTLSDirectly, .speaksStrictTDS, .isAnother, .isMember, .unanswered:
        false
      }
    }
  }

  static func tooManyConnections(_ context: FailureContext) -> Advice {
    Advice(
      "The server has no free connection\(context.user.map { " for user \($0)" } ?? "").",
      app: "Close connections that are not used, or raise the server's limit, and try again.",
      commandLine: "the same command, later")
  }

  static func serverNotReady(_ context: FailureContext) -> Advice {
    Advice(
      "The server at \(context.place) is not ready: it is starting, stopping or recovering.",
      app: "Wait until it is up, and try again.",
      commandLine: "the same command, later")
  }
}
