extension Diagnosis {
  /// The diagnosis of what was observed; nil if it connected.
  ///
  /// Its message, suggestion and notes are clean; `serverError` is as it came.
  package init?(of observation: Observation, target: ConnectionTarget, rules: any DiagnosisRules) {
    guard case .failed(let failure) = observation.outcome else { return nil }
    let finding = Self.concernsEngine(failure) ? rules.finding(for: failure, target: target) : nil
    let cause =
      finding?.cause ?? GenericRules.cause(of: failure, tls: observation.tls, target: target)
    let context = FailureContext(
      target: target, observation: observation, failure: failure, finding: finding)
    let advice = Advice(for: cause, in: context)
    self.init(
      cause: cause, stage: failure.stage, message: advice.message, suggestion: advice.suggestion,
      recommendedMode: advice.recommendedMode, notes: Notes(context: context, cause: cause).all,
      serverError: failure.error)
  }

  /// Whether the engine's own rules may know more than the event says by itself.
  private static func concernsEngine(_ failure: ConnectionFailure) -> Bool {
    switch failure.event {
    case .serverReported, .other: true
    default: !failure.answers.isEmpty
    }
  }
}
