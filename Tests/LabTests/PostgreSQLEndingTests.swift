import Foundation
import Lab
import Testing

/// The program ends when it has to, whatever hangs, and whoever has stopped listening to it.
@Suite struct PostgreSQLEndingTests {
  /// A file that is a pipe which nobody writes to: no deadline reaches the library that reads it.
  @Test(
    arguments: ["--ssl-cert", "--ssl-ca", "--ssl-crl"], [0.7, 1.5]
  ) func aFileWithoutAnEnd(option: String, timeout: Double) async throws {
    try await Self.fileWithoutAnEnd("postgres", option: option, timeout: timeout)
  }

  static func fileWithoutAnEnd(_ engine: String, option: String, timeout: Double) async throws {
    try await SideBySide.run {
      let folder = try TemporaryFolder()
      let path = folder.path + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      let row = StressRow("\(option) is a pipe", .verifyIdentity, [.stall], .timedOut, "tls")
        .with(\.options, [option, path]).with(\.timeout, timeout).with(\.time, .atTheTimeout)
        .with(\.mentions, path).with(\.engine, engine)
      try row.check(sourceLocation: #_sourceLocation) { try MisbehavingServer([.stall]) }
    }
  }

  @Test func aKeyWithoutAnEnd() async throws {
    try await SideBySide.run {
      let folder = try TemporaryFolder()
      #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
      let files = ["--ssl-cert", try Lab.pki + "/client.crt", "--ssl-key", folder.path + "/pipe"]
      let row = StressRow("--ssl-key is a pipe", .required, [.stall], .timedOut, "tls")
        .with(\.options, files).with(\.time, .atTheTimeout).with(\.mentions, folder.path + "/pipe")
      try row.check(sourceLocation: #_sourceLocation) { try MisbehavingServer([.stall]) }
    }
  }

  /// A certificate that another process writes meanwhile, as a shell's `<(…)` does.
  @Test func aPipeWithAnEnd() throws { try Self.pipeWithAnEnd(PostgresServer.optional) }

  static func pipeWithAnEnd(_ server: any LabServer) throws {
    let port = try server.place().port
    let script =
      #"exec "$1" --engine \#(server.engine) -h localhost -p "$2" -U tester -d appdb "${@:4}" --ssl-ca <(cat "$3")"#
    let options = ["--password", "env:LAB_PASSWORD", "--ssl", "verify-full"]
    let result = try Command.run(
      ["bash", "-c", script, "bash", Program.path, String(port), Lab.pki + "/ca.pem"] + options,
      environment: Program.cleanEnvironment.merging(["LAB_PASSWORD": Account.password]) { $1 })
    #expect(result.exitCode == 0, "\(result)")
  }

  /// The shortest time that can be asked for.
  @Test(arguments: [Mode.disabled, .required]) func aTenthOfASecond(mode: Mode) async throws {
    try await StressRow("a tenth of a second", mode, [.stall], .timedOut, mode == .disabled ? "auth" : "tls")
      .with(\.timeout, 0.1).with(\.time, .atTheTimeout).judge()
  }

  /// Nobody reads what it says: no crash, and the exit code is the test's.
  @Test(arguments: ["text", "json"]) func nobodyReads(format: String) throws {
    let port = try Lab.unusedPort()
    let script =
      #""$1" -h 127.0.0.1 -p "$2" --engine postgres --format "$3" | head -0; echo "${PIPESTATUS[0]}""#
    let result = try Command.run(["bash", "-c", script, "bash", Program.path, String(port), format])
    #expect(result.output == "\(Cause.refused.exitCode)\n" && result.errors.isEmpty, "\(result)")
  }

  /// Standard output is closed.
  @Test func noStandardOutput() throws {
    let port = try Lab.unusedPort()
    let script = #""$1" -h 127.0.0.1 -p "$2" --engine postgres >&-; echo "exit code $?" >&2"#
    let result = try Command.run(["bash", "-c", script, "bash", Program.path, String(port)])
    #expect(result.errors.contains("exit code \(Cause.refused.exitCode)\n"), "\(result)")
    #expect(!result.timedOut && result.seconds < 5, "\(result)")
  }
}
