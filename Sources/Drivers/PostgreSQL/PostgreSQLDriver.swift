package import ConnectCore
internal import Transport

/// PostgreSQL, Redshift and CockroachDB, by libpq.
package struct PostgreSQLDriver: Driver {
  package static let engines: [Engine] = [.postgres, .redshift, .cockroachdb]
  package static let rules: any DiagnosisRules = PostgreSQLRules()

  package static func library() -> Result<DriverLibrary, MissingDriver> { LibPQ.shared.map(\.library) }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    let progress = Progress(target)
    // libpq reads files and may talk to a Kerberos server without asking a deadline.
    let slack = Deadline(instant: deadline.instant + .milliseconds(50))
    return abandonable(until: slack) { PostgreSQLTest(target, deadline: deadline, progress).run() }
      ?? progress.timedOut()
  }
}

/// The test of all hosts of a target, in their order.
struct PostgreSQLTest {
  private let target: ConnectionTarget
  private let deadline: Deadline
  private let progress: Progress

  init(_ target: ConnectionTarget, deadline: Deadline, _ progress: Progress) {
    self.target = target
    self.deadline = deadline
    self.progress = progress
  }

  func run() -> Observation {
    let libpq: LibPQ?
    // Of TLS and of TCP the transport knows more; a Unix socket is libpq's to find.
    if target.until >= .auth || target.hosts.contains(where: \.isUnixSocket) {
      switch LibPQ.shared {
      case .success(let loaded): libpq = loaded
      case .failure(let missing): return notBegun(.driverMissing(missing), stage: .resolve)
      }
    } else {
      libpq = nil
    }
    var credentials: ClientCredentials?
    var tlsPolicy: TLSPolicy?
    if target.ssl.mode != .disabled {
      do throws(FileFault) {
        credentials = try ClientCredentials.load(target.ssl)
        // A faulty file is told before the first connection.
        tlsPolicy = try TLSPolicy(
          target.ssl, host: target.hosts[0].host, credentials: credentials,
          groups: PostgreSQLSSLPolicy.groups)
      } catch {
        return notBegun(.fileUnusable(error), stage: .tls)
      }
    }

    var attempts: [ConnectionAttempt] = []
    var remarks: [Remark] = []
    for (index, host) in target.hosts.enumerated() {
      let share = deadline.orSooner(in: deadline.remaining / (target.hosts.count - index))
      let attempt = PostgreSQLHostTest(
        target: target, host: host, libpq: libpq, tlsPolicy: tlsPolicy, deadline: share,
        progress: progress)
      var observation = attempt.run()
      attempts += observation.attempts
      remarks += observation.remarks
      if index == target.hosts.count - 1 || !Self.triesNextHost(after: observation.outcome) {
        observation.attempts = attempts
        observation.remarks = remarks
        if let credentials, credentials.keyIsOpen {
          observation.remarks.append(.keyReadableByOthers(path: credentials.keyPath))
        }
        return observation
      }
    }
    return progress.timedOut()
  }

  /// libpq's rule for host lists: the next one when this one cannot be connected to or is not ready.
  private static func triesNextHost(after outcome: Outcome) -> Bool {
    guard case .failed(let failure) = outcome else { return false }
    if failure.stage <= .connect { return true }
    if failure.error?.sqlState == "57P03" { return true }
    switch failure.event {
    case .timedOut, .closed, .reset: return !failure.credentialsRequested
    default: return false
    }
  }

  private func notBegun(_ event: FailureEvent, stage: ConnectionStage) -> Observation {
    Observation(outcome: .failed(ConnectionFailure(stage: stage, event: event)), host: target.hosts[0])
  }
}
