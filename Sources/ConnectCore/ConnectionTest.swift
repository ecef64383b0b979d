/// One test of one connection, as the whole program tells it: target → driver → outcome → diagnosis → report.
package struct ConnectionTest: Codable, Equatable, Sendable {
  package var target: ConnectionTarget
  /// What resolving the target has to tell, for the report.
  package var warnings: [String]
  /// How the test is expected to end (`--expect`).
  package var expected: Expectation?
  /// For how long to try again, in seconds, where the cause may pass (`--wait`), more than 0; nil: one try.
  package var wait: Double?

  package init(
    target: ConnectionTarget, warnings: [String] = [], expected: Expectation? = nil, wait: Double? = nil
  ) {
    self.target = target
    self.warnings = warnings
    self.expected = expected
    self.wait = wait.flatMap { $0 > 0 ? $0 : nil }
  }

  /// The time that it may take, in seconds.
  package var limit: Double { wait ?? target.timeout }

  /// Runs the test: once within the target's timeout, or again and again within `wait`.
  package func run(
    with driver: any Driver, by pace: Pace, telling tell: @escaping (TryReport) -> Void = { _ in }
  ) -> Report {
    let rules = type(of: driver).rules
    let begun = pace.now()
    let (last, tries) = Waiting(test: self, pace: pace, tell: tell).run { target, deadline in
      let observation = driver.connect(to: target, deadline: deadline)
      let diagnosis = Diagnosis(of: observation, target: target, rules: rules)
      return Waiting.Trial(observation: observation, diagnosis: diagnosis)
    }
    return Report(
      of: self, observation: last.observation, diagnosis: last.diagnosis,
      elapsed: begun.duration(to: pace.now()), tries: tries, rules: rules)
  }
}

/// How a test is expected to end.
package enum Expectation: Codable, Equatable, Sendable {
  case connected
  case failure(Cause)

  /// The expectation that an `--expect` value names.
  package init?(name: String) {
    if name == "connected" {
      self = .connected
    } else if let cause = Cause(rawValue: name) {
      self = .failure(cause)
    } else {
      return nil
    }
  }

  /// Whether a test that ended with this cause (nil: connected) ended so.
  func isMet(by cause: Cause?) -> Bool {
    switch self {
    case .connected: cause == nil
    case .failure(let expected): cause == expected
    }
  }

  /// The `--expect` value.
  package var name: String {
    switch self {
    case .connected: "connected"
    case .failure(let cause): cause.rawValue
    }
  }
}
