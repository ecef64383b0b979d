internal import ConnectCore
internal import Transport

/// One server of a deployment, and how the connection to it fared.
final class MongoMember {
  let host: HostPort
  let connection: DirectConnection
  private(set) var wire = MongoWire()
  /// What ended the connection, or kept it from being made.
  private(set) var failure: ConnectionFailure?
  /// How many messages libmongoc has written to it.
  private(set) var written = 0
  /// The deadline of all, which counts once the server has said who it is.
  private let deadline: Deadline
  private let sharesTime: Bool
  private var ended: PassResult?
  private var isOver = false

  /// - Parameter sharesTime: whether there are other servers, for whom time has to be left.
  init(_ connection: DirectConnection, deadline: Deadline, sharesTime: Bool) {
    host = connection.host
    self.sharesTime = sharesTime
    self.connection = connection
    self.deadline = deadline
  }

  /// `host:port`, as messages name it.
  var name: String { host.host.contains(":") ? "[\(host.host)]:\(host.port)" : "\(host.host):\(host.port)" }

  /// Whether that is its name for libmongoc, which knows small letters only.
  func isAt(_ name: String, _ port: UInt16) -> Bool {
    host.port == port && host.host.lowercased() == name.lowercased()
  }

  /// What it has said that it is.
  var words: String? {
    guard let hello = wire.hello else { return nil }
    guard let own = hello.ownName, own.lowercased() != name.lowercased() else { return hello.words }
    return "\(hello.words); it calls itself \(own), which is the name that clients go on with"
  }

  func open() {
    do throws(ConnectionFailure) {
      try connection.open()
    } catch {
      fail(error)
    }
  }

  /// Nothing is connected to, since that is no place of a server.
  func refuse(_ words: String) { fail(ConnectionFailure(stage: .resolve, event: .other(words))) }

  func write(_ bytes: [UInt8]) -> Bool {
    // libmongoc would take its leave of the server, and wait for the answer.
    guard !isOver, failure == nil else { return false }
    if written == 0 {
      connection.begin(.auth)
      // Others may have taken their time since this one was connected to; now all wait for their answers together.
      if sharesTime { connection.deadline = deadline.orSooner(in: deadline.remaining / 2) }
    }
    written += 1
    wire.ask(bytes)
    noteLogin()
    do throws(ConnectionFailure) {
      try connection.write(bytes)
      return true
    } catch {
      fail(error)
      return false
    }
  }

  /// At least one whole answer; nil: the connection has failed.
  func read() -> [UInt8]? {
    guard !isOver, failure == nil else { return nil }
    // The answer may have come while another server was waited for, until the time of both was over.
    if sharesTime, wire.messages == 0, connection.deadline.hasPassed {
      connection.deadline = deadline.orSooner(in: .milliseconds(50))
    }
    do throws(ConnectionFailure) {
      while true {
        let messages = wire.read(try connection.read())
        noteLogin()
        if let stranger = wire.stranger { throw connection.failure(.foreignAnswer(stranger)) }
        if let fault = wire.fault { throw connection.failure(.other("the server \(fault)")) }
        guard !messages.isEmpty else { continue }
        connection.deadline = deadline
        return messages
      }
    } catch {
      wire.end()
      fail(wire.stranger.map { connection.failure(.foreignAnswer($0)) } ?? error)
      return nil
    }
  }

  /// A connection that is lost in the middle of a login is not tried again: that would be one more login.
  private func noteLogin() {
    if wire.loginBegun { connection.credentialsRequested = true }
  }

  /// Nothing more is sent.
  func end() { isOver = true }

  private func fail(_ failure: ConnectionFailure) {
    self.failure = failure
    ended = connection.result(.failure(failure))
  }

  /// What the connection amounts to when it ends so.
  func result(_ outcome: Result<Session, ConnectionFailure>) -> PassResult {
    guard let ended, case .failure = outcome else { return connection.result(outcome) }
    var result = ended
    // The same failure, with what others have said.
    result.outcome = outcome
    return result
  }

  /// The connection as one of those that were tried: as it has failed, or as it stands.
  func attempts(mode: SSLMode) -> [ConnectionAttempt] {
    let result = ended ?? connection.result(.success(Session()))
    guard result.attempts.isEmpty, let failure else { return result.attempts }
    // The name has no address.
    return [ConnectionAttempt(address: name, mode: mode, failure: failure, milliseconds: 0)]
  }
}
