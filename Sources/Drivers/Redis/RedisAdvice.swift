internal import ConnectCore

/// What is wrong and what to change, where the cause's own words do not fit Redis.
enum RedisAdvice {
  static let notValid: RedisRule.Words = (
    "A server answered as Redis does, but what it said then is not valid Redis.",
    "Check Host and Port in the connection editor, and what stands between this computer and the server: a proxy may not know all of Redis' commands."
  )

  @Sendable static func protectedMode(_ failure: ConnectionFailure, _ target: ConnectionTarget)
    -> RedisRule.Words?
  {
    (
      "The server takes connections from its own computer only.",
      "On the server, set a password (requirepass, or a user's by ACL SETUSER), or set protected-mode no in a network that you trust; or connect from the server itself, for example through an SSH tunnel."
    )
  }

  /// A user who is logged in may not run a command; before, the refusal is about the login.
  @Sendable static func mayNotRun(_ failure: ConnectionFailure, _ target: ConnectionTarget)
    -> RedisRule.Words?
  {
    guard failure.stage == .query else { return nil }
    let who =
      target.password == nil ? "The default user" : target.user.map { "The user “\($0)”" } ?? "The user"
    let command = failure.error.flatMap { refusedCommand(in: $0.text) } ?? "a command of this test"
    return (
      "\(who) is logged in, but may not run \(command).",
      "Have the server's administrator allow it (ACL SETUSER)."
        + (target.database == nil ? "" : " Without a Database (-d/--database) the test needs no SELECT.")
    )
  }

  /// `NOPERM this user has no permissions to run the 'select' command`.
  private static func refusedCommand(in text: String) -> String? {
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].hasSuffix("run the ") else { return nil }
    return parts[1].uppercased()
  }

  @Sendable static func noUsers(_ failure: ConnectionFailure, _ target: ConnectionTarget)
    -> RedisRule.Words?
  {
    target.user.map {
      (
        "The server knows no users, so nobody can log in as “\($0)”.",
        "Leave Username empty in the connection editor (on the command line, leave -U/--user out), and give the password alone."
      )
    }
  }

  @Sendable static func noDatabase(_ failure: ConnectionFailure, _ target: ConnectionTarget)
    -> RedisRule.Words?
  {
    target.database.map {
      (
        "The server has no database with the number \($0).",
        "Check Database in the connection editor: the server counts from 0 up to one less than its setting databases (16, unless it was changed). On the command line it is -d/--database."
      )
    }
  }

  @Sendable static func onlyDatabase(_ failure: ConnectionFailure, _ target: ConnectionTarget)
    -> RedisRule.Words?
  {
    target.database.map {
      (
        "The server has no database with the number \($0).",
        "Leave Database empty in the connection editor (on the command line, leave -d/--database out)."
      )
    }
  }
}
