import ConnectCore
import Foundation
import Lab
import Testing

@testable import tablepro_connect

/// Every SOURCE, read as the program reads it.
@Suite("Reading secrets") struct SecretSourceTests {
  private func read(
    _ texts: [String], environment: [String: String] = [:], notUTF8: Set<String> = []
  ) throws -> [String] {
    let reader = SecretReader(environment: EnvironmentSnapshot(environment, notUTF8: notUTF8))
    return try texts.map { text in
      try reader.read(SecretSource(text, option: "--password"), for: .password).exposed
    }
  }

  private func refusal(
    _ text: String, environment: [String: String] = [:], notUTF8: Set<String> = []
  ) -> String? {
    do {
      _ = try read([text], environment: environment, notUTF8: notUTF8)
      return nil
    } catch {
      return (error as? UsageError)?.message
    }
  }

  private static let shell = ["PATH": "/usr/bin:/bin"]

  @Test func environmentAndText() throws {
    #expect(
      try read(["env:A", "env:B", "env:C"], environment: ["A": "a b", "B": "", "C": "c\r\n"]) == [
        "a b", "", "c",
      ])
    #expect(refusal("env:A")?.contains("\"A\" is not set") == true)
    let repaired = ["A": "x\u{FFFD}"]
    #expect(refusal("env:A", environment: repaired, notUTF8: ["A"])?.contains("not UTF-8") == true)
    #expect(try read(["env:A"], environment: repaired) == ["x\u{FFFD}"])
    #expect(try read(["pass:x:y", "pass:", "pass:é"]) == ["x:y", "", "é"])
  }

  @Test(
    arguments: [
      ("x", "x"), ("x\n", "x"), ("x\r\n", "x"), ("x\r", "x"), ("x\n\n", "x"), ("x\ny\n", "x"), ("", ""),
      ("\n", ""), (" x \n", " x "),
    ])
  func file(content: String, secret: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/secret"
    try content.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try read(["file:\(path)"]) == [secret])
  }

  @Test func twoSecretsOfOneFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/secrets"
    try "one\ntwo\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try read(["file:\(path)", "file:\(path)"]) == ["one", "two"])
    #expect(throws: UsageError.self) { try read(["file:\(path)", "file:\(path)", "file:\(path)"]) }
  }

  @Test func filesThatCannotBeRead() throws {
    let folder = try TemporaryFolder()
    #expect(refusal("file:\(folder.path)/none")?.contains("No such file") == true)
    #expect(refusal("file:\(folder.path)")?.contains("directory") == true)
    #expect(refusal("file:/dev/zero")?.contains("too long") == true)
    #expect(refusal("fd:999")?.contains("file descriptor 999 cannot be read") == true)
    try Data([0x78, 0xff, 0x0a]).write(to: URL(fileURLWithPath: folder.path + "/latin"))
    #expect(refusal("file:\(folder.path)/latin")?.contains("not UTF-8") == true)
    try Data([0x78, 0, 0x0a]).write(to: URL(fileURLWithPath: folder.path + "/nul"))
    #expect(refusal("file:\(folder.path)/nul")?.contains("NUL") == true)
  }

  @Test func commands() throws {
    #expect(try read(["cmd:echo a b; echo c"], environment: Self.shell) == ["a b"])
    #expect(try read(["cmd:printf 'x\\r\\n'"], environment: Self.shell) == ["x"])
    #expect(
      try read(["cmd:echo \"$PGPASSWORD\""], environment: ["PGPASSWORD": "from before"]) == ["from before"])
    #expect(try read(["cmd:echo"], environment: Self.shell) == [""])
    #expect(try read(["cmd:yes"], environment: Self.shell) == ["y"])
    #expect(refusal("cmd:true", environment: Self.shell)?.contains("printed nothing") == true)
    #expect(refusal("cmd:echo s3cret; exit 3", environment: Self.shell)?.contains("exit code 3") == true)
    #expect(refusal("cmd:kill -9 $$", environment: Self.shell)?.contains("signal 9") == true)
  }

  @Test func aStarterThatIgnoresTheEndOfChildrenDoesNoHarm() throws {
    let script = """
      import os, signal, sys
      signal.signal(signal.SIGCHLD, signal.SIG_IGN)
      os.execv(sys.argv[1], sys.argv[1:])
      """
    let options = ["--engine", "postgres", "-h", "127.0.0.1", "-p", "1", "--password", "cmd:echo x"]
    let result = try Command.run(["python3", "-c", script, Program.path] + options)
    #expect(result.exitCode == 11, "\(result)")
  }

  @Test func aCommandsTimeIsLimited() {
    let begun = ContinuousClock.now
    let command = ShellCommand("sleep 60 | sleep 60", environment: EnvironmentSnapshot(Self.shell))
    #expect(command.run(seconds: 0.2, limit: 100) == .timedOut)
    #expect(begun.duration(to: .now) < .seconds(5))
  }

  @Test func aPasswordFileThatIsNotUTF8IsIgnored() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/pass"
    try Data(Array("*:*:*:*:s3cret".utf8) + [0xff, 0x0a]).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    let result = try run([], environment: ["PGPASSFILE": path])
    #expect(result.exitCode == 11, "\(result)")
    #expect(result.output.contains("PGPASSFILE names was ignored: it is not UTF-8"), "\(result)")
    #expect(!result.output.contains("s3cret"), "\(result)")
  }

  /// What is refused before a connection is tried ends with 64; anything else was accepted.
  private func run(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil
  ) throws -> ProgramResult {
    let place = ["--engine", "postgres", "-h", "127.0.0.1", "-p", "1", "--timeout", "2"]
    return try Program.run(place + arguments, environment: environment, input: input)
  }

  @Test(
    arguments: [
      (["--password", "env:S"], nil), (["--password", "stdin"], "s3cret\n"),
      (["--password", "fd:0"], "s3cret"),
      (["--password", "pass:s3cret"], nil), (["--password", "cmd:echo s3cret"], nil),
      (["--ssl-key-passphrase", "stdin", "--password", "stdin"], "s3cret\ns3cret2\n"),
    ] as [([String], String?)])
  func accepted(arguments: [String], input: String?) throws {
    let result = try run(arguments, environment: ["S": "s3cret"], input: input)
    #expect(result.exitCode != 64, "\(result)")
    #expect(!result.output.contains("s3cret") && !result.errors.contains("s3cret"), "\(result)")
  }

  @Test(
    arguments: [
      (["--password", "env:NONE"], "\"NONE\" is not set"), (["--password", "file:/none"], "No such file"),
      (["--password", "fd:77"], "file descriptor 77"), (["--password", "stdin"], "standard input ended"),
      (["--password", "cmd:exit 1"], "exit code 1"), (["--password", "prompt"], "no terminal"),
      (["--password", "pass:x", "--ssl-key-passphrase", "env:NONE"], "--ssl-key-passphrase"),
    ])
  func refused(arguments: [String], naming: String) throws {
    UsageErrorTests.check(try run(arguments, input: ""), naming: naming)
  }
}
