internal import ConnectCore
internal import HTTP

/// What an answer of HTTP means that has no status of gRPC's: a proxy's or a load balancer's in front of etcd (gRPC,
/// "HTTP to gRPC status code mapping"), or another server's.
enum EtcdFrontRules {
  static func finding(for error: ServerError) -> Finding? {
    guard let status = HTTPEvidence.status(of: error) else { return nil }
    let note = "The answer (status \(status)) is not etcd's own: it \(HTTPEvidence.sender(of: error))"
    switch status {
    case 300..<400:
      let location = HTTPEvidence.header("location", of: error) ?? "another place"
      return Finding(
        cause: .wrongProtocol,
        notes: [note, "The answer is a redirection to \(location), which was not followed"],
        advice: (
          "An HTTP server that is not etcd answered with a redirection.",
          "Enter the address of the etcd member itself in Host and Port."
        ))
    case 401, 407:
      return Finding(
        cause: .authenticationFailed, notes: [note],
        advice: (
          "A proxy in front of the server asks for a login of its own.",
          "Have the proxy let gRPC calls through, or enter the address of the etcd member itself in Host and Port."
        ))
    case 403:
      return Finding(
        cause: .accessDenied, notes: [note],
        advice: (
          "A proxy or firewall in front of the server refused the call.",
          "Ask its administrator to allow this computer's address, or enter the address of the etcd member itself in Host and Port."
        ))
    case 429:
      return Finding(
        cause: .tooManyConnections, notes: [note],
        advice: (
          "A proxy in front of the server takes no more requests for now.", "Wait a little, and try again."
        ))
    case 502, 503, 504:
      return Finding(
        cause: .serverNotReady, notes: [note],
        advice: (
          "A load balancer or proxy answered that it has no working server behind it.",
          "Check that the etcd members behind it are running, look at its log, and try again."
        ))
    default: return Finding(cause: .wrongProtocol, notes: [note])
    }
  }

  /// Whether another member may serve although this place cannot.
  static func mayPass(_ error: ServerError?) -> Bool {
    HTTPEvidence.status(of: error).map { [429, 502, 503, 504].contains($0) } ?? false
  }
}
