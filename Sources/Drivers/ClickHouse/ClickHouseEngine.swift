internal import ConnectCore
internal import HTTP
internal import Synchronization
internal import Transport

/// What ClickHouse adds to the test of one host: its health check, and a query that nobody else would answer so.
final class ClickHouseEngine: DirectEngine {
  /// nil: the test ends before the login.
  private let curl: LibCurl?
  /// A second question, for which the server wants a second connection.
  private struct Next {
    let question: ClickHouseDialogue.Question
    /// What the first has come to.
    let first: ConnectionFailure
    /// Whether the second connection is being made.
    var isUnderWay = false
  }
  private let next = Mutex<Next?>(nil)

  let carrier: String? = "HTTP"

  init(curl: LibCurl?) { self.curl = curl }

  func forHost() -> ClickHouseEngine { ClickHouseEngine(curl: curl) }

  func triesAgain(after failure: ConnectionFailure) -> Bool {
    next.withLock { next in
      guard next?.isUnderWay == false else { return false }
      next?.isUnderWay = true
      return true
    }
  }

  /// Without a second connection it is the first refusal that counts.
  func settled(_ failure: ConnectionFailure) -> ConnectionFailure {
    guard let next = next.withLock({ $0 }), next.question.login.isCertificate else { return failure }
    return next.first.adding(
      .unanswered("the login by the certificate alone: there was no second connection"))
  }

  func greet(over stream: any ByteStream, deadline: Deadline) throws(StreamFailure) -> DirectGreeting {
    try ClickHouseGreeting.exchange(over: stream, deadline: deadline)
  }

  /// Login and query are one request. What the server says against the user belongs to the login, and whatever else
  /// it says comes after that.
  func converse(over connection: DirectConnection) throws(ConnectionFailure) -> Session {
    connection.begin(.auth)
    guard let curl else { throw connection.failure(.other("libcurl was not opened")) }
    let dialogue = try ClickHouseDialogue(over: connection, curl)
    let target = connection.target
    if !connection.isEncrypted, target.password != nil { connection.remarks.append(.passwordGivenInClear) }
    if let second = next.withLock({ state in
      defer { state = nil }
      return state
    }) {
      return try answer(second.question, after: second.first, dialogue, reconnects: false)
    }
    let login = try Self.login(connection)
    let question = ClickHouseDialogue.Question(
      query: target.until == .query ? .identity : .login, login: login)
    do throws(ConnectionFailure) {
      return try session(question, dialogue)
    } catch {
      guard let second = Self.second(question, after: error, connection) else { throw error }
      return try answer(second, after: error, dialogue)
    }
  }

  /// What the answer to the question amounts to.
  private func session(
    _ question: ClickHouseDialogue.Question, _ dialogue: ClickHouseDialogue
  ) throws(ConnectionFailure) -> Session {
    let connection = dialogue.connection
    let reply = try dialogue.ask(question)
    // A connection that was lost before this says nothing of the login: a container's proxy ends some so.
    connection.credentialsRequested = reply.isClickHouse
    if case .exception(let error) = reply, ClickHouseErrors.isAboutTheUser(error) {
      throw connection.failure(.serverReported, error)
    }
    guard reply.isClickHouse else { throw Self.failure(reply, connection) }
    if connection.target.until == .query {
      if connection.stage != .query { connection.begin(.query) }
    } else if reply.isUnknownFunction {
      // Only who is logged in is told what he may not call.
      return Session()
    }
    guard case .row(let values) = reply else { throw Self.failure(reply, connection) }
    return question.query.identity(values).session(asked: question.login.user)
  }

  /// What to ask after a first question has failed so; nil: nothing.
  private static func second(
    _ first: ClickHouseDialogue.Question, after failure: ConnectionFailure, _ connection: DirectConnection
  ) -> ClickHouseDialogue.Question? {
    let target = connection.target
    guard failure.event == .serverReported, let error = failure.error else { return nil }
    // Servers older than version 19 have no currentUser().
    if error.nativeCode == ClickHouseErrors.unknownFunction {
      return ClickHouseDialogue.Question(query: .oldIdentity, login: first.login)
    }
    // A user who is known by a certificate has to say so, and servers refuse that of any other user.
    guard ClickHouseErrors.isAboutTheUser(error), target.password == nil, connection.isEncrypted,
      target.ssl.certificateFile != nil
    else { return nil }
    return ClickHouseDialogue.Question(query: first.query, login: .certificate(first.login.user))
  }

  /// Asks the second question. If the server has ended the connection with its first answer, that takes another one.
  private func answer(
    _ question: ClickHouseDialogue.Question, after first: ConnectionFailure, _ dialogue: ClickHouseDialogue,
    reconnects: Bool = true
  ) throws(ConnectionFailure) -> Session {
    do throws(ConnectionFailure) {
      return try session(question, dialogue)
    } catch {
      guard let words = Self.wordsIfLost(error) else {
        // Refused both ways, it is the first refusal that counts.
        let isRefused =
          question.login.isCertificate && error.error.map(ClickHouseErrors.isAboutTheUser) == true
        throw isRefused ? first : error
      }
      if reconnects, error.event != .timedOut, !dialogue.hasBeenAnswered {
        next.withLock { $0 = Next(question: question, first: first) }
        throw error
      }
      guard question.login.isCertificate else { throw error }
      throw first.adding(.unanswered("the login by the certificate alone: \(words)"))
    }
  }

  /// What became of the connection, if that is why there is no answer.
  private static func wordsIfLost(_ failure: ConnectionFailure) -> String? {
    switch failure.event {
    case .closed, .reset: "the server ended the connection"
    case .timedOut: "no answer in time"
    default: nil
    }
  }

  private static func login(_ connection: DirectConnection) throws(ConnectionFailure) -> ClickHouseLogin {
    let target = connection.target
    guard let login = ClickHouseLogin(user: target.user ?? "default", password: target.password) else {
      throw connection.failure(
        .other(
          "the user name has a colon in it and the login a control character: HTTP has no way to send both"))
    }
    return login
  }

  private static func failure(
    _ reply: ClickHouseReply, _ connection: DirectConnection
  ) -> ConnectionFailure {
    switch reply {
    case .exception(let error), .stranger(let error): connection.failure(.serverReported, error)
    case .row, .unexpected:
      connection.failure(ClickHouseErrors.notTheRow, reply.error)
    }
  }
}
