internal import ConnectCore

/// From what a SQL Server reported to its cause. Pure; `explain` uses it too.
struct SQLServerRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    guard let error = failure.error else { return nil }
    let number = error.nativeCode.flatMap { Int($0) } ?? Self.number(in: error.text)
    let cause =
      number.flatMap { Self.cause(number: $0, text: error.text) }
      ?? Self.phrases.first { error.text.contains($0.text) }?.cause
    guard let cause else { return nil }
    return Finding(cause: cause, notes: Self.notes(number: number, text: error.text))
  }

  // MARK: Numbers

  /// The number of an error (sys.messages) to its cause, as far as the number alone tells it.
  static func cause(number: Int, text: String = "") -> Cause? {
    switch number {
    case 18456:
      // The states of a login that was good but for its database; strangers are always told state 1.
      [38, 40, 46].contains(state(of: number, in: text) ?? 0) ? .databaseNotFound : .authenticationFailed
    case 18452, 18470, 18486, 18487, 18488: .authenticationFailed
    case 18450: .accessDenied
    case 4060, 4064, 911: .databaseNotFound
    case 40532: .databaseNotFound
    case 916, 17892: .accessDenied
    // 18401: only administrators are let in, the server is being upgraded.
    case 18401, 18451, 18461: .serverNotReady
    case 40615, 40914, 47073: .accessDenied
    case 17809, 17810, 10928, 10929, 10936, 49918, 49919, 49920: .tooManyConnections
    case 40613, 40197, 40501, 17142, 17148, 922, 927, 942, 945, 976, 978, 983, 9001: .serverNotReady
    // "No process is on the other end of the pipe": the server takes no more (or no remote) logins.
    case 233: .tooManyConnections
    // "Encryption is required to connect to this server", "The login packet … is structurally invalid".
    case 17835: .serverRequiresTLS
    case 17832: .wrongProtocol
    case 17830: .connectionLost
    default: nil
    }
  }

  /// The number that a pasted text names: `Msg 18456, …`, `Error: 18456, …`, `(18456, …`.
  static func number(in text: String) -> Int? {
    for mark in ["Msg ", "Error: ", "error: ", "Error ", "(", "message "] {
      var rest = text[...]
      while let found = rest.firstRange(of: mark) {
        rest = rest[found.upperBound...]
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        if (3...5).contains(digits.count), let number = Int(digits), cause(number: number) != nil {
          return number
        }
      }
    }
    return nil
  }

  /// `State 8` or `State: 8` behind a number.
  static func state(of number: Int, in text: String) -> Int? {
    guard let start = text.firstRange(of: String(number)) else { return nil }
    let rest = text[start.upperBound...]
    guard let word = rest.firstRange(of: "tate") else { return nil }
    let digits = rest[word.upperBound...].drop { ": ".contains($0) }.prefix { $0.isASCII && $0.isNumber }
    return Int(digits)
  }

  // MARK: What the numbers leave open

  private static func notes(number: Int?, text: String) -> [String] {
    switch number {
    case 18456: [stateNote(state(of: 18456, in: text))]
    case 18452: ["only Windows logins are trusted here, or the login comes from an untrusted domain"]
    case 18470: ["the login is disabled"]
    case 18486: ["the login is locked out"]
    case 18487: ["the login's password has expired"]
    case 18488: ["the login's password has to be changed"]
    case 233:
      ["the server may have reached its limit of connections, or the driver and the server share no protocol"]
    case 40615, 40914:
      [
        "Azure's firewall does not let this computer's address in\(address(in: text).map { " (\($0))" } ?? "")"
      ]
    case 40532: ["Azure finds the server by the name before the first dot of the host, or by user@server"]
    default: []
    }
  }

  /// What 18456's states mean (Microsoft's page on MSSQLSERVER_18456).
  private static func stateNote(_ state: Int?) -> String {
    switch state {
    case nil, 0, 1: "the server hides the reason (state 1); its error log has the real state"
    case 2, 5: "state \(state ?? 5): the server has no such login"
    case 6: "state 6: a Windows login was used with a password"
    case 7: "state 7: the login is disabled, and the password is wrong"
    case 8, 9: "state \(state ?? 8): the password is wrong"
    case 11, 12: "state \(state ?? 11): the login is good, and may not use this server"
    case 13: "state 13: the server is paused"
    case 18: "state 18: the password has to be changed"
    case 38, 40, 46: "state \(state ?? 38): the database cannot be opened"
    case 58: "state 58: the server takes Windows logins only"
    case let state?: "state \(state)"
    }
  }

  /// The address that Azure's firewall names: `Client with IP address '203.0.113.7' is not allowed …`.
  static func address(in text: String) -> String? {
    guard let start = text.firstRange(of: "IP address '") else { return nil }
    let address = text[start.upperBound...].prefix { $0 != "'" }
    return address.isEmpty || address.count > 45 ? nil : String(address)
  }

  /// Words that decide where there is no number: texts of other clients, for `explain`.
  static let phrases: [(text: String, cause: Cause)] = [
    ("is not allowed to access the server", .accessDenied),
    ("The login is from an untrusted domain", .authenticationFailed),
    ("The account is disabled", .authenticationFailed),
    ("password of the account has expired", .authenticationFailed),
    ("password of the account must be changed", .authenticationFailed),
    ("Cannot open database", .databaseNotFound),
    ("Cannot open user default database", .databaseNotFound),
    ("Cannot open server", .databaseNotFound),
    ("Login failed for user", .authenticationFailed),
    ("is not currently available", .serverNotReady),
    ("maximum number of '", .tooManyConnections),
    ("The service is currently busy", .serverNotReady),
    ("The service has encountered an error processing your request", .serverNotReady),
    ("requires encryption but this machine does not support it", .serverRequiresTLS),
    ("Encryption not supported", .serverLacksTLS),
  ]
}
