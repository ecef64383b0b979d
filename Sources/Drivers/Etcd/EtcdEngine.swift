internal import ConnectCore
internal import HTTP
internal import Transport

/// What etcd adds to the test of one member.
struct EtcdEngine: DirectEngine {
  /// nil: it is not there, and the test ends before the login.
  let curl: LibCurl?

  /// etcd takes gRPC inside TLS from those only who have agreed on HTTP/2. Web servers that do not know it would end
  /// the handshake if it was all that is offered.
  var applicationProtocols: [String] { ["h2", "http/1.1"] }

  func converse(over connection: DirectConnection) throws(ConnectionFailure) -> Session {
    connection.begin(.auth)
    guard let curl else { throw connection.failure(.other("libcurl was not opened")) }
    return try EtcdLogin(try EtcdDialogue(over: connection, curl), connection).run()
  }

  /// A member that cannot serve is no reason not to ask another.
  func triesNextHost(after failure: ConnectionFailure) -> Bool {
    switch failure.event {
    case .serverReported: failure.error?.nativeCode == EtcdErrors.unavailable
    case EtcdErrors.foreign: HTTPFrontRules.mayPass(failure.error)
    default: false
    }
  }

  func greet(over stream: any ByteStream, deadline: Deadline) throws(StreamFailure) -> DirectGreeting {
    guard let curl else { return try Self.introduce(over: stream, deadline) }
    do throws(StreamFailure) {
      _ = try EtcdDialogue(over: QuestionWire(stream, deadline: deadline), curl).status()
      return .engine
    } catch {
      switch error.event {
      case .foreignAnswer(let answer): return .foreign(answer)
      case .serverReported: return .engine
      default: throw error
      }
    }
  }

  /// Without libcurl: how HTTP/2 begins, which a server answers by beginning too (RFC 9113 section 3.4).
  private static func introduce(
    over stream: any ByteStream, _ deadline: Deadline
  ) throws(StreamFailure) -> DirectGreeting {
    let emptySettings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    try stream.write(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + emptySettings, deadline: deadline)
    return .foreign(ForeignAnswer(recognising: try stream.read(atMost: 64, deadline: deadline)))
  }
}
