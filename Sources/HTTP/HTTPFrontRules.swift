package import ConnectCore

/// What an answer of HTTP means that comes from a proxy, load balancer or firewall in front of an engine, whichever
/// engine that is.
package struct HTTPFrontRules {
  /// What the engine is called.
  private let product: String
  /// What should run behind it: `ClickHouse servers`.
  private let servers: String
  /// What can be reached without it: `the server itself`.
  private let itself: String

  package init(product: String, servers: String, itself: String) {
    self.product = product
    self.servers = servers
    self.itself = itself
  }

  /// Who has answered, as far as it says.
  package func note(_ status: Int, _ error: ServerError) -> String {
    "The answer (status \(status)) is not \(product)'s own: it \(HTTPEvidence.sender(of: error))"
  }

  /// - Returns: nil for a status that says nothing of what is behind, and for logins and redirections.
  package func finding(for status: Int, _ error: ServerError) -> Finding? {
    let notes = [note(status, error)]
    switch status {
    case 403:
      return Finding(
        cause: .accessDenied, notes: notes,
        advice: (
          "A proxy or firewall in front of the server refused the request.",
          "Ask its administrator to let this computer's requests through, or enter the address of \(itself) in Host and Port."
        ))
    case 429:
      return Finding(
        cause: .tooManyConnections, notes: notes,
        advice: (
          "A proxy in front of the server takes no more requests for now.", "Wait a little, and try again."
        ))
    case let status where Self.isNotReady(status):
      return Finding(
        cause: .serverNotReady, notes: notes,
        advice: (
          "A load balancer or proxy answered that it has no working server behind it.",
          "Check that the \(servers) behind it are running, look at its log, and try again."
        ))
    default: return nil
    }
  }

  /// Whether it may be otherwise in a while, or elsewhere.
  package static func mayPass(_ error: ServerError?) -> Bool {
    HTTPEvidence.status(of: error).map { $0 == 429 || isNotReady($0) } ?? false
  }

  /// 520 to 524 are Cloudflare's.
  private static func isNotReady(_ status: Int) -> Bool {
    (502...504).contains(status) || (520...524).contains(status)
  }
}
