import Foundation
import Lab
import Testing

/// libcurl is not there, or not where it was said to be, or is another library.
@Suite struct ClickHouseDriverMissingTests {
  private func arguments(_ options: String...) throws -> [String] {
    let port = try Lab.start(clickhouse: .good.with(\.isOpen, true)).port
    return ["ch://localhost:\(port)?secure=true", "--format", "json"] + options
  }

  private func command() throws -> [String] {
    try #require(geteuid() == 0, "Hiding libcurl takes a mount namespace: run this test as root.")
    let found = try Command.run(["/sbin/ldconfig", "-p"]).output
    let libraries = found.split(separator: "\n").filter { $0.contains("libcurl") }.compactMap {
      $0.components(separatedBy: " => ").last
    }.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
    try #require(!libraries.isEmpty, "\(found)")
    let hide = Set(libraries).map { "mount --bind /dev/null '\($0)'" }.joined(separator: " && ")
    return ["unshare", "--mount", "sh", "-c", hide + #" && exec "$0" "$@""#, Program.path]
  }

  @Test func libcurlIsNotInstalled() throws {
    let result = try Command.run(command() + arguments(), environment: Program.cleanEnvironment)
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.driverMissing.rawValue)
    #expect(diagnosis.suggestion.contains("apt install libcurl4"), "\(result)")
    #expect(diagnosis.suggestion.contains("brew install curl"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  /// Of TCP and TLS the program knows enough by itself.
  @Test(arguments: ["connect", "tls"]) func itIsNotNeeded(until: String) throws {
    let result = try Command.run(
      command() + arguments("--until", until), environment: Program.cleanEnvironment)
    #expect(result.exitCode == 0, "\(result)")
  }

  @Test func anotherLibrary() throws {
    let folder = try TemporaryFolder()
    try "int curl_easy_init(void) { return 0; }\n".write(
      toFile: folder.path + "/curl.c", atomically: true, encoding: .utf8)
    let file = folder.path + "/libcurl.so.4"
    try #require(Command.run(["cc", "-shared", "-fPIC", "-o", file, folder.path + "/curl.c"]).exitCode == 0)
    let result = try Program.run(arguments(), environment: ["TABLEPRO_CONNECT_DRIVER_PATH": file])
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    #expect(result.output.contains("has no curl_"), "\(result)")
  }
}
