package import ConnectCore

/// The test of all hosts of a target, in their order, until one answers for good.
package struct HostListTest {
  private let target: ConnectionTarget
  private let deadline: Deadline

  package init(_ target: ConnectionTarget, deadline: Deadline) {
    self.target = target
    self.deadline = deadline
  }

  /// Tests host after host; each gets an equal share of the time that is left.
  ///
  /// `triesNext` says whether a failure lets the next host have its turn, as the engine's own clients decide it.
  package func run(
    _ material: TLSMaterial?, triesNext: (ConnectionFailure) -> Bool,
    test: (HostPort, Deadline) -> Observation
  ) -> Observation {
    var attempts: [ConnectionAttempt] = []
    var remarks: [Remark] = []
    var secrets: [Secret] = []
    for (index, host) in target.hosts.dropLast().enumerated() {
      let share = deadline.orSooner(in: deadline.remaining / (target.hosts.count - index))
      let observation = test(host, share)
      attempts += observation.attempts
      remarks += observation.remarks
      secrets += observation.secrets
      guard case .failed(let failure) = observation.outcome, triesNext(failure) else {
        return observation.with(attempts, remarks + (material?.remarks ?? []), secrets)
      }
    }
    let last = test(target.hosts[target.hosts.count - 1], deadline)
    return last.with(
      attempts + last.attempts, remarks + last.remarks + (material?.remarks ?? []), secrets + last.secrets)
  }

  /// The report of a test that ended before the first connection.
  package func notBegun(_ event: FailureEvent, stage: ConnectionStage) -> Observation {
    Observation(outcome: .failed(ConnectionFailure(stage: stage, event: event)), host: target.hosts[0])
  }
}

extension Observation {
  fileprivate func with(
    _ attempts: [ConnectionAttempt], _ remarks: [Remark], _ secrets: [Secret]
  ) -> Observation {
    var observation = self
    observation.attempts = attempts
    observation.remarks = remarks
    observation.secrets = secrets
    return observation
  }
}
