import Lab
import Testing

/// What the client shows of itself × five modes.
@Suite struct PostgreSQLClientCertificateTests {
  typealias Table = ClientCertificateTable<PostgresServer>

  static let pair = Table.pair
  static let mutual12 = {
    var server = PostgresServer.mutual
    server.maxTLS = "TLSv1.2"
    return server
  }()
  static let byCertificate = PostgresServer(
    certificate: "good", clientCA: "ca.pem",
    hba: ["hostssl all all all cert", "hostnossl all all all scram-sha-256"])

  static let certificates = [
    Table.client("absent", "", fails: .clientCertificateRequired, during: .login),
    Table.client("absent, TLS 1.2", on: mutual12, "", fails: .clientCertificateRequired, during: .login),
    Table.client("good", pair + "/client.key"),
    Table.client("good, TLS 1.2", on: mutual12, pair + "/client.key"),
    Table.client("certificate and key in one file", "--ssl-cert {pki}/client-both.pem"),
    Table.client("good, and nobody asked for it", on: .optional, pair + "/client.key"),
    Table.client(
      "from an unknown CA", "--ssl-cert {pki}/client-unknown.crt --ssl-key {pki}/client-unknown.key",
      fails: .clientCertificateRejected),
    Table.client(
      "from an unknown CA, TLS 1.2", on: mutual12,
      "--ssl-cert {pki}/client-unknown.crt --ssl-key {pki}/client-unknown.key",
      fails: .clientCertificateRejected),
    Table.client(
      "expired", "--ssl-cert {pki}/client-expired.crt --ssl-key {pki}/client-expired.key",
      fails: .clientCertificateRejected),
    Table.client(
      "expired, TLS 1.2", on: mutual12,
      "--ssl-cert {pki}/client-expired.crt --ssl-key {pki}/client-expired.key",
      fails: .clientCertificateRejected),
    Table.client("instead of a password", on: byCertificate, pair + "/client.key"),
    Table.client(
      "instead of a password, absent", on: byCertificate, "", fails: .clientCertificateRequired,
      during: .login),
  ]

  /// libpq takes no such key.
  static let openKey = Table.client(
    "key that all may read", pair + "/client-open.key", fails: .clientKeyInvalid, during: .before)

  @Test func theRemedyForAnOpenKeyIsNamed() throws {
    let port = try Lab.start(.mutual).port
    let result = try Program.run([
      "postgres://127.0.0.1:\(port)/appdb?sslmode=require", "--ssl-cert", Lab.pki + "/client.crt",
      "--ssl-key",
      Lab.pki + "/client-open.key",
    ])
    #expect(result.exitCode == Cause.clientKeyInvalid.exitCode, "\(result)")
    #expect(result.output.contains("chmod 600"), "\(result)")
  }

  @Test(arguments: Row.all(certificates)) func certificate(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.keys + [openKey])) func key(_ row: Row) throws { try row.judge() }

  /// A server that takes only logins over TLS with a client certificate still requires TLS first.
  @Test(arguments: Row.all([noPlainLogin])) func strict(_ row: Row) throws { try row.judge() }

  static let noPlainLogin = Situation(
    "no plain login at all",
    PostgresServer(
      certificate: "good", clientCA: "ca.pem", hba: ["hostssl all all all scram-sha-256 clientcert=verify-ca"]
    ),
    "--ssl-ca {pki}/ca.pem " + pair + "/client.key",
    .fails(.requiresTLS, advising: .required), .encrypted, .encrypted, .chain, .identity)
}
