internal import ConnectCore
internal import Transport

/// The conversation with one server: who logs in, what proves the session, and who the server is.
struct RedisLogin {
  private let connection: DirectConnection
  private var wire: RedisWire

  private var target: ConnectionTarget { connection.target }

  init(_ connection: DirectConnection, _ hiredis: Hiredis) throws(ConnectionFailure) {
    self.connection = connection
    wire = try RedisWire(connection, hiredis)
  }

  /// PING goes first: a password is given only to what answers like Redis.
  mutating func logIn() throws(ConnectionFailure) {
    if let refusal = try wire.ask("PING").errorText { try judge(refusal) }
    guard let password = target.password else {
      if target.user != nil { connection.remarks.append(.userNotUsed) }
      return
    }
    connection.credentialsRequested = true
    if !connection.isEncrypted, !connection.host.isUnixSocket {
      connection.remarks.append(.passwordSentInClear)
    }
    try wire.send([["AUTH"] + (target.user.map { [$0] } ?? []) + [password.exposed]])
    let answer = try wire.reply()
    if let refusal = answer.errorText {
      throw connection.failure(.serverReported, RedisErrors.refusalOfLogin(refusal))
    }
    try expect("OK", answer, to: "AUTH")
  }

  /// Whether a server that refused the first PING is worth a login, or has let in who needs none.
  private mutating func judge(_ refusal: String) throws(ConnectionFailure) {
    let meaning = RedisRules.meaning(of: refusal)
    connection.credentialsRequested = meaning == .login
    if target.password != nil {
      guard meaning != .final else { throw refused(refusal) }
    } else {
      guard meaning == .remark else { throw refused(refusal) }
      // A server without PING says so before it asks for a login.
      if let second = try wire.ask("ECHO", "PING").errorText, RedisRules.meaning(of: second) == .login {
        connection.credentialsRequested = true
        throw refused(second)
      }
    }
    // What the default user may not do is no news of another user's.
    if meaning == .remark, target.password == nil || RedisErrors.code(of: refusal) != "NOPERM" {
      connection.remarks.append(.serverNotice(refusal))
    }
  }

  /// Chooses the database, and shows by a PING that the session works.
  mutating func prove() throws(ConnectionFailure) {
    // Every session begins in 0, and who needs no other one needs no right to choose.
    let index = target.database.flatMap { index in index.allSatisfy { $0 == "0" } ? nil : index }
    try wire.send((index.map { [["SELECT", $0]] } ?? []) + [["PING"]])
    if index != nil {
      let answer = try wire.reply()
      try expect("OK", answer, to: "SELECT")
    }
    let proof = try wire.reply()
    if let refusal = proof.errorText, RedisRules.meaning(of: refusal) == .remark {
      // The login stands, and what this user may do is the administrator's business.
      connection.remarks.append(.serverNotice(refusal))
    } else {
      try expect("PONG", proof, to: "PING")
    }
  }

  /// Who the server is, as far as it says so. The session has been proven: nothing that goes wrong here ends the
  /// test. Proxies hang up on these questions.
  mutating func askWhoItIs() -> ServerIdentity? {
    let whole = connection.deadline
    let end = whole.earlier(by: min(.milliseconds(100), whole.remaining / 4))
    connection.deadline = end.orSooner(in: .seconds(1))
    var replies: [RedisReply] = []
    var lost: ConnectionFailure?
    do throws(ConnectionFailure) {
      try wire.send([["INFO", "server"], ["INFO", "replication"], ["HELLO", "2"]])
      while replies.count < 3 { replies.append(try wire.reply()) }
    } catch {
      lost = error
    }
    let refusal = replies.compactMap(\.errorText).first
    replies += Array(repeating: .null, count: 3 - replies.count)
    let facts = RedisFacts(hello: replies[2], server: replies[0], replication: replies[1])
    if facts.isReadOnly { connection.remarks.append(.serverIsReadOnly) }
    let identity = facts.identity
    if identity == nil {
      let unsaid = connection.failure(.other("its answers to INFO and HELLO name none"))
      connection.remarks.append(.notIdentified(lost ?? refusal.map(refused) ?? unsaid))
    }
    return identity
  }

  private func refused(_ refusal: String) -> ConnectionFailure {
    connection.failure(.serverReported, RedisErrors.error(refusal))
  }

  /// Throws unless the reply is that status.
  private func expect(
    _ status: String, _ reply: RedisReply, to command: String
  ) throws(ConnectionFailure) {
    switch reply {
    case .status(status): return
    case .error(let text): throw refused(text)
    default: throw connection.failure(.other("the answer to \(command) \(RedisErrors.notValid)"))
    }
  }
}
