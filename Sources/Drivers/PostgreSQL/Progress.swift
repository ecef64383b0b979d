internal import ConnectCore
internal import Transport

/// How far a test has come, for the report of one that had to be abandoned.
final class Progress: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var stage: ConnectionStage = .resolve
  private var host: HostPort

  init(_ target: ConnectionTarget) {
    lock = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    host = target.hosts[0]
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func note(_ stage: ConnectionStage, _ host: HostPort) {
    pthread_mutex_lock(lock)
    self.stage = stage
    self.host = host
    pthread_mutex_unlock(lock)
  }

  func timedOut() -> Observation {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return Observation(outcome: .failed(ConnectionFailure(stage: stage, event: .timedOut)), host: host)
  }
}
