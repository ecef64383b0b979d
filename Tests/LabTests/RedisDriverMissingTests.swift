import Foundation
import Lab
import Testing

/// hiredis is not there, or not where it was said to be, or not the right one.
@Suite struct RedisDriverMissingTests {
  private func arguments(_ options: String...) throws -> [String] {
    let port = try Lab.start(redis: .good.open).port
    return ["rediss://localhost:\(port)", "--format", "json"] + options
  }

  @Test func hiredisIsNotInstalled() throws {
    guard geteuid() == 0 else {
      Issue.record("Hiding hiredis from the program needs a mount namespace: run this test as root.")
      return
    }
    let found = try Command.run(["/sbin/ldconfig", "-p"]).output
    let line = try #require(found.split(separator: "\n").first { $0.contains("libhiredis.so.") }, "\(found)")
    let path = try #require(line.components(separatedBy: " => ").last)
    let library = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let hide = #"mount --bind /dev/null "$0" && exec "$@""#
    let command = ["unshare", "--mount", "sh", "-c", hide, library, Program.path]
    let result = try Command.run(command + arguments(), environment: Program.cleanEnvironment)
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.driverMissing.rawValue)
    #expect(diagnosis.suggestion.contains("apt install libhiredis"), "\(result)")
    #expect(diagnosis.suggestion.contains("brew install hiredis"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
    // Of TCP and TLS the program knows enough by itself.
    let handshake = try Command.run(
      command + arguments("--until", "tls"), environment: Program.cleanEnvironment)
    #expect(handshake.exitCode == 0, "\(handshake)")
  }

  /// A hiredis whose structures are laid out in another way is not used.
  @Test func anotherVersion() throws {
    let folder = try TemporaryFolder()
    let names = [
      "redisReaderCreateWithFunctions", "redisReaderFree", "redisReaderFeed", "redisReaderGetReply",
      "redisFormatCommandArgv", "redisFreeCommand", "redisSetPushCallback",
    ]
    try names.map { "int \($0)(void) { return 0; }\n" }.joined().write(
      toFile: folder.path + "/hiredis.c", atomically: true, encoding: .utf8)
    let file = folder.path + "/libhiredis.so.1"
    try #require(
      Command.run(["cc", "-shared", "-fPIC", "-o", file, folder.path + "/hiredis.c"]).exitCode == 0)
    let result = try Program.run(arguments(), environment: ["TABLEPRO_CONNECT_DRIVER_PATH": file])
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    #expect(result.output.contains("is not version"), "\(result)")
  }
}
