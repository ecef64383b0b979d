import Foundation
import Lab
import Testing

/// Revocation lists, and files that cannot be used, × five modes.
@Suite struct PostgreSQLFileTests {
  typealias Table = FileTable<PostgresServer>

  @Test(arguments: Row.all(Table.revocations)) func revocation(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.files + Table.broken)) func file(_ row: Row) throws { try row.judge() }

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
