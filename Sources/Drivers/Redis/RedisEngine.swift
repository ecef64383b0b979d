internal import ConnectCore
internal import Transport

/// What Redis adds to the test of one host: its PING, its login, and what it says of itself.
struct RedisEngine: DirectEngine {
  /// nil: the test ends before the login.
  let hiredis: Hiredis?

  func greet(over stream: any ByteStream, deadline: Deadline) throws(StreamFailure) -> DirectGreeting {
    try RedisGreeting.exchange(over: stream, deadline: deadline)
  }

  func converse(over connection: DirectConnection) throws(ConnectionFailure) -> Session {
    connection.begin(.auth)
    guard let hiredis else { throw connection.failure(.other("hiredis was not opened")) }
    var wire = try RedisWire(connection, hiredis)
    try logIn(over: &wire, connection)
    guard connection.target.until == .query else { return Session() }
    connection.begin(.query)
    return Session(server: try askWhoItIs(over: &wire, connection))
  }

  /// PING goes first: a password is given only to what answers like Redis.
  private func logIn(over wire: inout RedisWire, _ connection: DirectConnection) throws(ConnectionFailure) {
    let target = connection.target
    if let refusal = try wire.ask(["PING"])[0].errorText {
      switch RedisErrors.code(of: refusal) {
      case "NOAUTH": connection.credentialsRequested = true
      // The default user may not even do this; another user may.
      case "NOPERM": break
      default: throw connection.failure(.serverReported, RedisErrors.error(refusal))
      }
      if target.password == nil {
        guard connection.credentialsRequested == false else {
          throw connection.failure(.serverReported, RedisErrors.error(refusal))
        }
      }
    }
    guard let password = target.password else {
      if target.user != nil { connection.remarks.append(.userNotUsed) }
      return
    }
    connection.credentialsRequested = true
    if !connection.isEncrypted, !connection.host.isUnixSocket {
      connection.remarks.append(.passwordSentInClear)
    }
    let login = ["AUTH"] + (target.user.map { [$0] } ?? []) + [password.exposed]
    if let refusal = try wire.ask(login)[0].errorText {
      throw connection.failure(.serverReported, RedisErrors.error(refusal))
    }
  }

  /// Chooses the database, proves that the session works, and asks for name and version, all in one go.
  private func askWhoItIs(
    over wire: inout RedisWire, _ connection: DirectConnection
  ) throws(ConnectionFailure) -> ServerIdentity? {
    let select = connection.target.database.map { [["SELECT", $0]] } ?? []
    let questions = [["PING"], ["HELLO", "2"], ["INFO", "server"], ["INFO", "replication"]]
    let replies = try wire.ask(all: select + questions)
    let answers = Array(replies.suffix(questions.count))
    if !select.isEmpty, let refusal = replies[0].errorText {
      throw connection.failure(.serverReported, RedisErrors.error(refusal))
    }
    if let refusal = answers[0].errorText {
      guard RedisErrors.code(of: refusal) == "NOPERM" else {
        throw connection.failure(.serverReported, RedisErrors.error(refusal))
      }
      // The login stands, and what this user may do is the administrator's business.
      connection.remarks.append(.serverNotice(refusal))
    }
    let facts = RedisFacts(hello: answers[1], server: answers[2], replication: answers[3])
    if facts.isReadOnly { connection.remarks.append(.serverIsReadOnly) }
    return facts.identity
  }
}
