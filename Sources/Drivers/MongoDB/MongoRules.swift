internal import ConnectCore

/// From what a server of MongoDB's or libmongoc reported to its cause. Pure; `explain` uses it too.
struct MongoRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    if case .alert(let alert) = failure.event { return Self.atlas(alert, target) }
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
    case MongoErrors.scram where ["of password", "sasl step 3 :"].contains(where: error.text.contains):
      let note = "MongoDB has no empty passwords"
      return Finding(cause: .authenticationFailed, notes: target.password?.exposed == "" ? [note] : [])
    case MongoErrors.scram: return unproven(error)
    case _ where isHalfOfLogin(error.text): return unproven(error)
    case MongoErrors.wireVersion:
      return Finding(
        cause: .other,
        notes: [
          "The server and the driver have no version of MongoDB's protocol in common: one of them is too old"
        ])
    // Its numbers are not the servers'.
    default: return error.text.contains("uthentication failed") ? login(failure, target) : nil
    }
  }

  /// libmongoc's words for answers to a login that are none (mongoc-cluster.c).
  private static func isHalfOfLogin(_ text: String) -> Bool {
    ["invalid SCRAM reply", "SCRAM reply from MongoDB is too large", "Incorrect step for 'done'"].contains {
      text.contains($0)
    }
  }

  /// SCRAM proves both sides to each other (RFC 5802 section 3), and the server's half of it is missing or wrong. It
  /// is not `wrong-protocol`, for what answered speaks MongoDB's, and nobody has rejected the login.
  private static func unproven(_ error: ServerError) -> Finding {
    var notes = [
      "In a login by SCRAM the server proves too that it knows the password, and what it sent is no such proof"
    ]
    if error.text.contains("iterations") {
      notes = [
        "The server asked for a login that is easy to guess the password from (fewer than 4096 rounds), which is refused"
      ]
    }
    return Finding(
      cause: .other, notes: notes,
      advice: (
        "The server could not prove that it knows the password: it may be another server than the one that is meant.",
        "Check Host and Port in the connection editor, and verify the server's certificate (SSL mode Verify Identity). Do not send the password to this server in another way."
      ))
  }

  // MARK: Atlas

  /// Atlas' servers end handshakes with internal_error (80) where the computer's address is not on the list.
  private static func atlas(_ alert: TLSAlert, _ target: ConnectionTarget) -> Finding? {
    guard alert.received, alert.beforeServerHello, alert.code == 80,
      target.hosts.contains(where: { $0.host.lowercased().hasSuffix(".mongodb.net") })
    else { return nil }
    return Finding(
      cause: .tlsFailureOther,
      notes: [
        "MongoDB Atlas ends the handshake so where this computer's address is not on the IP access list"
      ],
      advice: (
        "MongoDB Atlas ended the TLS handshake, as it does with addresses that it does not let in.",
        "Add this computer's address to the project's IP access list (Atlas: Network Access), wait until it is active, and try again."
      ))
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
    case 8000
    where failure.stage == .auth && (text.contains("bad auth") || text.contains("authentication failed")):
      return login(failure, target)
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

  /// Whether the server is not ready, and may be in a moment.
  static func mayPass(_ error: ServerError) -> Bool {
    error.nativeCode.flatMap { Int($0) }.flatMap { causes[$0] } == .serverNotReady
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
