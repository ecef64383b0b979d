/// Everything that a driver saw while it connected. It draws no conclusions.
package struct Observation: Codable, Equatable, Sendable {
  package var outcome: Outcome
  /// The host of the list that the outcome is about.
  package var host: HostPort
  /// `ip:port`, `[ip]:port` or the socket's path; nil if it never came to an address.
  package var address: String?
  /// Whether the session is encrypted; nil: it never got far enough to be either.
  package var encrypted: Bool?
  /// Whether Preferred went on in plain text.
  package var fallback: Fallback?
  /// What is known of TLS, also of a handshake that failed; nil: none was begun.
  package var tls: TLSReport?
  package var attempts: [ConnectionAttempt]
  /// In their order, those that were begun.
  package var stages: [StageTiming]
  /// What else was seen and the reader should know.
  package var remarks: [Remark]
  /// What the server gave to stand for the login: no report may show it.
  package var secrets: [Secret]
  /// The target's settings as records of DNS have completed them; nil: they are those that were given.
  package var parameters: [String: String]?

  package init(
    outcome: Outcome, host: HostPort, address: String? = nil, encrypted: Bool? = nil,
    fallback: Fallback? = nil, tls: TLSReport? = nil, attempts: [ConnectionAttempt] = [],
    stages: [StageTiming] = [], remarks: [Remark] = [], secrets: [Secret] = []
  ) {
    self.outcome = outcome
    self.host = host
    self.address = address
    self.encrypted = encrypted
    self.fallback = fallback
    self.tls = tls
    self.attempts = attempts
    self.stages = stages
    self.remarks = remarks
    self.secrets = secrets
  }
}

/// Why Preferred went on in plain text: the failure of the TLS pass.
package struct Fallback: Codable, Equatable, Sendable {
  package var reason: ConnectionFailure

  package init(reason: ConnectionFailure) { self.reason = reason }
}

/// One connection that was tried.
package struct ConnectionAttempt: Codable, Equatable, Sendable {
  /// `ip:port`, `[ip]:port` or the socket's path.
  package var address: String
  /// What this attempt asked for: a pass of Preferred is `required` or `disabled`.
  package var mode: SSLMode
  /// nil: it succeeded, as far as it went.
  package var failure: ConnectionFailure?
  package var milliseconds: Double

  package init(address: String, mode: SSLMode, failure: ConnectionFailure?, milliseconds: Double) {
    self.address = address
    self.mode = mode
    self.failure = failure
    self.milliseconds = milliseconds
  }
}

/// Something that was seen beside the outcome.
package enum Remark: Codable, Equatable, Sendable {
  /// The server asked for the password in clear text over a plain connection, and got it.
  case passwordSentInClear
  /// A password went over a plain connection in clear text, and nobody had asked for it: HTTP sends it with the request.
  case passwordGivenInClear
  /// A password went over a plain connection, and how could not be seen.
  case passwordMaybeSentInClear
  /// A password went over a plain connection, in a form that anyone can turn back (MS-TDS section 2.2.6.4).
  case passwordObfuscated
  /// The server sent the login on to another one, `host:port`.
  case redirected(to: String)
  /// The server's own table of connections says of this one that it is encrypted, or is not, and we know better.
  case encryptionDisputed(serverSaysEncrypted: Bool)
  /// A password was given, and the server lets everybody in without one.
  case passwordNotAsked
  /// The server let the login in, and lets wrong passwords in too; what it calls the way of logging in.
  case passwordNotProven(String)
  /// The login worked, and the server does not let this user read the table that says who it is.
  case identityWithheld(table: String)
  /// A NOTICE or warning of the server's, verbatim.
  case serverNotice(String)
  /// Others may read the client's private key.
  case keyReadableByOthers(path: String)
  /// The login worked, and the server takes nothing but a new password.
  case passwordExpired
  /// The password ends in so many days; fewer than 0: it has ended.
  case passwordExpires(days: Int)
  /// A user was given and no password, so that nobody was named to the server: it let in whom it takes for a stranger.
  case userNotUsed
  /// The file holds nothing yet.
  case databaseIsEmpty
  /// The session works, and who the server is was not to be learnt: what happened when it was asked.
  case notIdentified(ConnectionFailure)
  /// The server's authentication is off, so that what was given to log in with has proven nothing.
  case authenticationDisabled
  /// Of a user and a password only one was given, and neither used: a client certificate was shown, by this program or
  /// by something on the way.
  case userNotNamed
  /// The login was the client certificate's: whom it names.
  case userOfCertificate(String)
  /// The login worked, and the key that was read to prove it is none that the user may read; the server's words.
  case keyNotReadable(String, words: String)
  /// The port is the one on which the servers of a cluster talk to each other; clients find the server there.
  case peerPort(clientURLs: [String])
  /// The server told its version before any login.
  case toldVersion
  /// The server's TLS did not choose this protocol by ALPN (RFC 7301), although the server speaks it, and those clients
  /// demand that.
  case protocolNotAgreed(String, client: String)
  /// The server takes no writes.
  case serverIsReadOnly
  /// The database that was asked for is not among those that the user may see, where one comes into being by being
  /// written to.
  case databaseNotListed(String)
  /// Another server of the deployment could not be used.
  case memberFailed(name: String, failure: ConnectionFailure)
  /// The plain pass of Preferred failed too; the outcome is the TLS pass's.
  case plainPassFailed(ConnectionFailure)
}
