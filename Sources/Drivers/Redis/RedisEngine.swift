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
    var login = try RedisLogin(connection, hiredis)
    try login.logIn()
    guard connection.target.until == .query else { return Session() }
    connection.begin(.query)
    try login.prove()
    return Session(server: login.askWhoItIs())
  }
}
