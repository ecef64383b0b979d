internal import ConnectCore
internal import HTTP
internal import Transport

/// What ClickHouse adds to the test of one host: its health check, and a query that nobody else would answer so.
struct ClickHouseEngine: DirectEngine {
  /// nil: the test ends before the login.
  let curl: LibCurl?

  let carrier: String? = "HTTP"

  func greet(over stream: any ByteStream, deadline: Deadline) throws(StreamFailure) -> DirectGreeting {
    try ClickHouseGreeting.exchange(over: stream, deadline: deadline)
  }

  /// Login and query are one request. What the server says against the user belongs to the login, and whatever else
  /// it says comes after that.
  func converse(over connection: DirectConnection) throws(ConnectionFailure) -> Session {
    connection.begin(.auth)
    guard let curl else { throw connection.failure(.other("libcurl was not opened")) }
    let client = try HTTPClient(over: connection, curl)
    let target = connection.target
    if !connection.isEncrypted, target.password != nil { connection.remarks.append(.passwordGivenInClear) }
    let query = target.until == .query ? ClickHouseQuery.identity : .login
    let (reply, login) = try logIn(query, client, connection)
    // A connection that was lost before this says nothing of the login: a container's proxy ends some so.
    connection.credentialsRequested = reply.isClickHouse
    if case .exception(let error) = reply, ClickHouseErrors.isAboutTheUser(error) {
      throw connection.failure(.serverReported, error)
    }
    guard reply.isClickHouse else { throw Self.failure(reply, connection) }
    guard target.until == .query else {
      if case .row(let values) = reply { return query.identity(values).session(asked: login.user) }
      // Only who is logged in is told what he may not call.
      guard reply.isUnknownFunction else { throw Self.failure(reply, connection) }
      return Session()
    }
    connection.begin(.query)
    if case .row(let values) = reply { return query.identity(values).session(asked: login.user) }
    // Servers older than version 19 have no currentUser().
    guard reply.isUnknownFunction else { throw Self.failure(reply, connection) }
    let second = ClickHouseReply(try client.send(request(.oldIdentity, login, target)), to: .oldIdentity)
    guard case .row(let values) = second else { throw Self.failure(second, connection) }
    return ClickHouseQuery.oldIdentity.identity(values).session(asked: login.user)
  }

  /// The answer, and the login that it is the answer to.
  private func logIn(
    _ query: ClickHouseQuery, _ client: HTTPClient<DirectConnection>, _ connection: DirectConnection
  ) throws(ConnectionFailure) -> (ClickHouseReply, ClickHouseLogin) {
    let target = connection.target
    let login = try Self.login(connection)
    let reply = ClickHouseReply(try client.send(request(query, login, target)), to: query)
    // A user who is known by a certificate has to say so, and servers refuse that of any other user.
    guard case .exception(let error) = reply, ClickHouseErrors.isAboutTheUser(error),
      target.password == nil, connection.isEncrypted, target.ssl.certificateFile != nil,
      let second = try? client.send(request(query, .certificate(login.user), target))
    else { return (reply, login) }
    let answer = ClickHouseReply(second, to: query)
    guard case .row = answer else { return (reply, login) }
    return (answer, .certificate(login.user))
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

  private func request(
    _ query: ClickHouseQuery, _ login: ClickHouseLogin, _ target: ConnectionTarget
  ) -> HTTPRequest {
    let database = target.database.map { "?database=" + $0.queryEscaped } ?? ""
    return HTTPRequest(
      method: "POST", path: "/" + database,
      headers: login.headers + [(name: "Content-Type", value: "text/plain; charset=utf-8")],
      body: Array(query.text.utf8))
  }

  private static func failure(
    _ reply: ClickHouseReply, _ connection: DirectConnection
  ) -> ConnectionFailure {
    switch reply {
    case .exception(let error), .stranger(let error): connection.failure(.serverReported, error)
    case .row, .unexpected:
      connection.failure(.other("the answer is not the row that the query asked for"), reply.error)
    }
  }
}
