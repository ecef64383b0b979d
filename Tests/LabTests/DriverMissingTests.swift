import Foundation
import Lab
import Testing

/// libpq is not there, or is one that must not be used.
@Suite struct DriverMissingTests {
  func arguments(_ server: PostgresServer = .optional) throws -> [String] {
    let port = try String(Lab.start(server).port)
    return [
      "--engine", "postgres", "-h", "localhost", "-p", port, "-U", Account.user, "-d", Account.database,
      "--password", "env:LAB_PASSWORD", "--ssl", "required", "--format", "json",
    ]
  }

  /// The file that the loader takes for libpq.so.5.
  func library() throws -> String {
    let found = try Command.run(["/sbin/ldconfig", "-p"]).output
    let line = try #require(found.split(separator: "\n").first { $0.contains("libpq.so.5 ") }, "\(found)")
    let path = try #require(line.components(separatedBy: " => ").last)
    return URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }

  @Test func libpqIsNotInstalled() throws {
    guard geteuid() == 0 else {
      Issue.record("Hiding libpq from the program needs a mount namespace: run this test as root.")
      return
    }
    let hide = #"mount --bind /dev/null "$0" && exec "$@""#
    let result = try Command.run(
      ["unshare", "--mount", "sh", "-c", hide, library(), Program.path] + arguments(),
      environment: Program.cleanEnvironment.merging([
        "HOME": "/nonexistent", "LAB_PASSWORD": Account.password,
      ]) { $1 })
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.driverMissing.rawValue)
    #expect(diagnosis.suggestion.contains("apt install libpq5"), "\(result)")
    #expect(diagnosis.suggestion.contains("brew install libpq"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  func run(path: String) throws -> ProgramResult {
    try Program.run(
      arguments(),
      environment: ["TABLEPRO_CONNECT_DRIVER_PATH": path, "LAB_PASSWORD": Account.password])
  }

  /// psycopg2-binary brings a libpq with an OpenSSL of its own.
  @Test func libpqWithAnotherOpenSSL() throws {
    let found = try Command.run(["find", Package.folder + "/.venv/", "-name", "libpq-*.so*"]).output
    let path = try #require(found.split(separator: "\n").first.map(String.init), "run `make setup`")
    let result = try run(path: path)
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.driverMissing.rawValue)
    #expect(result.output.contains("built with another OpenSSL"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  /// A libpq whose OpenSSL cannot be seen could not be watched: its TLS would pass unverified.
  @Test func libpqThatHidesItsOpenSSL() throws {
    let folder = try TemporaryFolder()
    try "int PQlibVersion(void) { return 150000; }\n".write(
      toFile: folder.path + "/libpq.c", atomically: true, encoding: .utf8)
    let built = try Command.run(
      ["cc", "-shared", "-fPIC", "-o", folder.path + "/libpq.so.5", folder.path + "/libpq.c"])
    try #require(built.exitCode == 0, "\(built)")
    let result = try run(path: folder.path)
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    #expect(Report(result.output)?.diagnosis?.cause == Cause.driverMissing.rawValue, "\(result)")
  }

  /// A folder or a file that holds the usual library does.
  @Test func libpqFromTheGivenPlace() throws {
    let folder = try TemporaryFolder()
    let copy = folder.path + "/libpq.so.5"
    try FileManager.default.copyItem(atPath: library(), toPath: copy)
    for path in [folder.path, copy, "/nonexistent:" + folder.path] {
      let result = try run(path: path)
      #expect(result.exitCode == 0, "\(path): \(result)")
    }
  }

  /// Where the variable's place has none, the loader's does.
  @Test func thePlaceGivenIsEmpty() throws {
    let folder = try TemporaryFolder()
    #expect(try run(path: folder.path).exitCode == 0)
  }
}
