import Foundation
import Lab
import Testing

/// libmongoc is not there.
@Suite struct MongoDBDriverMissingTests {
  func run(_ options: [String] = []) throws -> ProgramResult {
    try #require(geteuid() == 0, "Hiding libmongoc takes a mount namespace: run this test as root.")
    let found = try Command.run(["/sbin/ldconfig", "-p"]).output
    let line = try #require(
      found.split(separator: "\n").first { $0.contains("libmongoc-1.0.so.0 ") }, "run `make setup`")
    let path = try #require(line.components(separatedBy: " => ").last)
    let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let port = try Lab.start(mongodb: .open).port
    let hide = #"mount --bind /dev/null "$0" && exec "$@""#
    return try Command.run(
      [
        "unshare", "--mount", "sh", "-c", hide, file, Program.path, "mongodb://localhost:\(port)", "--ssl",
        "required", "--format", "json",
      ] + options,
      environment: Program.cleanEnvironment.merging(["HOME": "/nonexistent"]) { $1 })
  }

  @Test func itIsNamed() throws {
    let result = try run()
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.driverMissing.rawValue)
    #expect(diagnosis.suggestion.contains("apt install libmongoc-1.0-0"), "\(result)")
    #expect(diagnosis.suggestion.contains("brew install mongo-c-driver"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  /// TCP and TLS are tested without it.
  @Test(arguments: ["connect", "tls"]) func itIsNotNeeded(until: String) throws {
    let result = try run(["--until", until])
    #expect(result.exitCode == 0, "\(result)")
  }
}
