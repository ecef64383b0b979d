/// How an attempt ended.
package enum Outcome: Codable, Equatable, Sendable {
  case connected(Session)
  case failed(ConnectionFailure)
}

/// What is known of a session that reached the stage that was asked for.
package struct Session: Codable, Equatable, Sendable {
  /// nil when the test stopped before the server said it.
  package var server: ServerIdentity?
  /// Whose session the server says that it is, where that is not the user who was asked for; nil: that user's, or it
  /// did not say.
  package var user: String?

  package init(server: ServerIdentity? = nil, user: String? = nil) {
    self.server = server
    self.user = user
  }
}

/// Who answered.
package struct ServerIdentity: Codable, Equatable, Sendable {
  /// The product's own spelling: `PostgreSQL`, `CockroachDB`.
  package var product: String
  package var version: String
  /// `Standard Edition (64-bit)`; nil where the product has none.
  package var edition: String?
  /// What else it says of itself and its place, a few words each: `cluster Test Cluster`.
  package var details: [String]

  package init(product: String, version: String, edition: String? = nil, details: [String] = []) {
    self.product = product
    self.version = version
    self.edition = edition
    self.details = details
  }
}

/// Where and how a connection failed, and all that was observed of it.
package struct ConnectionFailure: Error, Codable, Equatable, Sendable {
  package var stage: ConnectionStage
  package var event: FailureEvent
  /// The library's or server's own words, where there are any.
  package var error: ServerError?
  /// What the server answered when it was asked (rule 6 of the house); empty: it was not.
  package var answers: [ServerAnswer]
  /// Whether the server had asked for a password (or anything else that proves a credential) before.
  package var credentialsRequested: Bool

  package init(
    stage: ConnectionStage, event: FailureEvent, error: ServerError? = nil, answers: [ServerAnswer] = [],
    credentialsRequested: Bool = false
  ) {
    self.stage = stage
    self.event = event
    self.error = error
    self.answers = answers
    self.credentialsRequested = credentialsRequested
  }
}

/// What was observed at the moment of failure: facts, no conclusions.
package enum FailureEvent: Codable, Equatable, Sendable {
  /// The name has no address; the resolver's words.
  case nameNotResolved(String)
  /// The address answered that nobody listens (ECONNREFUSED, or no socket file: ENOENT).
  case refused(errno: Int32)
  /// No way there (EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, EACCES …).
  case unreachable(errno: Int32)
  /// The deadline passed.
  case timedOut
  /// The server closed the connection (FIN), mid-conversation.
  case closed
  /// The connection broke (RST, EPIPE …).
  case reset(errno: Int32)
  /// The server said that it has no TLS (`N` to SSLRequest).
  case tlsNotOffered
  /// The server wants TLS, and this connection was to have none; what it answered, as an end of "the server …".
  case tlsDemanded(String)
  /// The server's answer leaves unclear what is to be encrypted; the answer, as an end of "the server …".
  case tlsNotAgreed(String)
  /// The port of a named instance could not be found out; why, as a sentence's end.
  case instanceNotFound(String)
  /// Something else than the engine's protocol answered.
  case foreignAnswer(ForeignAnswer)
  /// The certificate was refused by us; the faults are in the TLS report.
  case certificateRefused
  /// An alert ended the handshake, or the first read after it.
  case alert(TLSAlert)
  /// The handshake failed on our side for another reason; OpenSSL's words.
  case tlsFailed(reason: String)
  /// What came instead of the handshake is not TLS.
  case notTLS(ForeignAnswer)
  /// The server reported an error: the engine's rules name its cause.
  case serverReported
  /// A file given for TLS cannot be used; nothing was sent.
  case fileUnusable(FileFault)
  /// The file that should be the database is none, or cannot be used.
  case databaseFile(DatabaseFileFault)
  /// The client library is missing or refused; nothing was sent.
  case driverMissing(MissingDriver)
  /// Something else, described.
  case other(String)
}

/// What answered instead of the expected server.
package struct ForeignAnswer: Codable, Equatable, Sendable {
  /// The protocol it looks like (`HTTP`, `SSH`, …); nil if it looks like none that we know.
  package var protocolName: String?
  /// The first bytes. More of them than reports show: a secret that is cut in two is not recognised any more.
  package var bytes: [UInt8]

  /// How many bytes are worth keeping, and of these showing.
  package static let mostBytes = 512
  static let shownBytes = 96

  package init(protocolName: String?, bytes: [UInt8]) {
    self.protocolName = protocolName
    self.bytes = Array(bytes.prefix(Self.mostBytes))
  }
}

/// A certificate, key, CA or CRL file that cannot be used.
package struct FileFault: Error, Codable, Equatable, Sendable {
  package enum Problem: String, Codable, Sendable {
    case missing, unreadable, notPEM
    /// Reading it did not come to an end: a pipe that nobody writes to.
    case endless
    /// The key does not belong to the certificate.
    case keyMismatch
    case passphraseRequired, passphraseIncorrect
    /// The driver refuses a key that others may read.
    case tooOpen
  }
  /// The option that names the file: `--ssl-ca`, `--ssl-crl`, `--ssl-cert`, `--ssl-key`.
  package var option: String
  package var path: String
  package var problem: Problem
  /// The library's or system's own words.
  package var detail: String

  package init(option: String, path: String, problem: Problem, detail: String) {
    self.option = option
    self.path = path
    self.problem = problem
    self.detail = detail
  }
}

/// What the server answered to a question that was put to it without credentials.
package enum ServerAnswer: Codable, Equatable, Sendable {
  /// It has no TLS.
  case offersNoTLS
  /// Over TLS it went on to ask for a login (or let us in without one).
  case takesLoginOverTLS
  /// Over TLS it refused too.
  case refusesOverTLS(ServerError)
  /// In plain text it went on to ask for a login (or let us in without one).
  case takesLoginInPlain
  /// In plain text it refused too.
  case refusesInPlain(ServerError)
  /// It has found the password right, and refused the login all the same.
  case acknowledgesPassword
  /// Over TLS it asked for a client certificate, got none, and refused the login.
  case asksForClientCertificate
  /// It speaks TLS at once, without being asked in its protocol.
  case speaksTLSDirectly
  /// It speaks TDS 8.0, whose TLS comes before anything else (MS-TDS section 1.3: ALPN `tds/8.0`).
  case speaksStrictTDS
  /// It is something else, as it answered a message that is not the engine's.
  case isAnother(ForeignAnswer)
  /// One of the servers of a deployment has said what it is there: `is a secondary of the replica set rs0`.
  case isMember(name: String, words: String)
  /// No answer that tells anything came; what happened, in a few words.
  case unanswered(String)
}
