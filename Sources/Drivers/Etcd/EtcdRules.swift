internal import ConnectCore

/// From what an etcd server reported to its cause. Pure; `explain` uses it too.
struct EtcdRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    switch failure.event {
    case .serverReported: failure.error.flatMap(Self.finding)
    case EtcdErrors.foreign: failure.error.flatMap(EtcdFrontRules.finding)
    case EtcdErrors.malformed: Finding(cause: .wrongProtocol)
    case EtcdErrors.noUser: Finding(cause: .authenticationFailed)
    case EtcdErrors.namelessCertificate:
      Finding(cause: .authenticationFailed, notes: [Self.certificateNamesNobody], advice: Self.otherLogin)
    default: nil
    }
  }

  private static func finding(for error: ServerError) -> Finding? {
    let text = error.text.lowercased()
    if let row = words.first(where: { text.contains($0.part) }) {
      return Finding(
        cause: row.cause, notes: row.note.map { [$0] } ?? [],
        advice: row.part == EtcdErrors.unknownUser ? otherLogin : nil)
    }
    return error.nativeCode.flatMap { codes[$0] }.map { Finding(cause: $0) }
  }

  private static let certificateNamesNobody =
    "The certificate names no user: give a user and a password, or a certificate whose common name is the user"

  private static let otherLogin = (
    "The server rejected the login by the client certificate: it names none of etcd's users.",
    "Choose a client certificate whose common name is the user (--ssl-cert FILE), or enter Username and Password in the connection editor (--user USER --password SOURCE)."
  )

  /// A member serves nobody before it has found a leader for the first time, and its port accepts all the same.
  func hints(
    for failure: ConnectionFailure, in observation: Observation, target: ConnectionTarget
  ) -> [String] {
    if failure.event == .timedOut, failure.stage >= .auth, observation.remarks.contains(.toldVersion) {
      return [Self.stallHint]
    }
    // Whoever has said anything is no such member.
    guard failure.event == .timedOut, failure.answers.isEmpty, failure.stage >= .tls,
      observation.encrypted == nil, observation.tls?.serverSpoke != true
    else { return [] }
    return [Self.silenceHint]
  }

  static let stallHint =
    "The member told its version, and did not answer what needs the rest of its cluster: more than half of the members have to be up and see each other"

  static let silenceHint =
    "A member of etcd that waits for the rest of its cluster accepts connections and says nothing"

  /// The statuses of gRPC that tell enough by themselves; etcd's UNKNOWN, INVALID_ARGUMENT and FAILED_PRECONDITION do
  /// not.
  private static let codes: [String: Cause] = [
    "4": .serverNotReady,  // DEADLINE_EXCEEDED
    "7": .accessDenied,  // PERMISSION_DENIED
    "14": .serverNotReady,  // UNAVAILABLE
    "16": .authenticationFailed,  // UNAUTHENTICATED
  ]

  /// By a part of the text in lower case (etcd's api/v3rpc/rpctypes/error.go and auth/store.go).
  private static let words: [(part: String, cause: Cause, note: String?)] = [
    (EtcdErrors.wrongLogin, .authenticationFailed, nil),
    (EtcdErrors.loginNeeded, .authenticationFailed, nil),
    (
      "password was given for no password user", .authenticationFailed,
      "The user was made without a password: it logs in by a client certificate that bears its name"
    ),
    (
      EtcdErrors.unknownUser, .authenticationFailed,
      "The common name of the client certificate is the name of the user, and etcd has no such user"
    ),
    (
      EtcdErrors.authenticationOff, .authenticationFailed,
      "etcd's authentication is off: everybody is let in without a user and a password"
    ),
    (
      "invalid auth token", .authenticationFailed,
      "The member does not know the token of the login: another one may have given it"
    ),
    ("auth store is old", .serverNotReady, "The users or their rights have changed during the login"),
    (EtcdErrors.permissionDenied, .accessDenied, nil),
    (
      EtcdErrors.noLeader, .serverNotReady,
      "The member is up, and its cluster has no leader: more than half of the members have to be up and see each other"
    ),
    ("leader changed", .serverNotReady, "The cluster is choosing another leader"),
    ("not leader", .serverNotReady, nil),
    ("leadership transfer", .serverNotReady, nil),
    (
      EtcdErrors.learner, .serverNotReady,
      "The member is a learner: it serves nobody until it is made a voting member (etcdctl member promote)"
    ),
    (
      "request timed out", .serverNotReady,
      "The member is up, and the rest of its cluster did not answer it in time"
    ),
    ("unhealthy cluster", .serverNotReady, nil),
    ("server stopped", .serverNotReady, nil),
    ("not capable", .serverNotReady, "The members of the cluster do not yet know each other's versions"),
    ("too many requests", .serverNotReady, "The member has more requests than it gets done"),
    ("corrupt cluster", .other, "An alarm says that the members' data differ: etcdctl alarm list"),
  ]
}
