internal import ConnectCore

/// Errors of etcd's servers, and what was seen that is none of them.
enum EtcdErrors {
  /// A gRPC status: the server's words, and the number of the status.
  static func error(_ error: GRPCError) -> ServerError {
    ServerError(text: error.text, nativeCode: String(error.code), origin: .server)
  }

  /// gRPC's UNAVAILABLE: this member cannot, and another one may.
  static let unavailable = "14"

  // MARK: etcd's own words (its api/v3rpc/rpctypes), in lower case, as much of them as has stayed the same since 3.0

  static let wrongLogin = "invalid user id or password"
  static let loginNeeded = "user name is empty"
  static let authenticationOff = "authentication is not enabled"
  static let permissionDenied = "permission denied"
  static let unknownUser = "user name not found"
  static let noLeader = "no leader"
  static let learner = "not supported for learner"

  static func says(_ words: String, _ error: ServerError?) -> Bool {
    error?.text.lowercased().contains(words) == true
  }

  // MARK: What the server has no words for

  /// Messages that are not what rpc.proto says.
  static let malformed = FailureEvent.other("the server sent a message of etcd's that cannot be read")
  /// An answer of HTTP's that is not one of gRPC's; it is the error beside it.
  static let foreign = FailureEvent.foreignAnswer(ForeignAnswer(protocolName: "HTTP", bytes: []))
  /// The client certificate was asked who its user is, and has no common name.
  static let namelessCertificate = FailureEvent.other("the client certificate has no common name")
  /// A login is needed, and there is a password without a user.
  static let noUser = FailureEvent.other("the server asked for a login, and no user was given")
}
