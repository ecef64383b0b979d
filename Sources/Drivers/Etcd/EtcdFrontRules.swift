internal import ConnectCore
internal import HTTP

/// What an answer of HTTP means that has no status of gRPC's: a proxy's or a load balancer's in front of etcd (gRPC,
/// "HTTP to gRPC status code mapping"), or another server's.
enum EtcdFrontRules {
  private static let general = HTTPFrontRules(
    product: "etcd", servers: "etcd members", itself: "the etcd member itself")

  static func finding(for error: ServerError) -> Finding? {
    guard let status = HTTPEvidence.status(of: error) else { return nil }
    let note = general.note(status, error)
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
    default: return general.finding(for: status, error) ?? Finding(cause: .wrongProtocol, notes: [note])
    }
  }
}
