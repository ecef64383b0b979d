import Lab
import Testing

/// What is right and wrong with the server's certificate × five modes.
@Suite struct SQLServerCertificateTests {
  static let ca = "--ssl-ca {pki}/ca.pem"
  static let wrongHost = Ending.fails(.wrongHost, advising: .verifyCA)

  static func trusted(_ title: String, _ certificate: String, _ options: String = ca) -> TDSSituation {
    .certificate(title, certificate, options, verifyCA: .chain, verifyIdentity: .identity)
  }

  static func untrusted(_ title: String, _ certificate: String, _ options: String = ca) -> TDSSituation {
    .certificate(
      title, certificate, options, verifyCA: .fails(.untrusted, advising: .verifyCA),
      verifyIdentity: .fails(.untrusted, advising: .verifyIdentity))
  }

  static let chains = [
    untrusted("self-signed", "self-signed"),
    trusted("self-signed, trusted itself", "self-signed", "--ssl-ca {pki}/self-signed.crt"),
    untrusted("unknown CA", "unknown-ca"),
    trusted("intermediate sent", "chained"),
    untrusted("intermediate missing", "unchained"),
    trusted("intermediate missing but given", "unchained", "--ssl-ca {pki}/root-and-intermediate.pem"),
    untrusted("nothing trusted", "good", ""),
    trusted("system store: SSL_CERT_FILE", "good", "").with(\.environment, ["SSL_CERT_FILE": "{pki}/ca.pem"]),
    trusted("system store: SSL_CERT_DIR", "good", "").with(\.environment, ["SSL_CERT_DIR": "{pki}/trusted"]),
    untrusted("--ssl-ca takes the place of the system store", "good", "--ssl-ca {pki}/other-ca.pem")
      .with(\.environment, ["SSL_CERT_FILE": "{pki}/ca.pem"]),
  ]

  static let times = ["expired", "future"].map {
    TDSSituation.certificate($0, $0, ca, verifyCA: .fails(.expired), verifyIdentity: .fails(.expired))
  }

  static let revocation = [
    TDSSituation.certificate(
      "revoked", "revoked", ca + " --ssl-crl {pki}/crl-root-revoked.pem", verifyCA: .fails(.revoked),
      verifyIdentity: .fails(.revoked)),
    trusted("not on the list", "good", ca + " --ssl-crl {pki}/crl-root-revoked.pem"),
  ]

  /// The chain is good, and the name is or is not.
  static func named(
    _ title: String, _ certificate: String, host: String = "localhost", as name: String? = nil, good: Bool
  ) -> TDSSituation {
    .certificate(
      title, certificate, ca + (name.map { " --server-name \($0)" } ?? ""), verifyCA: .chain,
      verifyIdentity: good ? .identity : wrongHost
    ).with(\.host, host)
  }

  static let names = [
    named("another name", "wrong-name", good: false),
    named("another name, mended", "wrong-name", as: "db.example.test", good: true),
    named("address in the certificate", "good", host: "127.0.0.1", good: true),
    named("another address", "address", host: "127.0.0.1", good: false),
    named("wildcard, one label", "wildcard", as: "a.example.test", good: true),
    named("wildcard, two labels", "wildcard", as: "a.b.example.test", good: false),
    named("CN only", "cn-only", good: true),
    named("CN beside another name", "cn-and-san", good: false),
    named("no names", "nameless", good: false),
  ]

  @Test(arguments: TDSRow.all(chains)) func chain(_ row: TDSRow) async throws { try await row.judge() }
  @Test(arguments: TDSRow.all(times)) func time(_ row: TDSRow) async throws { try await row.judge() }
  @Test(arguments: TDSRow.all(revocation)) func revoked(_ row: TDSRow) async throws { try await row.judge() }
  @Test(arguments: TDSRow.all(names)) func name(_ row: TDSRow) async throws { try await row.judge() }

  /// SNI carries names, never addresses, and --server-name takes its place.
  @Test(arguments: [
    ("localhost", [], "localhost"), ("127.0.0.1", [], nil),
    ("localhost", ["--server-name", "db.example.test"], "db.example.test"),
  ]) func serverName(host: String, options: [String], expected: String?) throws {
    let server = try FakeTDS.optional.own("sni \(host) \(options)").start()
    let result = try Program.run(
      ["--engine", "sqlserver", "-h", host, "-p", String(server.port), "--until", "tls", "--ssl", "required"]
        + options
    )
    #expect(result.exitCode == 0, "\(result)")
    #expect(try server.received().first?.hello?.serverName == expected)
  }
}
