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
  private var ended: PassResult?
  private var isOver = false

  init(_ connection: DirectConnection, deadline: Deadline) {
    host = connection.host
    self.connection = connection
    self.deadline = deadline
  }

  /// `host:port`, as messages name it.
  var name: String { host.host.contains(":") ? "[\(host.host)]:\(host.port)" : "\(host.host):\(host.port)" }

  func open() {
    do throws(ConnectionFailure) {
      try connection.open()
    } catch {
      fail(error)
    }
  }

  func write(_ bytes: [UInt8]) -> Bool {
    // libmongoc would take its leave of the server, and wait for the answer.
    guard !isOver, failure == nil else { return false }
    if written == 0 { connection.begin(.auth) }
    written += 1
    do throws(ConnectionFailure) {
      try connection.write(bytes)
      return true
    } catch {
      fail(error)
      return false
    }
  }

  /// What is there, at least one byte; nil: the connection has failed.
  func read() -> [UInt8]? {
    guard !isOver, failure == nil else { return nil }
    do throws(ConnectionFailure) {
      let bytes = try connection.read()
      wire.read(bytes)
      if let stranger = wire.stranger { throw connection.failure(.foreignAnswer(stranger)) }
      if wire.messages > 0 { connection.deadline = deadline }
      return bytes
    } catch {
      wire.end()
      fail(wire.stranger.map { connection.failure(.foreignAnswer($0)) } ?? error)
      return nil
    }
  }

  /// Nothing more is sent.
  func end() { isOver = true }

  private func fail(_ failure: ConnectionFailure) {
    self.failure = failure
    ended = connection.result(.failure(failure))
  }

  /// What the connection amounts to when it ends so.
  func result(_ outcome: Result<Session, ConnectionFailure>) -> PassResult {
    if let failure, outcome.isFailure(failure), let ended { return ended }
    return connection.result(outcome)
  }

  /// The connection as one of those that were tried: as it has failed, or as it stands.
  func attempts(mode: SSLMode) -> [ConnectionAttempt] {
    let result = ended ?? connection.result(.success(Session()))
    guard result.attempts.isEmpty, let failure else { return result.attempts }
    // The name has no address.
    return [ConnectionAttempt(address: name, mode: mode, failure: failure, milliseconds: 0)]
  }
}

extension Result where Success == Session, Failure == ConnectionFailure {
  fileprivate func isFailure(_ other: ConnectionFailure) -> Bool {
    if case .failure(let failure) = self { failure == other } else { false }
  }
}
