/// One test of one connection, as the whole program tells it: target → driver → outcome → diagnosis → report.
package struct ConnectionTest: Codable, Equatable, Sendable {
  package var target: ConnectionTarget
  /// What resolving the target has to tell, for the report.
  package var warnings: [String]
  /// How the test is expected to end (`--expect`).
  package var expected: Expectation?

  package init(target: ConnectionTarget, warnings: [String] = [], expected: Expectation? = nil) {
    self.target = target
    self.warnings = warnings
    self.expected = expected
  }

  /// Runs the test, within the target's timeout.
  package func run(with driver: any Driver) -> Report {
    let begun = ContinuousClock.now
    let observation = driver.connect(to: target, deadline: Deadline(seconds: target.timeout))
    let elapsed = begun.duration(to: .now)
    let diagnosis = Diagnosis(of: observation, target: target, rules: type(of: driver).rules)
    return Report(
      of: self, observation: observation, diagnosis: diagnosis, elapsed: elapsed,
      rules: type(of: driver).rules)
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

  /// The `--expect` value.
  package var name: String {
    switch self {
    case .connected: "connected"
    case .failure(let cause): cause.rawValue
    }
  }
}
