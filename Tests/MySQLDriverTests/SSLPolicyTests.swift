import ConnectCore
import Testing

@testable import MySQLDriver

/// What an SSL mode means to libmariadb.
@Suite struct SSLPolicyTests {
  private static let host = HostPort(host: "db", port: 3306)
  private static let socket = HostPort(host: "/run/mysqld/mysqld.sock", port: 3306)
  private static let proofs = ["mysql_native_password", "caching_sha2_password", "client_ed25519"]

  /// No plugin that sends the password itself, before who gets it is known.
  @Test func plugins() {
    for verification: VerificationLevel in [.none, .chain, .identity] {
      #expect(MySQLSSLPolicy.authentication(.plain, verification: verification) == Self.proofs)
      #expect(MySQLSSLPolicy.authentication(.question, verification: verification) == Self.proofs)
    }
    #expect(
      MySQLSSLPolicy.authentication(.encrypted, verification: .none) == Self.proofs + ["sha256_password"])
    for verification: VerificationLevel in [.chain, .identity] {
      #expect(
        MySQLSSLPolicy.authentication(.encrypted, verification: verification)
          == Self.proofs + ["sha256_password", "mysql_clear_password"])
    }
  }

  @Test func thePasswordItself() {
    #expect(MySQLSSLPolicy.allowsPassword(.encrypted, host: Self.host))
    #expect(!MySQLSSLPolicy.allowsPassword(.plain, host: Self.host))
    #expect(!MySQLSSLPolicy.allowsPassword(.question, host: Self.host))
    #expect(MySQLSSLPolicy.allowsPassword(.plain, host: Self.socket))
  }

  @Test func passes() {
    for mode in SSLMode.allCases {
      #expect(MySQLSSLPolicy.firstPass(mode, host: Self.host) == (mode == .disabled ? .plain : .encrypted))
      #expect(MySQLSSLPolicy.firstPass(mode, host: Self.socket) == .plain)
      #expect(MySQLSSLPolicy.Pass.plain.mode(of: mode) == .disabled)
      #expect(MySQLSSLPolicy.Pass.question.mode(of: mode) == .required)
    }
    #expect(MySQLSSLPolicy.Pass.encrypted.mode(of: .preferred) == .required)
    #expect(MySQLSSLPolicy.Pass.encrypted.mode(of: .verifyIdentity) == .verifyIdentity)
    #expect(!MySQLSSLPolicy.Pass.plain.encrypts)
    #expect(MySQLSSLPolicy.Pass.encrypted.encrypts && MySQLSSLPolicy.Pass.question.encrypts)
  }

  // MARK: Going on in plain text

  private func goesOn(
    _ event: FailureEvent, code: UInt32? = 2026, stage: ConnectionStage = .tls,
    credentialsRequested: Bool = false
  ) -> Bool {
    let error = code.map { MySQLErrors.error($0, "words", sqlState: "HY000") }
    return MySQLSSLPolicy.mayGoOnInPlain(
      after: ConnectionFailure(
        stage: stage, event: event, error: error, credentialsRequested: credentialsRequested))
  }

  private func alert(_ code: UInt8, beforeServerHello: Bool = true) -> FailureEvent {
    .alert(TLSAlert(code: code, received: true, beforeServerHello: beforeServerHello))
  }

  private let notTLS = FailureEvent.notTLS(ForeignAnswer(protocolName: nil, bytes: [1]))

  @Test func afterTheContractsReasons() {
    #expect(goesOn(.tlsNotOffered, code: nil))
    for event in [notTLS, alert(70), alert(71), alert(40)] {
      for code: UInt32? in [2026, 2012, nil] { #expect(goesOn(event, code: code), "\(event)") }
    }
    #expect(goesOn(.serverReported, code: 1043))
  }

  @Test func afterNothingElse() {
    let file = FileFault(option: "--ssl-key", path: "k", problem: .missing, detail: "")
    let events: [FailureEvent] = [
      .reset(errno: 104), .closed, .timedOut, .fileUnusable(file), .certificateRefused, alert(42), alert(45),
      alert(48), alert(116), alert(40, beforeServerHello: false), .tlsFailed(reason: "internal error"),
      .foreignAnswer(ForeignAnswer(protocolName: "HTTP", bytes: [])), .other("something"),
      MySQLErrors.surplusBeforeTLS, .refused(errno: 111), .serverReported,
    ]
    for event in events { #expect(!goesOn(event), "\(event)") }
    // No other number than CR_SSL_CONNECTION_ERROR, CR_SERVER_HANDSHAKE_ERR and ER_HANDSHAKE_ERROR.
    for code: UInt32 in [1040, 1045, 1129, 1130, 2002, 2013, 3159] {
      #expect(!goesOn(.serverReported, code: code) && !goesOn(alert(70), code: code), "\(code)")
    }
  }

  /// An answer to a login is none to the question of TLS.
  @Test func neverAfterALogin() {
    for event in [.tlsNotOffered, notTLS, alert(70)] {
      #expect(!goesOn(event, credentialsRequested: true))
      for stage: ConnectionStage in [.resolve, .connect, .auth, .query] {
        #expect(!goesOn(event, stage: stage))
      }
    }
  }
}
