import Lab
import Testing

/// What the client shows of itself × five modes, with TLS 1.2, where the handshake tells, and TLS 1.3, where it is over
/// before the server has looked.
@Suite struct RedisClientCertificateTests {
  typealias Table = ClientCertificateTable<RedisServer>

  static let unknown = "--ssl-cert {pki}/client-unknown.crt --ssl-key {pki}/client-unknown.key"
  static let expired = "--ssl-cert {pki}/client-expired.crt --ssl-key {pki}/client-expired.key"
  static let optional = RedisServer.mutual.with(\.clientMayBeNobody, true)

  static let certificates = [
    Table.client("absent", "", fails: .clientCertificateRequired),
    Table.client("absent, TLS 1.2", on: .mutual12, "", fails: .clientCertificateRequired),
    Table.client("absent, and optional", on: optional, ""),
    Table.client("good", Table.pair + "/client.key"),
    Table.client("good, TLS 1.2", on: .mutual12, Table.pair + "/client.key"),
    Table.client("certificate and key in one file", "--ssl-cert {pki}/client-both.pem"),
    Table.client("good, and nobody asked for it", on: .good, Table.pair + "/client.key"),
    Table.client("from an unknown CA", unknown, fails: .clientCertificateRejected),
    Table.client("from an unknown CA, TLS 1.2", on: .mutual12, unknown, fails: .clientCertificateRejected),
    Table.client(
      "from an unknown CA, and optional", on: optional, unknown, fails: .clientCertificateRejected),
    Table.client("expired", expired, fails: .clientCertificateRejected),
    Table.client("expired, TLS 1.2", on: .mutual12, expired, fails: .clientCertificateRejected),
  ]

  @Test(arguments: Row.all(certificates)) func certificate(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.keys)) func key(_ row: Row) throws { try row.judge() }

  /// The stage is the handshake's, whatever had begun when the alert came; and it is always the alert that is told.
  @Test(arguments: [Mode.preferred, .required, .verifyCA, .verifyIdentity])
  func theAlertIsCaught(mode: Mode) throws {
    let port = try Lab.start(redis: .mutual).port
    for (options, cause, alert) in [
      ([], Cause.clientCertificateRequired, "alert 116"),
      (
        try ["--ssl-cert", Lab.pki + "/client-unknown.crt", "--ssl-key", Lab.pki + "/client-unknown.key"],
        .clientCertificateRejected, "alert 48"
      ),
    ] {
      for _ in 0..<10 {
        let result = try Program.run(
          [
            "rediss://localhost:\(port)", "--ssl", mode.rawValue, "--ssl-ca", Lab.pki + "/ca.pem", "--format",
            "json",
          ]
            + options)
        let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
        #expect(diagnosis.cause == cause.rawValue && diagnosis.stage == "tls", "\(result)")
        #expect(diagnosis.notes.contains { $0.contains(alert) }, "\(result)")
      }
    }
  }

  /// Others may read the key: a warning, and no more.
  @Test func openKey() throws {
    let port = try Lab.start(redis: .mutual.open).port
    let result = try Program.run([
      "rediss://localhost:\(port)", "--ssl-cert", Lab.pki + "/client.crt", "--ssl-key",
      Lab.pki + "/client-open.key", "--format", "json",
    ])
    #expect(result.exitCode == 0, "\(result)")
    #expect(Report(result.output)?.warnings.contains { $0.contains("chmod 600") } == true, "\(result)")
  }
}
