internal import ConnectCore

/// From what a server of MongoDB's or libmongoc reported to its cause. Pure; `explain` uses it too.
struct MongoRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    guard failure.event == .serverReported else { return Self.unreachable(failure, target) }
    guard let error = failure.error else { return nil }
    switch error.origin {
    case .library("libmongoc"): return Self.library(error, failure, target)
    case .library, .server: return Self.server(error, failure, target)
    }
  }

  /// A server that another one has named cannot be had: clients use the names that servers have for each other.
  private static func unreachable(_ failure: ConnectionFailure, _ target: ConnectionTarget) -> Finding? {
    let isLed = failure.answers.contains { if case .isMember = $0 { true } else { false } }
    guard isLed, failure.stage <= .connect else { return nil }
    return Finding(
      cause: GenericRules.cause(of: failure, tls: nil, target: target),
      notes: [
        "Members of a replica set tell clients each other's names, and these have to work here; directConnection=true in the URL stays with the server that was given"
      ])
  }

  // MARK: libmongoc

  private static func library(
    _ error: ServerError, _ failure: ConnectionFailure, _ target: ConnectionTarget
  ) -> Finding? {
    switch error.nativeCode {
    case MongoErrors.selection: return selection(failure, target)
    case MongoErrors.scram:
      let note = "MongoDB has no empty passwords"
      return Finding(cause: .authenticationFailed, notes: target.password?.exposed == "" ? [note] : [])
    case MongoErrors.wireVersion:
      return Finding(
        cause: .other,
        notes: [
          "The server and the driver have no version of MongoDB's protocol in common: one of them is too old"
        ])
    default:
      return error.text.contains("uthentication failed")
        ? login(failure, target) : server(error, failure, target)
    }
  }

  /// Servers have answered, and none of them is the one that was asked for.
  private static func selection(_ failure: ConnectionFailure, _ target: ConnectionTarget) -> Finding? {
    let words = failure.answers.compactMap { if case .isMember(_, let words) = $0 { words } else { nil } }
    guard !words.isEmpty else { return nil }
    if let set = target.parameters["replicaSet"],
      !words.contains(where: { $0.contains(" of the replica set \(set)") })
    {
      return Finding(
        cause: .other,
        notes: [
          "None of the servers that answered is a member of the replica set \(set), which replicaSet asks for"
        ])
    }
    let wanted = target.parameters["readPreference"] ?? "primary"
    return Finding(
      cause: .serverNotReady,
      notes: ["None of the servers that answered is one that readPreference \(wanted) asks for"])
  }

  // MARK: Servers

  private static func server(
    _ error: ServerError, _ failure: ConnectionFailure, _ target: ConnectionTarget
  ) -> Finding? {
    let text = error.text.lowercased()
    guard let code = error.nativeCode.flatMap({ Int($0) }) else {
      return text.contains("authentication failed") || text.contains("auth failed")
        ? login(failure, target) : nil
    }
    switch code {
    // UserNotFound, AuthenticationFailed, and Atlas's own, whose words tell.
    case 11, 18: return login(failure, target)
    case 8000 where text.contains("auth"): return login(failure, target)
    // MechanismUnavailable; BadValue and ProtocolError where logins are talked about.
    case 334: return mechanism(failure)
    case 2 where failure.stage == .auth && (text.contains("mechanism") || text.contains("authentication")),
      17 where failure.stage == .auth && text.contains("sasl"):
      return mechanism(failure)
    // Unauthorized: whoever is not logged in may do nothing.
    case 13 where target.user == nil && target.parameters["authMechanism"] == nil:
      return Finding(
        cause: .authenticationFailed, notes: ["The server needs a login, and no user was given (-U/--user)"])
    case 13: return Finding(cause: .accessDenied)
    default: return causes[code].map { Finding(cause: $0) }
    }
  }

  /// Error codes (MongoDB's documentation, "Error Codes") to causes.
  private static let causes: [Int: Cause] = [
    // HostUnreachable, HostNotFound, NetworkTimeout, SocketException: said by a mongos of the servers behind it.
    6: .serverNotReady, 7: .serverNotReady, 89: .serverNotReady, 9001: .serverNotReady,
    // ShutdownInProgress, NotYetInitialized, PrimarySteppedDown, InvalidReplicaSetConfig.
    91: .serverNotReady, 94: .serverNotReady, 189: .serverNotReady, 93: .serverNotReady,
    // FailedToSatisfyReadPreference, KeyNotFound, NetworkInterfaceExceededTimeLimit.
    133: .serverNotReady, 211: .serverNotReady, 202: .serverNotReady,
    // NotWritablePrimary, InterruptedAtShutdown, InterruptedDueToReplStateChange.
    10107: .serverNotReady, 11600: .serverNotReady, 11602: .serverNotReady,
    // NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary.
    13435: .serverNotReady, 13436: .serverNotReady,
    // TooManyRequests, Cosmos DB's.
    16500: .serverNotReady,
    // ReauthenticationRequired.
    391: .authenticationFailed,
  ]

  private static func login(_ failure: ConnectionFailure, _ target: ConnectionTarget) -> Finding {
    var notes: [String] = []
    let usesDatabase =
      target.parameters["authSource"] == nil
      && target.parameters["authMechanism"].map { $0.hasPrefix("SCRAM") } ?? true
    if usesDatabase, target.password != nil, let database = target.database, database != "admin" {
      notes.append(
        "The user was looked for in the database \(database); users that are made in admin log in with --auth-source admin (authSource=admin in a URL)"
      )
    }
    if target.parameters["authMechanism"] == "MONGODB-X509" {
      notes.append("The user of MONGODB-X509 is the certificate's subject, and has to be made in $external")
    }
    return Finding(cause: .authenticationFailed, notes: notes)
  }

  private static func mechanism(_ failure: ConnectionFailure) -> Finding {
    Finding(
      cause: .authenticationFailed,
      notes: ["The server does not take logins by this mechanism (authMechanism in a URL chooses another)"])
  }
}
