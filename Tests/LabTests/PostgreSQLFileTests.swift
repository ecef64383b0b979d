import Foundation
import Lab
import Testing

/// Revocation lists, and files that cannot be used, × five modes.
@Suite struct PostgreSQLFileTests {
  static let revoked = Ending.fails(.revoked)
  static let unreadable = Ending.fails(.caFile)

  static func list(_ title: String, _ certificate: String, _ crl: String, _ ending: Ending?) -> Situation {
    .certificate(
      title, .with(certificate), "--ssl-ca {pki}/ca.pem --ssl-crl {pki}/crl-\(crl).pem",
      verifyCA: ending ?? .chain, verifyIdentity: ending ?? .identity)
  }

  /// The list does not tell whether the certificate is good: no reason is named for that in the table of causes.
  static func inconclusive(_ title: String, _ certificate: String, _ crl: String) -> Situation {
    .certificate(
      title, .with(certificate), "--ssl-ca {pki}/ca.pem --ssl-crl {pki}/crl-\(crl).pem",
      verifyCA: .fails(.untrusted, advising: .verifyCA),
      verifyIdentity: .fails(.untrusted, advising: .verifyIdentity))
  }

  static let revocations = [
    list("revoked", "revoked", "root-revoked", revoked),
    list("not in the list", "revoked", "root", nil),
    list("another one revoked", "good", "root-revoked", nil),
    inconclusive("list expired", "good", "root-expired"),
    inconclusive("list of another CA", "good", "other"),
    list("intermediate's and root's lists", "chained", "both", nil),
    list("intermediate's list alone", "chained", "intermediate", nil),
    inconclusive("root's list alone", "chained", "root"),
    list("revoked by the intermediate", "chained", "intermediate-revoked", revoked),
    list("the intermediate revoked", "withdrawn-ca", "withdrawn", revoked),
    inconclusive("intermediate's list good, root's expired", "chained", "intermediate-and-root-expired"),
  ]

  /// `--ssl-ca` and `--ssl-crl` count in the modes that verify, and there before anything is sent.
  static let files = ["missing.pem", "trusted", "garbage.pem", "empty.pem"].flatMap { name in
    [
      Situation.certificate(
        "--ssl-ca \(name)", .optional, "--ssl-ca {pki}/\(name)", verifyCA: unreadable,
        verifyIdentity: unreadable),
      Situation.certificate(
        "--ssl-crl \(name)", .optional, "--ssl-ca {pki}/ca.pem --ssl-crl {pki}/\(name)",
        verifyCA: unreadable, verifyIdentity: unreadable),
    ]
  }

  static let broken = [
    Situation.certificate(
      "--ssl-ca broken.pem", .optional, "--ssl-ca {pki}/broken.pem", verifyCA: unreadable,
      verifyIdentity: unreadable),
    Situation.certificate(
      "--ssl-crl is a certificate", .optional, "--ssl-ca {pki}/ca.pem --ssl-crl {pki}/ca.pem",
      verifyCA: unreadable, verifyIdentity: unreadable),
    Situation.certificate(
      "--ssl-ca is a key", .optional, "--ssl-ca {pki}/client.key", verifyCA: unreadable,
      verifyIdentity: unreadable),
  ]

  @Test(arguments: Row.all(revocations)) func revocation(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(files + broken)) func file(_ row: Row) throws { try row.judge() }

  @Test(arguments: ["--ssl-ca", "--ssl-crl"])
  func filesAreReadBeforeConnecting(option: String) throws {
    let port = try String(Lab.unusedPort())
    let result = try Program.run([
      "--engine", "postgres", "-h", "localhost", "-p", port, "--ssl", "verify-ca", option,
      "/nonexistent/file.pem", "--format", "json",
    ])
    #expect(result.exitCode == Cause.caFile.exitCode, "\(result)")
    #expect(result.output.contains("/nonexistent/file.pem"), "\(result)")
  }

  /// Root may read everything, so the program runs as somebody else there.
  @Test(
    arguments: [
      ("--ssl-ca", Cause.caFile), ("--ssl-crl", .caFile), ("--ssl-cert", .clientKeyInvalid),
      ("--ssl-key", .clientKeyInvalid),
    ])
  func filesThatMayNotBeRead(option: String, cause: Cause) throws {
    let folder = try TemporaryFolder()
    let path = { folder.path + "/" + $0 }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    for name in ["ca.pem", "client.crt"] {
      try FileManager.default.copyItem(atPath: Lab.pki + "/" + name, toPath: path(name))
    }
    try FileManager.default.copyItem(atPath: Lab.pki + "/ca.pem", toPath: path("secret.pem"))
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path("secret.pem"))
    // By a child: a file that this process had open for writing while another test started a child is busy there.
    try #require(Command.run(["cp", Program.path, path("program")]).exitCode == 0)
    let other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    let port = try String(Lab.start(.optional).port)
    var files = ["--ssl-ca": "ca.pem"]
    if option == "--ssl-key" { files["--ssl-cert"] = "client.crt" }
    files[option] = "secret.pem"
    let result = try Command.run(
      (geteuid() == 0 ? other : []) + [
        path("program"), "--engine", "postgres", "-h", "localhost", "-p", port, "-U", Account.user, "--ssl",
        "verify-ca", "--format", "json",
      ] + files.sorted { $0.key < $1.key }.flatMap { [$0.key, path($0.value)] })
    #expect(result.exitCode == cause.exitCode, "\(result)")
    #expect(Report(result.output)?.diagnosis?.cause == cause.rawValue, "\(result)")
    #expect(result.output.contains("secret.pem"), "\(result)")
  }

  /// Required verifies nothing, so a file that it does not use stops nobody, and a warning says that.
  @Test(arguments: ["ca.pem", "missing.pem"])
  func requiredDoesNotUseTheFile(name: String) throws {
    let port = try String(Lab.start(.optional).port)
    let result = try Program.run(
      [
        "--engine", "postgres", "-h", "localhost", "-p", port, "-U", Account.user, "-d", Account.database,
        "--password", "env:LAB_PASSWORD", "--ssl", "required", "--ssl-ca", Lab.pki + "/" + name,
        "--format", "json",
      ], environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == 0, "\(result)")
    let warned = Report(result.output)?.warnings.contains { $0.contains("--ssl-ca") }
    #expect(warned == true, "\(result)")
  }
}
