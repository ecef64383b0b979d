import Foundation
import Lab
import Testing

/// What the client shows of itself to a MariaDB server × five modes.
///
/// The server asks everybody for a certificate; only accounts demand one.
@Suite struct MySQLClientCertificateTests {
  typealias Table = ClientCertificateTable<MariaDBServer>

  static func files(_ name: String) -> String { "--ssl-cert {pki}/\(name).crt --ssl-key {pki}/\(name).key" }

  static let mutual12: MariaDBServer = {
    var server = MariaDBServer.mutual
    server.tlsVersion = "TLSv1.2"
    return server
  }()

  /// The same with TLS 1.3 and with TLS 1.2.
  static func both(_ title: String, _ certificate: String?, fails cause: Cause? = nil) -> [Situation] {
    let options = certificate.map(files) ?? ""
    return [
      Table.client(title, options, fails: cause),
      Table.client(title + ", TLS 1.2", on: mutual12, options, fails: cause),
    ]
  }

  static let certificates: [Situation] =
    both("absent", nil) + both("good", "client") + both("good, another's", "client-somebody")
    + both("from an unknown CA", "client-unknown", fails: .clientCertificateRejected)
    + both("expired", "client-expired", fails: .clientCertificateRejected) + [
      Table.client("certificate and key in one file", "--ssl-cert {pki}/client-both.pem"),
      // It asks for a certificate and takes none.
      Table.client(
        "good, and the server has no CA", on: .optional, files("client"), fails: .clientCertificateRejected),
      Table.client(
        "good, and the server has no CA, TLS 1.2", on: .tls12, files("client"),
        fails: .clientCertificateRejected),
    ]

  static let openKey = Table.client("key that all may read", Table.pair + "/client-open.key")
    .with(\.warning, "chmod 600")

  @Test(arguments: Row.all(certificates)) func certificate(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.keys + [openKey])) func key(_ row: Row) throws { try row.judge() }

  /// To an account that demands a certificate: in plain text, and asked over TLS without one, it is refused with the
  /// words for a wrong password.
  static func account(
    _ user: String, _ title: String, on server: MariaDBServer = .mutual, _ options: String, fails: Bool
  ) -> Situation {
    func ending(_ reached: Ending) -> Ending { fails ? reached.thenFails(.authentication) : reached }
    return Situation(
      "\(user): \(title)", mariadb: server, "--ssl-ca {pki}/ca.pem " + options,
      .plain.thenFails(.authentication), ending(.encrypted), ending(.encrypted), ending(.chain),
      ending(.identity)
    ).with(\.user, user)
  }

  static let accounts: [Situation] = [mutual12, .mutual].flatMap { server in
    let version = server == mutual12 ? ", TLS 1.2" : ""
    return [
      account(MySQLAccount.needsX509, "no certificate\(version)", on: server, "", fails: true)
        .with(\.note, "REQUIRE X509"),
      account(MySQLAccount.needsX509, "client\(version)", on: server, files("client"), fails: false)
        .with(\.note, "REQUIRE X509"),
      account(
        MySQLAccount.needsX509, "another's\(version)", on: server, files("client-somebody"), fails: false),
      account(MySQLAccount.needsSubject, "no certificate\(version)", on: server, "", fails: true)
        .with(\.note, "REQUIRE X509, SUBJECT"),
      account(MySQLAccount.needsSubject, "client\(version)", on: server, files("client"), fails: false),
      account(
        MySQLAccount.needsSubject, "another's\(version)", on: server, files("client-somebody"), fails: true
      ).with(\.note, "SUBJECT"),
    ]
  }

  @Test(arguments: Row.all(accounts)) func demand(_ row: Row) throws { try row.judge() }

  /// A file that does not exist is named before anything is sent.
  @Test func filesAreReadBeforeConnecting() throws {
    let port = try String(Lab.unusedPort())
    let result = try Program.run([
      "--engine", "mysql", "-h", "localhost", "-p", port, "--ssl", "required", "--ssl-cert",
      "/nonexistent/client.crt", "--format", "json",
    ])
    #expect(result.exitCode == Cause.clientKeyInvalid.exitCode, "\(result)")
    #expect(result.output.contains("/nonexistent/client.crt"), "\(result)")
  }
}
