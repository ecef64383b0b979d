extension Diagnosis {
  /// The diagnosis of what was observed; nil if it connected.
  ///
  /// Its message, suggestion and notes are clean; `serverError` is as it came.
  package init?(of observation: Observation, target: ConnectionTarget, rules: any DiagnosisRules) {
    guard case .failed(let failure) = observation.outcome else { return nil }
    var target = target
    if let parameters = observation.parameters { target.parameters = parameters }
    let finding = Self.finding(for: failure, target, rules)
    let cause =
      finding?.cause ?? GenericRules.cause(of: failure, tls: observation.tls, target: target)
    let plainPassCause = observation.plainPass.map { failure in
      Self.finding(for: failure, target, rules)?.cause
        ?? GenericRules.cause(of: failure, tls: nil, target: target)
    }
    let context = FailureContext(
      target: target, observation: observation, failure: failure, finding: finding,
      plainPassCause: plainPassCause)
    let advice = Advice(for: cause, in: context)
    let hints = rules.hints(for: failure, in: observation, target: target)
    self.init(
      cause: cause, stage: failure.stage, message: advice.message, suggestion: advice.suggestion,
      recommendedMode: advice.recommendedMode, notes: Notes(context: context, cause: cause, hints: hints).all,
      serverError: failure.error)
  }

  private static func finding(
    for failure: ConnectionFailure, _ target: ConnectionTarget, _ rules: any DiagnosisRules
  ) -> Finding? {
    if case .databaseFile(let fault) = failure.event { return Finding(file: fault.problem) }
    return concernsEngine(failure, target) ? rules.finding(for: failure, target: target) : nil
  }

  /// Whether the engine's own rules may know more than the event says by itself.
  private static func concernsEngine(_ failure: ConnectionFailure, _ target: ConnectionTarget) -> Bool {
    switch failure.event {
    case .serverReported, .other: true
    // What carries such an engine's protocol may be another server's, and say more than that it is.
    case .foreignAnswer where !target.engine.traits.fallsBackToPlain && failure.error?.origin == .server: true
    // A service may have its own way to say that it lets nobody in from here.
    case .alert(let alert) where !target.engine.traits.fallsBackToPlain:
      alert.received && alert.beforeServerHello
    // Nobody stands between us and such an engine's protocol, so how it was left off may mean something.
    case .closed where !target.engine.traits.fallsBackToPlain,
      .timedOut where !target.engine.traits.fallsBackToPlain:
      true
    default: !failure.answers.isEmpty
    }
  }
}
