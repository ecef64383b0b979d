package import ConnectCore
internal import Synchronization

/// How far a test has come, for the report of one that had to be abandoned.
package final class Progress: Sendable {
  private struct Place {
    var stage = ConnectionStage.resolve
    var host: HostPort
    var address: String?
  }

  private let place: Mutex<Place>

  package init(_ target: ConnectionTarget) {
    place = Mutex(Place(host: target.hosts[0]))
  }

  package func note(_ stage: ConnectionStage, _ host: HostPort) {
    place.withLock { $0 = Place(stage: stage, host: host) }
  }

  package func note(address: String) {
    place.withLock { $0.address = address }
  }

  package func note(_ stage: ConnectionStage) {
    place.withLock { $0.stage = stage }
  }

  package func timedOut() -> Observation {
    let place = place.withLock { $0 }
    if let fault = FileReading.unfinished {
      return Observation(
        outcome: .failed(ConnectionFailure(stage: .tls, event: .fileUnusable(fault))), host: place.host)
    }
    return Observation(
      outcome: .failed(ConnectionFailure(stage: place.stage, event: .timedOut)), host: place.host,
      address: place.address)
  }
}
