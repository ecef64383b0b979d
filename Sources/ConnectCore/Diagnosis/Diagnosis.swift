/// The one cause, the one change to make, and the evidence underneath.
package struct Diagnosis: Codable, Equatable, Sendable {
  package var cause: Cause
  package var stage: ConnectionStage
  /// What is wrong, in a sentence or two.
  package var message: String
  /// What to change; several lines where the command line and the app have a way each.
  package var suggestion: String
  /// The one mode to choose, where a mode is the remedy.
  package var recommendedMode: SSLMode?
  /// What was seen, a sentence each.
  package var notes: [String]
  /// The server's or library's own words, untouched; nil: there were none.
  package var serverError: ServerError?

  package init(
    cause: Cause, stage: ConnectionStage, message: String, suggestion: String,
    recommendedMode: SSLMode? = nil, notes: [String] = [], serverError: ServerError? = nil
  ) {
    self.cause = cause
    self.stage = stage
    self.message = message
    self.suggestion = suggestion
    self.recommendedMode = recommendedMode
    self.notes = notes
    self.serverError = serverError
  }
}
