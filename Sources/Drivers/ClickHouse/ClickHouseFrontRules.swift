internal import ConnectCore
internal import HTTP

/// What an answer means that is not ClickHouse's own: a proxy's, a load balancer's or another server's.
enum ClickHouseFrontRules {
  private static let general = HTTPFrontRules(
    product: "ClickHouse", servers: "ClickHouse servers", itself: "the server itself")

  static func finding(for error: ServerError, _ target: ConnectionTarget) -> Finding? {
    guard let status = HTTPEvidence.status(of: error) else { return nil }
    let text = error.text.lowercased()
    // nginx's, Go's, Apache's and Tomcat's words to plain HTTP on a port with TLS.
    let wantsTLS = [
      "plain http request was sent to https port", "http request to an https server",
      "speaking plain http to an ssl-enabled server port",
      "this combination of host and port requires tls",
    ]
    if target.ssl.mode == .disabled, wantsTLS.contains(where: text.contains) {
      return Finding(cause: .serverRequiresTLS)
    }
    if status == 496 || status == 400, text.contains("no required ssl certificate was sent") {
      return Finding(cause: .clientCertificateRequired, notes: [general.note(status, error)])
    }
    if status == 495 || status == 400, text.contains("the ssl certificate error") {
      return Finding(cause: .clientCertificateRejected, notes: [general.note(status, error)])
    }
    return finding(for: status, error, target)
  }

  private static func finding(for status: Int, _ error: ServerError, _ target: ConnectionTarget) -> Finding {
    let note = general.note(status, error)
    switch status {
    case 300...303, 307, 308: return redirect(error, status, target)
    case 401, 407:
      let realm =
        HTTPEvidence.header(status == 401 ? "www-authenticate" : "proxy-authenticate", of: error)
        .map { ["It asks for: \($0)"] } ?? []
      return Finding(
        cause: .authenticationFailed, notes: [note] + realm,
        advice: isAboutTheLogin(error, status)
          ? (
            "A proxy in front of the server rejected the login.",
            "Check Username and Password in the connection editor. If the proxy has users of its own, have it let requests through with the headers X-ClickHouse-User and X-ClickHouse-Key, or enter the address of the server itself in Host and Port. On the command line: --user USER --password SOURCE (prompt, env:NAME, file:PATH …)"
          )
          : (
            "A proxy in front of the server asks for a login of its own.",
            "Have the proxy let requests through with the headers X-ClickHouse-User and X-ClickHouse-Key, or enter the address of the server itself in Host and Port."
          ))
    default:
      if let finding = general.finding(for: status, error) { return finding }
      return Finding(
        cause: .wrongProtocol, notes: [note],
        advice: (
          "An HTTP server that is not ClickHouse answered (status \(status)).",
          "Check Host, Port and the database type in the connection editor. If it is a proxy, it has to pass the path / on to ClickHouse."
        ))
    }
  }

  /// Whether it is the login of the request that was refused: chproxy does so for users whom ClickHouse would let in
  /// under the same names, and asks for Basic's login, which servers take too.
  private static func isAboutTheLogin(_ error: ServerError, _ status: Int) -> Bool {
    guard status == 401 else { return false }
    let challenge = HTTPEvidence.header("www-authenticate", of: error)?.lowercased() ?? ""
    let text = error.text.lowercased()
    return challenge.hasPrefix("basic")
      || ["username", "user name", "password", "credentials"].contains(where: text.contains)
  }

  /// A redirection is somebody's word about another place: nothing goes there unasked, least of all a password.
  private static func redirect(_ error: ServerError, _ status: Int, _ target: ConnectionTarget) -> Finding {
    let location = HTTPEvidence.header("location", of: error) ?? "another place"
    let note = "The answer is a redirection (status \(status)) to \(location), which was not followed"
    let place = ClickHouseLocation(location)
    if target.ssl.mode == .disabled, let place, place.isSecured, place.isAt(target.hosts) {
      return Finding(
        cause: .serverRequiresTLS, notes: [note],
        advice: (
          "The server requires an encrypted connection: it sends whoever comes in plain text to its port \(place.port).",
          "Set Port to \(place.port); switch to the SSL tab, and set Mode to Required (or stricter). On the command line: --port \(place.port) --ssl required"
        ))
    }
    let name = place.map { " to \($0.host)" } ?? ""
    return Finding(
      cause: .wrongProtocol, notes: [note],
      advice: (
        "An HTTP server that is not ClickHouse answered with a redirection\(name).",
        "Enter the address of the ClickHouse server itself in Host and Port."
      ))
  }
}
