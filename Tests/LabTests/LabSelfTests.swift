import Foundation
import Lab
import Testing

/// The real `psql` and `openssl` find the lab's servers and certificates as the tables say they are.
@Suite struct LabSelfTests {
  /// What psql says of a connection: `plain`, the TLS version, or its error.
  func psql(
    _ server: PostgresServer, _ parameters: String, host: String = "localhost", home: String = "/nonexistent"
  ) throws -> String {
    let running = try Lab.start(server)
    let settings = try parameters.replacingOccurrences(of: "{pki}", with: Lab.pki)
    let login = "user=tester password=\(Account.password) dbname=appdb"
    let result = try Command.run(
      [
        Lab.postgresPrograms() + "/psql", "-XAtq",
        "host=\(host) port=\(running.port) \(login) \(settings)",
        "-c", "select coalesce(version, 'plain') from pg_stat_ssl where pid = pg_backend_pid()",
      ], environment: Program.cleanEnvironment.merging(["HOME": home]) { $1 })
    return result.exitCode == 0 ? result.output.trimmingCharacters(in: .newlines) : result.errors
  }

  @Test func aServerWithoutTLS() throws {
    #expect(try psql(.plain, "sslmode=prefer") == "plain")
    #expect(try psql(.plain, "sslmode=require").contains("server does not support SSL"))
  }

  @Test func aServerThatTakesBoth() throws {
    #expect(try psql(.optional, "sslmode=disable") == "plain")
    #expect(try psql(.optional, "sslmode=verify-full sslrootcert={pki}/ca.pem") == "TLSv1.3")
    #expect(
      try psql(.optional, "sslmode=verify-full sslrootcert={pki}/ca.pem", host: "127.0.0.1") == "TLSv1.3")
  }

  /// Otherwise the rows about the home folder would prove nothing.
  @Test func theHomeFolderCounts() throws {
    let home = try TemporaryFolder()
    let folder = home.path + "/.postgresql"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: Lab.pki + "/other-ca.pem", toPath: folder + "/root.crt")
    let answer = try psql(.optional, "sslmode=require", home: home.path)
    #expect(answer.contains("certificate verify failed"))
    #expect(try psql(.optional, "sslmode=require") == "TLSv1.3")
  }

  @Test func bothFamiliesOfAddresses() throws {
    #expect(try psql(.optional, "sslmode=require", host: "127.0.0.1") == "TLSv1.3")
    #expect(try psql(.optional, "sslmode=require", host: "::1") == "TLSv1.3")
  }

  @Test func serversThatTakeOneKindOnly() throws {
    #expect(try psql(.requiresTLS, "sslmode=disable").contains("no encryption"))
    #expect(try psql(.requiresTLS, "sslmode=require") == "TLSv1.3")
    #expect(try psql(.requiresPlain, "sslmode=require").contains("SSL encryption"))
    #expect(try psql(.requiresPlain, "sslmode=prefer") == "plain")
  }

  @Test(
    arguments: [
      ("self-signed", "ca.pem", false), ("self-signed", "self-signed.crt", true),
      ("unknown-ca", "ca.pem", false), ("unknown-ca", "other-ca.pem", true), ("good", "two-cas.pem", true),
      ("good", "other-ca.pem", false), ("expired", "ca.pem", false), ("future", "ca.pem", false),
      ("chained", "ca.pem", true), ("unchained", "ca.pem", false),
      ("unchained", "root-and-intermediate.pem", true), ("wrong-name", "ca.pem", true),
    ])
  func trust(certificate: String, anchor: String, good: Bool) throws {
    let answer = try psql(.with(certificate), "sslmode=verify-ca sslrootcert={pki}/\(anchor)")
    #expect(good ? answer == "TLSv1.3" : answer.contains("certificate verify failed"))
  }

  @Test func names() throws {
    let verify = "sslmode=verify-full sslrootcert={pki}/ca.pem"
    #expect(try psql(.with("wrong-name"), verify).contains("does not match host name"))
    #expect(try psql(.with("cn-only"), verify) == "TLSv1.3")
    #expect(try psql(.with("cn-and-san"), verify).contains("does not match host name"))
  }

  @Test func revocation() throws {
    let verify = "sslmode=verify-ca sslrootcert={pki}/ca.pem sslcrl={pki}"
    let answer = try psql(.with("revoked"), verify + "/crl-root-revoked.pem")
    #expect(answer.contains("certificate verify failed"))
    #expect(try psql(.with("revoked"), verify + "/crl-root.pem") == "TLSv1.3")
    #expect(try psql(.optional, verify + "/crl-root-expired.pem").contains("certificate verify failed"))
    #expect(try psql(.with("chained"), verify + "/crl-both.pem") == "TLSv1.3")
  }

  @Test func clientCertificates() throws {
    let certificate = "sslmode=require sslcert={pki}/client.crt sslkey={pki}"
    #expect(try psql(.mutual, "sslmode=require").contains("requires a valid client certificate"))
    #expect(try psql(.mutual, certificate + "/client.key") == "TLSv1.3")
    let encrypted = certificate + "/client-encrypted.key sslpassword="
    #expect(try psql(.mutual, encrypted + Account.keyPassphrase) == "TLSv1.3")
    #expect(try psql(.mutual, encrypted + "wrong").contains("bad decrypt"))
    #expect(try psql(.mutual, certificate + "/client-another.key").contains("mismatch"))
    let unknown = "sslmode=require sslcert={pki}/client-unknown.crt sslkey={pki}/client-unknown.key"
    #expect(try psql(.mutual, unknown).contains("unknown ca"))
    let expired = "sslmode=require sslcert={pki}/client-expired.crt sslkey={pki}/client-expired.key"
    #expect(try psql(.mutual, expired).contains("certificate expired"))
  }

  @Test func versions() throws {
    #expect(try psql(.tls12, "sslmode=require") == "TLSv1.2")
    let demanding = "sslmode=require ssl_min_protocol_version=TLSv1.3"
    #expect(try psql(.tls12, demanding).contains("protocol version"))
    let port = try Lab.start(.tls11).port
    let old = ["openssl", "s_client", "-starttls", "postgres", "-connect", "localhost:\(port)"]
    let refused = try Command.run(old + ["-tls1_2"])
    #expect(refused.errors.contains("unsupported protocol"), "\(refused)")
    let lowered = try Command.run(old + ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
    #expect(lowered.output.contains("TLSv1.1"), "\(lowered)")
  }

  @Test func theSystemStoreOfARow() throws {
    let good = try Lab.pki + "/good.crt"
    func verify(_ variables: [String: String]) throws -> Int32 {
      try Command.run(
        ["openssl", "verify", good], environment: Program.cleanEnvironment.merging(variables) { $1 }
      ).exitCode
    }
    #expect(try verify([:]) != 0)
    #expect(try verify(["SSL_CERT_FILE": Lab.pki + "/ca.pem"]) == 0)
    #expect(try verify(["SSL_CERT_DIR": Lab.pki + "/trusted"]) == 0)
  }

  @Test func logins() throws {
    let attempt = try Lab.start(.plain).port
    let base = "host=localhost port=\(attempt)"
    func error(_ parameters: String) throws -> String {
      try Command.run([Lab.postgresPrograms() + "/psql", "-XAtq", "\(base) \(parameters)", "-c", "select 1"])
        .errors
    }
    let password = "password=\(Account.password)"
    #expect(try error("user=tester \(password) dbname=nowhere").contains("does not exist"))
    #expect(try error("user=tester \(password) dbname=closed").contains("permission denied"))
    #expect(try error("user=crowded \(password) dbname=appdb").contains("too many connections"))
    #expect(try error("user=keeper password='\(Account.keeperPassword)' dbname=appdb").isEmpty)
    let log = try Lab.start(.plain).logText()
    #expect(log.contains(#"connection authorized: user=keeper database=appdb"#))
  }
}
