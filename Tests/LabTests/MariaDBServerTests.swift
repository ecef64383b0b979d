import Foundation
import Lab
import Testing

/// The lab's MariaDB servers are as the tables say, found by MariaDB's own client and by `openssl`.
@Suite struct MariaDBServerTests {
  static let plain = "--skip-ssl"
  static let tls = "--ssl"
  static let verified = "--ssl-verify-server-cert --ssl-ca={pki}/ca.pem"

  static func with(_ name: String, key: String? = nil) -> String {
    "--ssl-cert={pki}/\(name).crt --ssl-key={pki}/\(key ?? name).key"
  }

  /// What the client says of a connection: `plain`, the TLS version, or its error.
  static func login(
    _ server: MariaDBServer, _ options: String, user: String = MySQLAccount.user,
    password: String? = MySQLAccount.password, database: String? = MySQLAccount.database,
    host: String = "127.0.0.1", statement: String = "show status like 'ssl_version'"
  ) throws -> String {
    let running = try Lab.start(mariadb: server)
    let options = try options.replacingOccurrences(of: "{pki}", with: Lab.pki).split(separator: " ")
    let result = try Command.run(
      [
        Lab.mariadbClient(), "--no-defaults", "--protocol=tcp", "--host=\(host)", "--port=\(running.port)",
        "--user=\(user)", password.map { "--password=\($0)" } ?? "--skip-password", "--batch",
        "--skip-column-names", "--execute=\(statement)",
      ] + options.map(String.init) + (database.map { [$0] } ?? []))
    guard result.exitCode == 0 else { return result.errors }
    let answer = result.output.trimmingCharacters(in: .newlines)
    guard answer.hasPrefix("Ssl_version") else { return answer }
    return answer.split(separator: "\t").count == 2 ? String(answer.split(separator: "\t")[1]) : "plain"
  }

  static let preset: [(MariaDBServer, String, String)] = [
    (.plain, plain, "plain"),
    // The client asks for TLS and goes on without it; only one that verifies does not.
    (.plain, tls, "plain"),
    (
      .plain, verified,
      "ERROR 2026 (HY000): TLS/SSL error: SSL is required, but the server does not support it"
    ),
    (.optional, plain, "plain"),
    (.optional, verified, "TLSv1.3"),
    (
      .requiresTLS, plain,
      "ERROR 1045 (28000): Access denied for user 'tester'@'127.0.0.1' (using password: YES)"
    ),
    (.requiresTLS, verified, "TLSv1.3"),
    (.mutual, tls, "TLSv1.3"),
    (.mutual, with("client"), "TLSv1.3"),
    (.mutual, with("client", key: "client-another"), "key values mismatch"),
    (.tls12, tls, "TLSv1.2"),
    (
      .tls12, "--ssl --tls-version=TLSv1.3", "ERROR 2026 (HY000): TLS/SSL error: tlsv1 alert protocol version"
    ),
    (.tls13, tls, "TLSv1.3"),
    (
      .tls13, "--ssl --tls-version=TLSv1.2", "ERROR 2026 (HY000): TLS/SSL error: tlsv1 alert protocol version"
    ),
    (.tls11, "--ssl --tls-version=TLSv1.2", "ERROR 2026 (HY000): TLS/SSL error: unsupported protocol"),
    (.tls11, "--ssl --tls-version=TLSv1.1 --ssl-cipher=ALL:@SECLEVEL=0", "TLSv1.1"),
    (.tls11, plain, "plain"),
  ]
  @Test(arguments: preset) func presets(
    _ row: (server: MariaDBServer, options: String, answer: String)
  ) throws {
    let answer = try Self.login(row.server, row.options)
    #expect(answer.contains(row.answer), "\(answer)")
  }

  /// A server refuses before there is TLS: whoever asked for TLS hears of it in an error that is not the server's.
  @Test(
    arguments: [
      (MariaDBServer.full, "1040", "Too many connections"),
      (.blocked, "1129", "Host '127.0.0.5' is blocked because of many connection errors"),
      (.notAllowed, "1130", "Host '127.0.0.1' is not allowed to connect to this MariaDB server"),
    ])
  func refusedInPlaceOfTheGreeting(server: MariaDBServer, number: String, text: String) throws {
    #if !os(Linux)
      let text = text.replacingOccurrences(of: "127.0.0.5", with: "")
    #endif
    let early = "ERROR 2002 (HY000): Received error packet before completion of TLS handshake."
    for _ in 1...2 {
      #expect(try Self.login(server, Self.plain).hasPrefix("ERROR \(number) (HY000): \(text)"))
      for options in [Self.tls, Self.verified] {
        let answer = try Self.login(server, options)
        #expect(answer.hasPrefix(early) && answer.contains("\(number) - \(text)"), "\(answer)")
      }
    }
  }

  @Test(arguments: [plain, tls, verified]) func noConnectionLeftForUsers(options: String) throws {
    let answer = try Self.login(.fullForUsers.own("full for \(options)"), options)
    #expect(answer.hasPrefix("ERROR 1040 (08004): Too many connections"), "\(answer)")
  }

  @Test func blockedAccountsAndNoUsers() throws {
    let server = MariaDBServer.blocksAccounts.own("blocked accounts")
    #expect(try Self.login(server, Self.plain, password: "wrong").hasPrefix("ERROR 1045 (28000)"))
    for options in [Self.plain, Self.tls] {
      #expect(
        try Self.login(server, options).hasPrefix(
          "ERROR 4150 (HY000): User is blocked because of too many credential errors"))
      #expect(
        try Self.login(.noUsers, options).hasPrefix(
          "ERROR 1203 (42000): User tester already has more than 'max_user_connections' active connections"))
    }
  }

  @Test func readOnly() throws {
    let create = "create table t (a int)"
    let answer = try Self.login(.readOnly, Self.plain, statement: create)
    #expect(
      answer.contains("ERROR 1290 (HY000) at line 1: The MariaDB server is running with the --read-only"))
    #expect(try Self.login(.readOnly, Self.tls) == "TLSv1.3")
    let names = ["create table t (a int)", "drop table t", "select current_user()"]
    #expect(try Self.login(.plain, Self.plain, statement: names.joined(separator: ";")) == "tester@%")
  }

  @Test func bothFamiliesOfAddresses() throws {
    for host in ["127.0.0.1", "::1", "localhost"] {
      #expect(try Self.login(.optional, Self.verified, host: host) == "TLSv1.3")
    }
  }

  @Test func theUnixSocket() throws {
    let running = try Lab.start(mariadb: .requiresTLS)
    let login = ["--user=tester", "--password=\(MySQLAccount.password)", MySQLAccount.database]
    let result = try Command.run(
      [try Lab.mariadbClient(), "--no-defaults", "--socket=\(running.socket)", "-BN", "-e", "select user()"]
        + login)
    #expect(result.output == "tester@localhost\n", "\(result)")
  }

  @Test(
    arguments: [
      ("self-signed", "ca.pem", "self-signed certificate"), ("self-signed", "self-signed.crt", nil),
      ("unknown-ca", "ca.pem", "unable to get local issuer certificate"), ("unknown-ca", "other-ca.pem", nil),
      ("good", "other-ca.pem", "unable to get local issuer certificate"),
      ("expired", "ca.pem", "certificate has expired"), ("future", "ca.pem", "certificate is not yet valid"),
      ("chained", "ca.pem", nil), ("unchained", "ca.pem", "unable to get local issuer certificate"),
      ("unchained", "root-and-intermediate.pem", nil), ("wrong-name", "ca.pem", nil),
      ("ending", "ca.pem", nil),
      ("nameless", "ca.pem", nil), ("detour", "ca.pem", "certificate has expired"),
    ])
  func trust(certificate: String, anchor: String, fault: String?) throws {
    let answer = try Self.login(.with(certificate), "--ssl-ca={pki}/\(anchor)")
    let expected = fault.map { "ERROR 2026 (HY000): TLS/SSL error: \($0)\n" } ?? "TLSv1.3"
    #expect(answer == expected)
  }

  @Test func names() throws {
    let fault = "ERROR 2026 (HY000): TLS/SSL error: Validation of SSL server certificate failed"
    #expect(try Self.login(.with("wrong-name"), Self.verified, host: "localhost").contains(fault))
    #expect(try Self.login(.with("cn-only"), Self.verified, host: "localhost") == "TLSv1.3")
    #expect(try Self.login(.with("cn-and-san"), Self.verified, host: "localhost").contains(fault))
  }

  @Test func revocation() throws {
    let revoked = MariaDBServer.with("revoked")
    let answer = try Self.login(revoked, "--ssl-ca={pki}/ca.pem --ssl-crl={pki}/crl-root-revoked.pem")
    #expect(answer.contains("certificate revoked"), "\(answer)")
    #expect(try Self.login(revoked, "--ssl-ca={pki}/ca.pem --ssl-crl={pki}/crl-root.pem") == "TLSv1.3")
  }
}
