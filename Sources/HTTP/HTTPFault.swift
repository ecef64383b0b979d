package import ConnectCore

/// Faults of an answer, as `HTTPClient` throws them. Whose server it is cannot be told from them, so the engine says
/// what they mean.
package enum HTTPFault {
  /// It began as HTTP and went on as something else; libcurl's words go with it.
  package static let malformed = FailureEvent.other("the answer is not valid HTTP")
  /// It has more than the bound allows.
  package static let tooLong = FailureEvent.other("the answer has more than \(HTTPAnswer.mostBytes) bytes")
}
