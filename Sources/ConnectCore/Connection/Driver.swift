/// Connects to one family of engines. It observes and never advises.
package protocol Driver: Sendable {
  /// The engines that it serves.
  static var engines: [Engine] { get }
  /// Names the causes of the errors that the engines' servers and libraries report.
  static var rules: any DiagnosisRules { get }
  /// The client library, opened if it was not yet.
  static func library() -> Result<DriverLibrary, MissingDriver>

  init()

  /// Connects, goes as far as `target.until` says, and closes. Does not return later than the deadline
  /// (by more than the time of a system call).
  func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation
}

/// A client library that was found.
package struct DriverLibrary: Codable, Equatable, Sendable {
  /// `libpq`
  package var name: String
  package var version: String
  /// The file it was loaded from.
  package var path: String

  package init(name: String, version: String, path: String) {
    self.name = name
    self.version = version
    self.path = path
  }
}

/// The pure half of a driver: from what was reported to what it means.
package protocol DiagnosisRules: Sendable {
  /// The cause of a failure that only the engine's rules can name (`FailureEvent.serverReported`, or an
  /// answer that changes the meaning of it). nil: no rule knows it.
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding?

  /// Sentences for the report that say what else may be behind a failure, whatever its cause is.
  func hints(
    for failure: ConnectionFailure, in observation: Observation, target: ConnectionTarget
  ) -> [String]
}

extension DiagnosisRules {
  package func hints(
    for failure: ConnectionFailure, in observation: Observation, target: ConnectionTarget
  ) -> [String] { [] }
}

/// What a rule found.
package struct Finding: Equatable, Sendable {
  package var cause: Cause
  /// A mode that the rule knows to work, where the cause's own recommendation would not fit.
  package var recommendedMode: SSLMode?
  /// Sentences for the report that say what was seen.
  package var notes: [String]
  /// What to say instead of the cause's own message, and what to change; nil: the cause's fit.
  package var advice: (message: String, change: String)?

  package init(
    cause: Cause, recommendedMode: SSLMode? = nil, notes: [String] = [],
    advice: (message: String, change: String)? = nil
  ) {
    self.cause = cause
    self.recommendedMode = recommendedMode
    self.notes = notes
    self.advice = advice
  }

  package static func == (left: Finding, right: Finding) -> Bool {
    left.cause == right.cause && left.recommendedMode == right.recommendedMode && left.notes == right.notes
      && left.advice?.message == right.advice?.message && left.advice?.change == right.advice?.change
  }
}
