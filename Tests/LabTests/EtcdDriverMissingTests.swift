import Foundation
import Lab
import Testing

/// libcurl is not there, or not with HTTP/2.
@Suite struct EtcdDriverMissingTests {
  private func arguments(_ options: String...) throws -> [String] {
    let port = try Lab.start(etcd: .good.open).port
    return ["etcds://localhost:\(port)", "--format", "json"] + options
  }

  @Test func libcurlIsNotInstalled() throws {
    guard geteuid() == 0 else {
      Issue.record("Hiding libcurl from the program needs a mount namespace: run this test as root.")
      return
    }
    let found = try Command.run(["/sbin/ldconfig", "-p"]).output
    let files = found.split(separator: "\n").filter { $0.contains("libcurl") }.compactMap { line in
      line.components(separatedBy: " => ").last.map {
        URL(fileURLWithPath: $0).resolvingSymlinksInPath().path
      }
    }
    try #require(!files.isEmpty)
    let hide = Set(files).map { "mount --bind /dev/null '\($0)' && " }.joined() + #"exec "$0" "$@""#
    let command = ["unshare", "--mount", "sh", "-c", hide, Program.path]
    let result = try Command.run(command + arguments(), environment: Program.cleanEnvironment)
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.driverMissing.rawValue)
    #expect(diagnosis.suggestion.contains("apt install libcurl4"), "\(result)")
    #expect(diagnosis.suggestion.contains("brew install curl"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
    // Of TCP and TLS the program knows enough by itself, and of HTTP/2 how it begins.
    let handshake = try Command.run(
      command + arguments("--until", "tls"), environment: Program.cleanEnvironment)
    #expect(handshake.exitCode == 0, "\(handshake)")
    let mutual = try Lab.start(etcd: .mutual).port
    let refused = try Command.run(
      command + ["etcds://localhost:\(mutual)", "--until", "tls"], environment: Program.cleanEnvironment)
    #expect(refused.exitCode == Cause.clientCertificateRequired.exitCode, "\(refused)")
  }

  @Test func withoutHTTP2() throws {
    let folder = try TemporaryFolder()
    let names = [
      "global_init", "easy_init", "easy_reset", "easy_cleanup", "easy_setopt", "easy_strerror",
      "slist_append",
      "slist_free_all", "multi_init", "multi_cleanup", "multi_add_handle", "multi_remove_handle",
      "multi_perform", "multi_poll", "multi_timeout", "multi_info_read",
    ]
    let source =
      names.map { "int curl_\($0)(void) { return 0; }\n" }.joined() + """
        static struct { int age; const char *version; unsigned number; const char *host; int features; } facts
          = {0, "7.0.0", 0, "", 0};
        void *curl_version_info(int age) { return &facts; }

        """
    try source.write(toFile: folder.path + "/curl.c", atomically: true, encoding: .utf8)
    let file = folder.path + "/libcurl.so.4"
    try #require(
      Command.run(["cc", "-shared", "-fPIC", "-o", file, folder.path + "/curl.c"]).exitCode == 0)
    let result = try Program.run(arguments(), environment: ["TABLEPRO_CONNECT_DRIVER_PATH": file])
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    #expect(result.output.contains("built without HTTP/2"), "\(result)")
  }
}
