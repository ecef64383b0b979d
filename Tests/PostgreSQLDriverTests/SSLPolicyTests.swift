import ConnectCore
import Testing

@testable import PostgreSQLDriver

@Suite struct SSLPolicyTests {
  private func failure(
    _ event: FailureEvent, _ error: ServerError? = nil, credentialsRequested: Bool = false
  ) -> ConnectionFailure {
    ConnectionFailure(stage: .tls, event: event, error: error, credentialsRequested: credentialsRequested)
  }

  private func alert(_ code: UInt8, beforeServerHello: Bool = true) -> FailureEvent {
    .alert(TLSAlert(code: code, received: true, beforeServerHello: beforeServerHello))
  }

  @Test func plainIsAllowedAfterTheContractsThreeReasons() {
    let foreign = ForeignAnswer(protocolName: nil, bytes: [])
    for event in [.tlsNotOffered, .notTLS(foreign), alert(70), alert(71), alert(40)] as [FailureEvent] {
      #expect(PostgreSQLSSLPolicy.mayGoOnInPlain(after: failure(event)))
    }
    let refused = ServerError(
      text: "FATAL: no pg_hba.conf entry for host \"h\", user \"u\", database \"d\", SSL encryption",
      sqlState: "28000", origin: .server)
    #expect(PostgreSQLSSLPolicy.mayGoOnInPlain(after: failure(.serverReported, refused)))
    #expect(
      !PostgreSQLSSLPolicy.mayGoOnInPlain(
        after: failure(.serverReported, refused, credentialsRequested: true)))
  }

  @Test func plainIsForbiddenAfterAnythingElse() {
    let file = FileFault(option: "--ssl-key", path: "k", problem: .missing, detail: "")
    let events: [FailureEvent] = [
      .reset(errno: 104), .closed, .timedOut, .fileUnusable(file), .certificateRefused, alert(42), alert(48),
      alert(116), alert(40, beforeServerHello: false), .tlsFailed(reason: "internal error"),
      .foreignAnswer(ForeignAnswer(protocolName: "HTTP", bytes: [])),
    ]
    for event in events { #expect(!PostgreSQLSSLPolicy.mayGoOnInPlain(after: failure(event)), "\(event)") }
    let login = ServerError(text: "FATAL: password authentication failed", sqlState: "28P01", origin: .server)
    #expect(!PostgreSQLSSLPolicy.mayGoOnInPlain(after: failure(.serverReported, login)))
  }

  private static let known: Set<String> = [
    "host", "hostaddr", "port", "user", "password", "dbname", "passfile", "gssencmode", "sslmode",
    "sslrootcert",
    "sslcrl", "sslcert", "sslkey", "sslpassword", "sslsni", "options", "ssl_min_protocol_version",
    "target_session_attrs", "fallback_application_name",
  ]

  private func options(
    _ pass: PostgreSQLSSLPolicy.Pass, known: Set<String> = known,
    change: (inout ConnectionTarget) -> Void = { _ in }
  ) -> [String: String] {
    var target = ConnectionTarget(
      engine: .postgres, hosts: [HostPort(host: "db", port: 5432)], user: "u", password: Secret("p"),
      ssl: SSLSettings(mode: .verifyIdentity, trust: .file("/ca.pem")))
    change(&target)
    let list = PostgreSQLSSLPolicy.options(
      for: target, host: target.hosts[0], address: "10.0.0.1", pass: pass, known: known)
    return Dictionary(uniqueKeysWithValues: list.map { ($0.keyword, $0.value) })
  }

  @Test func homeFolderAndKerberosAreKeptOut() {
    let encrypted = options(.encrypted)
    for name in ["sslrootcert", "sslcrl", "sslcert", "sslkey", "passfile"] {
      #expect(encrypted[name] == PostgreSQLSSLPolicy.nowhere)
    }
    #expect(encrypted["gssencmode"] == "disable")
    #expect(encrypted["hostaddr"] == "10.0.0.1")
  }

  @Test func eachPassAsksForItsKindOnly() {
    #expect(options(.encrypted)["sslmode"] == "require")
    #expect(options(.plain)["sslmode"] == "disable")
    #expect(PostgreSQLSSLPolicy.firstPass(.disabled, host: HostPort(host: "h", port: 1)) == .plain)
    #expect(PostgreSQLSSLPolicy.firstPass(.preferred, host: HostPort(host: "h", port: 1)) == .encrypted)
    #expect(PostgreSQLSSLPolicy.firstPass(.preferred, host: HostPort(host: "/tmp", port: 1)) == .plain)
  }

  @Test func theClientsKeyIsNotGivenToAPlainPass() {
    func withKey(_ target: inout ConnectionTarget) {
      target.ssl.certificateFile = "/c.pem"
      target.ssl.keyPassphrase = Secret("x")
    }
    #expect(options(.encrypted, change: withKey)["sslkey"] == "/c.pem")
    #expect(options(.encrypted, change: withKey)["sslpassword"] == "x")
    #expect(options(.plain, change: withKey)["sslcert"] == PostgreSQLSSLPolicy.nowhere)
    #expect(options(.plain, change: withKey)["sslpassword"] == nil)
  }

  @Test func whatThisLibpqDoesNotKnowIsLeftOut() {
    #expect(options(.encrypted, known: Self.known.subtracting(["sslsni"]))["sslsni"] == nil)
    #expect(options(.encrypted)["sslsni"] == "0")
  }
}
