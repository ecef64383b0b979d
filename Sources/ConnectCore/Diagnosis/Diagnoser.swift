extension Diagnosis {
  /// The diagnosis of what was observed; nil if it connected.
  package init?(of observation: Observation, target: ConnectionTarget, rules: any DiagnosisRules) {
    return nil
  }
}
