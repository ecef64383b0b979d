import Foundation
import Lab
import Testing

/// The program with OpenSSL 3.5 in place of Debian's 3.0: since 3.2 an SSL is made in another order, and whoever
/// prepares one has to know. The library is the one that psycopg2-binary brings.
@Suite struct NewerOpenSSLTests {
  /// A folder with that OpenSSL under the names by which the loader looks for OpenSSL.
  static func library() throws -> TemporaryFolder {
    let found = try Command.run(["find", Package.folder + "/.venv/", "-name", "lib*-*.so.3"]).output
    let files = found.split(separator: "\n").map(String.init)
    let folder = try TemporaryFolder()
    for name in ["libssl", "libcrypto"] {
      let file = try #require(files.first { $0.contains("/\(name)-") }, "run `make setup`")
      let own = URL(fileURLWithPath: file).lastPathComponent
      try FileManager.default.copyItem(atPath: file, toPath: folder.path + "/" + own)
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/\(name).so.3", withDestinationPath: own)
    }
    return folder
  }

  func run(
    _ mode: Mode, _ certificate: String, options: [String] = []
  ) throws -> (result: ProgramResult, report: Report) {
    let folder = try Self.library()
    let port = try Lab.start(.with(certificate)).port
    let result = try Program.run(
      [
        "--engine", "postgres", "-h", "localhost", "-p", String(port), "-U", Account.user, "-d",
        Account.database, "--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--format", "json",
        "--ssl-ca", Lab.pki + "/ca.pem",
      ] + options, environment: ["LAB_PASSWORD": Account.password, "LD_LIBRARY_PATH": folder.path])
    return (result, try #require(Report(result.output), "\(result)"))
  }

  @Test func itIsTheOneThatIsUsed() throws {
    let folder = try Self.library()
    let loaded = try Command.run(
      ["ldd", Program.path],
      environment: Program.cleanEnvironment.merging(["LD_LIBRARY_PATH": folder.path]) { $1 }
    ).output
    #expect(loaded.contains(folder.path + "/libssl.so.3"), "\(loaded)")
  }

  @Test(arguments: [Mode.preferred, .required, .verifyCA, .verifyIdentity])
  func goodCertificates(mode: Mode) throws {
    let (result, report) = try run(mode, "good")
    #expect(result.exitCode == 0, "\(result)")
    #expect(report.ssl.encrypted == true, "\(result)")
    #expect(
      report.ssl.verified == (mode == .verifyCA ? "chain" : mode == .verifyIdentity ? "identity" : "none"))
  }

  @Test(arguments: [("expired", Cause.expired), ("unknown-ca", .untrusted), ("wrong-name", .wrongHost)])
  func badCertificates(certificate: String, cause: Cause) throws {
    for options in [[], ["--until", "tls"]] {
      let (result, report) = try run(.verifyIdentity, certificate, options: options)
      #expect(report.diagnosis?.cause == cause.rawValue, "\(result)")
      #expect(report.diagnosis?.stage == "tls", "\(result)")
    }
  }

  @Test func theMinimumVersionHolds() throws {
    let folder = try Self.library()
    let port = try Lab.start(.tls12).port
    let result = try Program.run(
      [
        "postgres://localhost:\(port)/appdb?sslmode=require", "--tls-min", "1.3", "--until", "tls",
        "--format",
        "json",
      ], environment: ["LD_LIBRARY_PATH": folder.path])
    #expect(Report(result.output)?.diagnosis?.cause == Cause.versionMismatch.rawValue, "\(result)")
  }
}
