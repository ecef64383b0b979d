internal import ConnectCore
internal import Synchronization
internal import Transport

/// How a server of Cassandra's protocol is talked to; it remembers which version of the protocol to begin with.
final class CassandraEngine: DirectEngine {
  private struct Negotiation {
    var version = CQLVersions.preferred
    var tried: Set<UInt8> = [CQLVersions.preferred]
    /// Whether the version was changed since somebody asked.
    var isNew = false
  }

  /// Hosts need not have the same versions, so that nothing is remembered from one to the next.
  func forHost() -> CassandraEngine { CassandraEngine() }

  private let negotiation = Mutex(Negotiation())

  private var version: UInt8 { negotiation.withLock { $0.version } }

  func converse(over connection: DirectConnection) throws(ConnectionFailure) -> Session {
    connection.begin(.auth)
    let dialogue = CassandraDialogue(over: connection, version: version)
    do throws(ConnectionFailure) {
      return try CassandraLogin(dialogue, connection).run()
    } catch {
      // After AUTHENTICATE the version is agreed on, and no error is worth sending the password once more.
      if !connection.credentialsRequested, let refusal = dialogue.lastError { consider(refusal) }
      throw error
    }
  }

  /// Goes on with another version of the protocol, if that is what an error asks for.
  private func consider(_ refusal: CassandraDialogue.Refusal) {
    negotiation.withLock { state in
      guard
        let next = CQLVersions.next(
          code: refusal.code, text: refusal.text, answered: refusal.version, tried: state.tried)
      else { return }
      state.version = next
      state.tried.insert(next)
      state.isNew = true
    }
  }

  func triesAgain(after failure: ConnectionFailure) -> Bool {
    negotiation.withLock { state in
      defer { state.isNew = false }
      return state.isNew
    }
  }

  /// A node that cannot serve is no reason not to ask another: Unavailable, Overloaded, Is_bootstrapping, and one that
  /// sends everything but an answer.
  func triesNextHost(after failure: ConnectionFailure) -> Bool {
    if failure.event == CassandraErrors.flood { return !failure.credentialsRequested }
    guard failure.event == .serverReported, let code = failure.error.flatMap(CassandraErrors.code) else {
      return false
    }
    return [0x1000, 0x1001, 0x1002].contains(code)
  }

  /// OPTIONS, which every server of the protocol answers, if only to refuse the version.
  func greet(over stream: any ByteStream, deadline: Deadline) throws(StreamFailure) -> DirectGreeting {
    try stream.write(CQLRequest.options(version: CQLVersions.preferred).encoded, deadline: deadline)
    var inbox = CQLInbox()
    while true {
      inbox.append(try stream.read(atMost: 4_096, deadline: deadline))
      switch inbox.next() {
      case .frame: return .engine
      case .incomplete: continue
      case .foreign, .broken: return .foreign(ForeignAnswer(recognising: inbox.arrived))
      }
    }
  }
}
