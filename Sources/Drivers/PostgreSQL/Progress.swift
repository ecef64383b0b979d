internal import ConnectCore
internal import Synchronization

/// How far a test has come, for the report of one that had to be abandoned.
final class Progress: Sendable {
  private let place: Mutex<(stage: ConnectionStage, host: HostPort)>

  init(_ target: ConnectionTarget) {
    place = Mutex((.resolve, target.hosts[0]))
  }

  func note(_ stage: ConnectionStage, _ host: HostPort) {
    place.withLock { $0 = (stage, host) }
  }

  func timedOut() -> Observation {
    let (stage, host) = place.withLock { $0 }
    return Observation(outcome: .failed(ConnectionFailure(stage: stage, event: .timedOut)), host: host)
  }
}
