internal import ConnectCore
internal import HTTP

/// From what a ClickHouse server, or what stands in front of one, reported to its cause. Pure; `explain` uses it too.
struct ClickHouseRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    if let finding = Self.nativePort(failure, target) ?? Self.plainPort(failure, target) { return finding }
    switch failure.event {
    case .serverReported: return failure.error.flatMap { Self.finding(for: $0, target) }
    case .timedOut: return Self.cloud(target).map { Finding(cause: .timedOut, notes: [$0]) }
    case HTTPFault.malformed, HTTPFault.tooLong: return Finding(cause: .wrongProtocol)
    case ClickHouseErrors.notTheRow: return Self.notTheRow
    default: return nil
    }
  }

  private static let notTheRow = Finding(
    cause: .other,
    advice: (
      "A ClickHouse server answered, but not the query that it was sent.",
      "If a proxy stands in front of it, have it pass the path / and the query string on, and the request's body. If the server has http_handlers in its configuration, have them leave / to queries (defaults)."
    ))

  private static func finding(for error: ServerError, _ target: ConnectionTarget) -> Finding? {
    if HTTPEvidence.status(of: error) != nil {
      return ClickHouseFrontRules.finding(for: error, target)
    }
    if error.text.contains("(USER_EXPIRED)") {
      return Finding(cause: .authenticationFailed, notes: ["The account's time is over (VALID UNTIL)"])
    }
    if isInterserverPort(error) { return interserverPort }
    guard let code = error.nativeCode ?? ClickHouseErrors.exception(error.text, code: nil)?.nativeCode,
      let rule = codes[code]
    else { return nil }
    return Finding(cause: rule.cause, notes: rule.note.map { [$0] } ?? [], advice: rule.advice)
  }

  // MARK: Exceptions

  private struct Rule {
    let cause: Cause
    var note: String?
    /// Where the cause's own words are not about a case like this.
    var advice: (message: String, change: String)?
  }

  /// By their numbers (ClickHouse, src/Common/ErrorCodes.cpp).
  private static let codes: [String: Rule] = [
    "192": Rule(cause: .authenticationFailed),  // UNKNOWN_USER
    "193": Rule(cause: .authenticationFailed),  // WRONG_PASSWORD
    "194": Rule(cause: .authenticationFailed),  // REQUIRED_PASSWORD
    "516": Rule(  // AUTHENTICATION_FAILED
      cause: .authenticationFailed,
      note:
        "ClickHouse does not tell apart an unknown user, a wrong password, and an address that the user may not come from"
    ),
    "195": Rule(  // IP_ADDRESS_NOT_ALLOWED
      cause: .accessDenied,
      note:
        "The user's list of networks (HOST, or networks in users.xml) does not hold this computer's address"
    ),
    "291": Rule(  // DATABASE_ACCESS_DENIED
      cause: .accessDenied, note: "The user's list of databases (allow_databases) does not hold this one"),
    "497": Rule(cause: .accessDenied, note: "The user lacks a grant"),  // ACCESS_DENIED
    "512": Rule(cause: .accessDenied),  // SET_NON_GRANTED_ROLE
    "164": Rule(cause: .accessDenied, note: "The user may change nothing, settings included"),  // READONLY
    "81": Rule(cause: .databaseNotFound),  // UNKNOWN_DATABASE
    "202": Rule(  // TOO_MANY_SIMULTANEOUS_QUERIES
      cause: .tooManyConnections,
      advice: (
        "The server runs as many queries as it may.",
        "Wait until some have ended (SHOW PROCESSLIST), or raise max_concurrent_queries at the server, and try again."
      )),
    "203": Rule(cause: .tooManyConnections),  // NO_FREE_CONNECTION
    "439": Rule(cause: .tooManyConnections, note: "The server has no thread left"),  // CANNOT_SCHEDULE_TASK
    "201": Rule(  // QUOTA_EXCEEDED
      cause: .tooManyConnections,
      advice: (
        "The user's quota is used up: the server takes no further query for now.",
        "Wait until the quota's interval has ended (the server response tells when), or raise the quota."
      )),
    "159": Rule(  // TIMEOUT_EXCEEDED
      cause: .timedOut,
      advice: (
        "The server gave the query up, because its own limit of time was over.",
        "Look at what keeps the server busy, or raise max_execution_time in the user's profile."
      )),
    "209": Rule(  // SOCKET_TIMEOUT
      cause: .timedOut,
      advice: (
        "The server waited in vain for a connection of its own, to this computer or to another server.",
        "Look at the network between them, and at the server's log."
      )),
    "210": Rule(  // NETWORK_ERROR
      cause: .connectionLost,
      advice: (
        "The server lost a connection of its own, to this computer or to another server.",
        "Look at the network between them, and at the server's log."
      )),
    "241": Rule(cause: .serverNotReady, advice: noMemory),  // MEMORY_LIMIT_EXCEEDED
    "173": Rule(cause: .serverNotReady, advice: noMemory),  // CANNOT_ALLOCATE_MEMORY
    "236": Rule(cause: .serverNotReady),  // ABORTED, while the server stops
    "745": Rule(cause: .serverNotReady, note: "The server is overloaded"),  // SERVER_OVERLOADED
  ]

  private static let noMemory = (
    message: "The server has no memory left for a query.",
    change:
      "Wait until other queries have ended, or raise the limit that the server response names: max_memory_usage for a query, max_memory_usage_for_user, or max_server_memory_usage."
  )

  // MARK: The other ports

  /// Where servers fetch each other's parts: Poco's NotFoundException of version 18, and
  /// NO_SUCH_INTERSERVER_IO_ENDPOINT.
  private static func isInterserverPort(_ error: ServerError) -> Bool {
    let code = error.nativeCode ?? ClickHouseErrors.exception(error.text, code: nil)?.nativeCode
    return code == "221" || code == "1000" && error.text.contains("Not found: endpoint")
  }

  private static let interserverPort = Finding(
    cause: .wrongProtocol,
    advice: (
      "This is the port on which ClickHouse servers fetch each other's data (9009); clients have another.",
      "Set Port to the server's port for HTTP: 8123, or 8443 with TLS. On the command line: --port PORT"
    ))

  /// clickhouse-client's port was asked for HTTP, in plain text or inside TLS.
  private static func nativePort(_ failure: ConnectionFailure, _ target: ConnectionTarget) -> Finding? {
    let answers: [ForeignAnswer] = failure.answers.compactMap {
      if case .isAnother(let answer) = $0 { answer } else { nil }
    }
    let answer = answers.first { $0.protocolName == ClickHouseGreeting.nativeProtocol }
    let said = failure.error.flatMap { ClickHouseErrors.isNativePort($0.text) ? $0.text : nil }
    guard answer != nil || said != nil else { return nil }
    let text = said ?? String(decoding: answer?.bytes ?? [], as: UTF8.self)
    let named = ClickHouseErrors.portNamed(by: text)
    let plain = "\(named ?? "8123") (HTTP\(named == nil ? "" : ", as the server says"))"
    let secured = "8443 (HTTPS)"
    let ports = target.ssl.mode == .disabled ? "\(plain), or \(secured) with TLS" : "\(secured), or \(plain)"
    return Finding(
      cause: .wrongProtocol,
      advice: (
        "This is the port of clickhouse-client's own protocol (9000, or 9440 with TLS); TablePro speaks HTTP with ClickHouse.",
        "Set Port to the server's port for HTTP: \(ports). On the command line: --port PORT"
      ))
  }

  /// TLS was asked of a port of HTTP without it: the server may well have one with it.
  private static func plainPort(_ failure: ConnectionFailure, _ target: ConnectionTarget) -> Finding? {
    guard failure.stage == .tls, failure.answers.contains(.offersNoTLS),
      let port = Engine.clickhouse.traits.defaultTLSPort, !target.hosts.contains(where: { $0.port == port })
    else { return nil }
    return Finding(
      cause: .serverLacksTLS,
      advice: (
        "This port has no TLS but TablePro is configured to require an encrypted connection. ClickHouse has TLS on another port.",
        "Set Port to the server's port for HTTPS first: --port \(port), unless https_port in its configuration says otherwise. Only if it has none and can have none: switch to the SSL tab, and set Mode to Disabled (--ssl disabled). Nothing is encrypted then: anyone on the network path can read and change what is sent, the password included."
      ))
  }

  // MARK: ClickHouse Cloud

  /// What explains a silence there.
  private static func cloud(_ target: ConnectionTarget) -> String? {
    guard target.hosts.contains(where: { $0.host.lowercased().hasSuffix(".clickhouse.cloud") }) else {
      return nil
    }
    return target.ssl.mode == .disabled
      ? "ClickHouse Cloud takes TLS only, on port 8443: --ssl verify-identity"
      : "A service of ClickHouse Cloud that nobody uses goes to sleep, and takes up to a minute to wake up: try again with --timeout 60"
  }
}
