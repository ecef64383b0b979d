import Lab
import Testing

/// What the client shows of itself × five modes.
@Suite struct PostgreSQLClientCertificateTests {
  /// The server would take the login without TLS, so that going on in plain text would be seen.
  static func client(
    _ title: String, on server: PostgresServer = .mutual, _ options: String, fails cause: Cause? = nil,
    during: Moment = .handshake
  ) -> Situation {
    let options = "--ssl-ca {pki}/ca.pem " + options
    guard let cause else {
      return Situation(title, server, options, .plain, .encrypted, .encrypted, .chain, .identity)
    }
    func ending(_ reached: Ending) -> Ending {
      switch during {
      case .before: .fails(cause)
      case .handshake: .failsEncryptedOrNot(cause)
      case .login: reached.thenFails(cause)
      }
    }
    return Situation(
      title, server, options, .plain, ending(.encrypted), ending(.encrypted), ending(.chain),
      ending(.identity))
  }

  /// When a client certificate turns out not to do.
  enum Moment {
    /// A file cannot be used.
    case before
    /// The server sends an alert; with TLS 1.3 only after the client's handshake has ended.
    case handshake
    case login
  }

  static let pair = "--ssl-cert {pki}/client.crt --ssl-key {pki}"
  static let mutual12 = {
    var server = PostgresServer.mutual
    server.maxTLS = "TLSv1.2"
    return server
  }()
  static let byCertificate = PostgresServer(
    certificate: "good", clientCA: "ca.pem",
    hba: ["hostssl all all all cert", "hostnossl all all all scram-sha-256"])

  static let certificates = [
    client("absent", "", fails: .clientCertificateRequired, during: .login),
    client("absent, TLS 1.2", on: mutual12, "", fails: .clientCertificateRequired, during: .login),
    client("good", pair + "/client.key"),
    client("good, TLS 1.2", on: mutual12, pair + "/client.key"),
    client("certificate and key in one file", "--ssl-cert {pki}/client-both.pem"),
    client("good, and nobody asked for it", on: .optional, pair + "/client.key"),
    client(
      "from an unknown CA", "--ssl-cert {pki}/client-unknown.crt --ssl-key {pki}/client-unknown.key",
      fails: .clientCertificateRejected),
    client(
      "from an unknown CA, TLS 1.2", on: mutual12,
      "--ssl-cert {pki}/client-unknown.crt --ssl-key {pki}/client-unknown.key",
      fails: .clientCertificateRejected),
    client(
      "expired", "--ssl-cert {pki}/client-expired.crt --ssl-key {pki}/client-expired.key",
      fails: .clientCertificateRejected),
    client(
      "expired, TLS 1.2", on: mutual12,
      "--ssl-cert {pki}/client-expired.crt --ssl-key {pki}/client-expired.key",
      fails: .clientCertificateRejected),
    client("instead of a password", on: byCertificate, pair + "/client.key"),
    client(
      "instead of a password, absent", on: byCertificate, "", fails: .clientCertificateRequired,
      during: .login),
  ]

  static let keys = [
    client(
      "encrypted key, no passphrase", pair + "/client-encrypted.key", fails: .passphraseRequired,
      during: .before),
    client(
      "encrypted key, wrong passphrase", pair + "/client-encrypted.key --ssl-key-passphrase env:WRONG",
      fails: .passphraseIncorrect, during: .before
    ).with(\.environment, ["WRONG": "another passphrase"]),
    client(
      "encrypted key, right passphrase", pair + "/client-encrypted.key --ssl-key-passphrase env:RIGHT"
    ).with(\.environment, ["RIGHT": Account.keyPassphrase]),
    client(
      "key of another certificate", pair + "/client-another.key", fails: .clientKeyInvalid, during: .before),
    client("key missing", pair + "/missing.key", fails: .clientKeyInvalid, during: .before),
    client("key is a text", pair + "/garbage.pem", fails: .clientKeyInvalid, during: .before),
    client("key is a folder", pair + "/trusted", fails: .clientKeyInvalid, during: .before),
    client("key that all may read", pair + "/client-open.key", fails: .clientKeyInvalid, during: .before),
    client(
      "certificate missing", "--ssl-cert {pki}/missing.crt --ssl-key {pki}/client.key",
      fails: .clientKeyInvalid, during: .before),
    client(
      "certificate is a text", "--ssl-cert {pki}/garbage.pem --ssl-key {pki}/client.key",
      fails: .clientKeyInvalid, during: .before),
    client(
      "certificate without a key", "--ssl-cert {pki}/client.crt", fails: .clientKeyInvalid, during: .before),
  ]

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
  @Test(arguments: Row.all(keys)) func key(_ row: Row) throws { try row.judge() }

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
