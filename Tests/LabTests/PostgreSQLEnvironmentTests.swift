import Foundation
import Lab
import Testing

/// What lies in the home folder and in the environment × five modes: none of it changes a mode.
@Suite struct PostgreSQLEnvironmentTests {
  static let ca = "--ssl-ca {pki}/ca.pem"
  static let untrustedCA = Ending.fails(.untrusted, advising: .verifyCA)
  static let untrustedIdentity = Ending.fails(.untrusted, advising: .verifyIdentity)

  static func good(_ title: String, _ server: PostgresServer, _ options: String = ca) -> Situation {
    Situation(title, server, options, .plain, .encrypted, .encrypted, .chain, .identity)
  }

  static func untrusted(_ title: String, _ options: String = "") -> Situation {
    .certificate(
      title, .optional, options, verifyCA: untrustedCA, verifyIdentity: untrustedIdentity)
  }

  static let home = [
    good("~/.postgresql/root.crt: another CA", .optional, "")
      .with(\.home, [".postgresql/root.crt": "other-ca.pem"])
      .with(\.environment, ["SSL_CERT_FILE": "{pki}/ca.pem"]),
    untrusted("~/.postgresql/root.crt: the right CA")
      .with(\.home, [".postgresql/root.crt": "ca.pem"]),
    good("~/.postgresql/root.crt: a text", .optional).with(\.home, [".postgresql/root.crt": "garbage.pem"]),
    good("~/.postgresql/root.crl: revoked", .with("revoked"))
      .with(\.home, [".postgresql/root.crl": "crl-root-revoked.pem"]),
    good("~/.postgresql/postgresql.crt without its key", .optional)
      .with(\.home, [".postgresql/postgresql.crt": "client.crt"]),
    good("~/.postgresql/postgresql.key: a text", .optional)
      .with(
        \.home,
        [".postgresql/postgresql.crt": "client.crt", ".postgresql/postgresql.key": "garbage.pem"]),
    ClientCertificateTable<PostgresServer>.client(
      "~/.postgresql/postgresql.crt and key: good", "", fails: .clientCertificateRequired, during: .login
    ).with(
      \.home, [".postgresql/postgresql.crt": "client.crt", ".postgresql/postgresql.key": "client.key"]),
  ]

  static func ignored(_ name: String, _ value: String, _ server: PostgresServer = .optional) -> Situation {
    good("\(name) ignored", server).with(\.environment, [name: value]).with(\.warning, name)
  }

  static let variables = [
    good("PGSSLROOTCERT", .optional, "").with(\.environment, ["PGSSLROOTCERT": "{pki}/ca.pem"]),
    untrusted("PGSSLROOTCERT: another CA").with(
      \.environment, ["PGSSLROOTCERT": "{pki}/other-ca.pem"]),
    good("--ssl-ca before PGSSLROOTCERT", .optional).with(
      \.environment, ["PGSSLROOTCERT": "{pki}/other-ca.pem"]),
    .certificate(
      "PGSSLROOTCERT: missing", .optional, "", verifyCA: .fails(.caFile), verifyIdentity: .fails(.caFile)
    ).with(\.environment, ["PGSSLROOTCERT": "{pki}/missing.pem"]),
    .certificate(
      "PGSSLCRL", .with("revoked"), ca, verifyCA: .fails(.revoked), verifyIdentity: .fails(.revoked)
    ).with(\.environment, ["PGSSLCRL": "{pki}/crl-root-revoked.pem"]),
    ClientCertificateTable<PostgresServer>.client("PGSSLCERT and PGSSLKEY", "").with(
      \.environment, ["PGSSLCERT": "{pki}/client.crt", "PGSSLKEY": "{pki}/client.key"]),
    good("--ssl before PGSSLMODE", .optional).with(\.environment, ["PGSSLMODE": "verify-full"]),
    good("options before PGHOST and the like", .optional).with(
      \.environment,
      [
        "PGHOST": "192.0.2.1", "PGPORT": "1", "PGUSER": "nobody", "PGDATABASE": "nowhere",
        "PGPASSWORD": "not-it-2c9f",
      ]),
    ignored("PGHOSTADDR", "192.0.2.1"),
    ignored("PGSERVICE", "nowhere"),
    ignored("PGOPTIONS", "-c no_such_setting=1"),
    ignored("PGSSLMINPROTOCOLVERSION", "TLSv1.3", .tls12),
    ignored("PGSSLMAXPROTOCOLVERSION", "TLSv1.1"),
    ignored("PGTARGETSESSIONATTRS", "standby"),
    good("PGGSSENCMODE", .optional).with(\.environment, ["PGGSSENCMODE": "require"]),
    good("PGCHANNELBINDING", .optional).with(\.environment, ["PGCHANNELBINDING": "require"]),
    good("PGREQUIRESSL", .optional).with(\.environment, ["PGREQUIRESSL": "1"]),
    good("PGCONNECT_TIMEOUT", .optional).with(\.environment, ["PGCONNECT_TIMEOUT": "bogus"]),
    good("PGCLIENTENCODING", .optional).with(\.environment, ["PGCLIENTENCODING": "no-such-encoding"]),
  ]

  @Test(arguments: Row.all(home)) func homeFolder(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(variables)) func variable(_ row: Row) throws { try row.judge() }

  /// Runs with nothing but the environment and the mode; the answer is the report.
  func run(_ variables: [String: String], mode: String? = nil) throws -> Report {
    let server = try Lab.start(.optional)
    let base = ["PGHOST": "localhost", "PGPORT": "\(server.port)", "PGUSER": Account.user]
    let arguments = ["--engine", "postgres", "-d", Account.database, "--format", "json"]
    let result = try Program.run(
      arguments + (mode.map { ["--ssl", $0] } ?? []), environment: base.merging(variables) { $1 })
    return try #require(Report(result.output), "\(result)")
  }

  @Test func everythingFromTheEnvironment() throws {
    let report = try run(["PGPASSWORD": Account.password, "PGSSLMODE": "require"])
    #expect(report.ok)
    #expect(report.ssl.requested == "required")
    #expect(report.host == "localhost")
  }

  /// ~/.pgpass is not read; the file that PGPASSFILE names is.
  @Test func passwordFiles() throws {
    let home = try TemporaryFolder()
    let line = "localhost:*:*:\(Account.user):\(Account.password)\n"
    for name in [".pgpass", "elsewhere"] {
      let path = home.path + "/" + name
      try line.write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
    let unread = try run(["HOME": home.path])
    #expect(unread.diagnosis?.cause == Cause.authentication.rawValue)
    #expect(try run(["HOME": home.path, "PGPASSFILE": home.path + "/elsewhere"]).ok)
    let other = try run(["PGPASSFILE": home.path + "/elsewhere", "PGUSER": "legacy"])
    #expect(other.diagnosis?.cause == Cause.authentication.rawValue)
  }
}
