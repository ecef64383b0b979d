import Lab
import Testing

/// What the client shows of itself × five modes, with TLS 1.2, where the handshake tells, and TLS 1.3, where it is over
/// before the server has looked.
@Suite struct CassandraClientCertificateTests {
  typealias Table = ClientCertificateTable<CassandraServer>

  static let mutual12 = CassandraServer.mutual.with(\.maximumTLS, "1.2")
  static let unknown = "--ssl-cert {pki}/client-unknown.crt --ssl-key {pki}/client-unknown.key"
  static let expired = "--ssl-cert {pki}/client-expired.crt --ssl-key {pki}/client-expired.key"
  static let optional = CassandraServer.mutual.with(\.takesAnonymous, true)

  static let certificates = [
    Table.client("absent", "", fails: .clientCertificateRequired),
    Table.client("absent, TLS 1.2", on: mutual12, "", fails: .clientCertificateRequired),
    Table.client("absent, and optional", on: optional, ""),
    Table.client("good", Table.pair + "/client.key"),
    Table.client("good, TLS 1.2", on: mutual12, Table.pair + "/client.key"),
    Table.client("certificate and key in one file", "--ssl-cert {pki}/client-both.pem"),
    Table.client("good, and nobody asked for it", on: .encrypted, Table.pair + "/client.key"),
    Table.client("from an unknown CA", unknown, fails: .clientCertificateRejected),
    Table.client("from an unknown CA, TLS 1.2", on: mutual12, unknown, fails: .clientCertificateRejected),
    Table.client(
      "from an unknown CA, and optional", on: optional, unknown, fails: .clientCertificateRejected),
    Table.client("expired", expired, fails: .clientCertificateRejected),
    Table.client("expired, TLS 1.2", on: mutual12, expired, fails: .clientCertificateRejected),
  ]

  @Test(arguments: Row.all(certificates)) func certificate(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.keys)) func key(_ row: Row) throws { try row.judge() }

  /// A login by certificate (MutualTlsAuthenticator): who is known by one needs no password, and gives none.
  static let byCertificate = optional.with(
    \.authenticator, "org.apache.cassandra.auth.MutualTlsAuthenticator")
  static let logins = [
    Table.client("login by certificate", on: byCertificate, Table.pair + "/client.key").with(\.password, nil),
    Table.client("login by certificate, password too", on: byCertificate, Table.pair + "/client.key"),
    Table.client(
      "login by another's certificate", on: byCertificate,
      "--ssl-cert {pki}/client-somebody.crt --ssl-key {pki}/client-somebody.key",
      fails: .clientCertificateRejected,
      during: .login),
    Table.client(
      "login by certificate without one", on: byCertificate, "", fails: .clientCertificateRequired,
      during: .login),
  ]
  @Test(arguments: Row.all(logins)) func login(_ row: Row) throws { try row.judge() }

  /// The stage is the handshake's, whatever had begun when the alert came; and it is always the alert that is told.
  @Test(arguments: [Mode.preferred, .required, .verifyIdentity]) func theAlertIsCaught(mode: Mode) throws {
    let pki = try Lab.pki
    let port = try Lab.start(cassandra: .mutual).port
    for (options, cause, alert) in [
      ([], Cause.clientCertificateRequired, "alert 116"),
      (
        ["--ssl-cert", pki + "/client-unknown.crt", "--ssl-key", pki + "/client-unknown.key"],
        .clientCertificateRejected, "alert 48"
      ),
    ] {
      for _ in 0..<5 {
        let result = try Program.run(
          [
            "cql://localhost:\(port)", "--ssl", mode.rawValue, "--ssl-ca", pki + "/ca.pem", "--format",
            "json",
          ]
            + options)
        let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
        #expect(diagnosis.cause == cause.rawValue && diagnosis.stage == "tls", "\(result)")
        #expect(diagnosis.notes.contains { $0.contains(alert) }, "\(result)")
      }
    }
  }
}
