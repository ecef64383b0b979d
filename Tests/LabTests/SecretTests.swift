import Foundation
import Lab
import Testing

/// A secret works from every source, and no byte of any output and no process title holds it.
@Suite struct SecretTests {
  static let secret = Account.keeperPassword
  static let encoded = "Zq7%2FxK%21w9%20%25vLm"
  static let wrong = "Wrong/xK!w9 %vLm"

  /// A way to give a password: options, environment, standard input.
  struct Source: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var options: [String] = []
    var environment: [String: String] = [:]
    var input: String?
  }

  static let sources = [
    Source(
      testDescription: "env", options: ["--password", "env:LAB_SECRET"], environment: ["LAB_SECRET": secret]),
    Source(testDescription: "file", options: ["--password", "file:{file}"]),
    Source(testDescription: "fd", options: ["--password", "fd:0"], input: secret + "\n"),
    Source(testDescription: "stdin", options: ["--password", "stdin"], input: secret + "\r\n"),
    Source(testDescription: "stdin without a newline", options: ["--password", "stdin"], input: secret),
    Source(testDescription: "cmd", options: ["--password", "cmd:cat '{file}'"]),
    Source(testDescription: "pass", options: ["--password", "pass:" + secret]),
    Source(testDescription: "PGPASSWORD", environment: ["PGPASSWORD": secret]),
    Source(
      testDescription: "PGPASSFILE", environment: ["PGPASSFILE": "{passfile}"]),
  ]

  /// A folder with the secret in files, and the texts with the places of these filled in.
  final class Files {
    let folder: TemporaryFolder
    init(secret: String) throws {
      folder = try TemporaryFolder()
      try write("secret", secret + "\n")
      let escaped = secret.replacingOccurrences(of: ":", with: "\\:")
      try write("passfile", "*:*:*:\(Account.keeper):\(escaped)\n")
    }
    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: folder.path + "/" + name, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600], ofItemAtPath: folder.path + "/" + name)
    }
    func fill(_ text: String) -> String {
      text.replacingOccurrences(of: "{file}", with: folder.path + "/secret")
        .replacingOccurrences(of: "{passfile}", with: folder.path + "/passfile")
    }
  }

  /// No output holds the secret, in clear or as a URL spells it.
  func expectNone(in result: ProgramResult, secret: String = secret) {
    let encoded = secret == Self.secret ? Self.encoded : "Wrong%2FxK%21w9%20%25vLm"
    for text in [secret, encoded, "xK!w9", "xK%21w9"] {
      #expect(!result.output.contains(text), "standard output holds \(text): \(result)")
      #expect(!result.errors.contains(text), "standard error holds \(text): \(result)")
    }
  }

  func arguments(_ server: PostgresServer, database: String) throws -> [String] {
    let port = try String(Lab.start(server).port)
    return ["--engine", "postgres", "-h", "localhost", "-p", port, "-U", Account.keeper, "-d", database]
  }

  @Test(arguments: sources, ["text", "json"])
  func everySourceWorks(source: Source, format: String) throws {
    let files = try Files(secret: Self.secret)
    let result = try Program.run(
      arguments(.optional, database: Account.database) + source.options.map(files.fill)
        + ["--verbose", "--format", format],
      environment: source.environment.mapValues(files.fill), input: source.input)
    #expect(result.exitCode == 0, "\(result)")
    expectNone(in: result)
  }

  @Test(arguments: sources)
  func aFailureTellsNoSecret(source: Source) throws {
    let files = try Files(secret: Self.secret)
    let result = try Program.run(
      arguments(.optional, database: "nowhere") + source.options.map(files.fill) + ["--verbose"],
      environment: source.environment.mapValues(files.fill), input: source.input)
    #expect(result.exitCode == Cause.noDatabase.exitCode, "\(result)")
    expectNone(in: result)
  }

  @Test(arguments: ["text", "json"])
  func aURLsPasswordWorksAndIsToldNobody(format: String) throws {
    let port = try Lab.start(.optional).port
    for (database, code) in [(Account.database, 0), ("nowhere", Cause.noDatabase.exitCode)] {
      let url = "postgres://\(Account.keeper):\(Self.encoded)@localhost:\(port)/\(database)"
      let result = try Program.run([url, "--verbose", "--format", format])
      #expect(result.exitCode == code, "\(result)")
      expectNone(in: result)
      let variable = try Program.run(["--format", format], environment: ["DATABASE_URL": url])
      #expect(variable.exitCode == code, "\(variable)")
      expectNone(in: variable)
    }
  }

  @Test func aWrongPasswordIsToldNobody() throws {
    let result = try Program.run(
      arguments(.optional, database: Account.database) + ["--password", "pass:" + Self.wrong, "--verbose"])
    #expect(result.exitCode == Cause.authentication.exitCode, "\(result)")
    expectNone(in: result, secret: Self.wrong)
  }

  /// `prompt` asks on the terminal, and the terminal does not show what is typed.
  @Test func theTerminalShowsNoSecret() throws {
    let files = try Files(secret: Self.secret)
    // The file's newline is not part of what is typed.
    try files.write("typed", Self.secret)
    let helpers = Package.folder + "/Tests/LabHelpers"
    let result = try Command.run(
      [Package.folder + "/.venv/bin/python", helpers + "/terminal.py", files.folder.path + "/typed"]
        + [Program.path] + arguments(.optional, database: Account.database) + ["--password", "prompt"])
    #expect(result.exitCode == 0, "\(result)")
    expectNone(in: result)
  }

  /// Without a terminal there is nobody to ask.
  @Test func aPromptWithoutATerminalIsAUsageError() throws {
    let result = try Program.run(
      arguments(.optional, database: Account.database) + ["--password", "prompt"])
    #expect(result.exitCode == 64 && result.output.isEmpty, "\(result)")
  }

  /// From standard input the first line is the password and the second the key's passphrase.
  @Test func twoSecretsFromStandardInput() throws {
    let pki = try Lab.pki
    let result = try Program.run(
      arguments(.mutual, database: Account.database) + [
        "--ssl", "required", "--ssl-cert", pki + "/client.crt", "--ssl-key", pki + "/client-encrypted.key",
        "--ssl-key-passphrase", "stdin", "--password", "stdin",
      ], input: "\(Self.secret)\n\(Account.keyPassphrase)\n")
    #expect(result.exitCode == 0, "\(result)")
    expectNone(in: result)
    #expect(!result.output.contains(Account.keyPassphrase) && !result.errors.contains(Account.keyPassphrase))
  }

  /// The process title loses a secret of the command line as soon as the program has read it.
  @Test(arguments: ["pass", "url"]) func theProcessTitleHoldsNoSecret(form: String) throws {
    let server = try FakeServer(then: .silence)
    let address = "127.0.0.1:\(server.port)"
    let arguments =
      form == "url"
      ? ["postgres://\(Account.keeper):\(Self.encoded)@\(address)/"]
      : [
        "--engine", "postgres", "-h", "127.0.0.1", "-p", String(server.port), "--password",
        "pass:" + Self.secret,
      ]
    let running = try Program.start(arguments + ["--timeout", "2"])
    // It has connected, so it has long since read its arguments.
    let deadline = Date(timeIntervalSinceNow: 5)
    while server.received.isEmpty, Date() < deadline { usleep(2000) }
    let title = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(running.pid)/cmdline"))
    let text = String(decoding: title.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    let result = running.wait()
    #expect(!server.received.isEmpty, "\(result)")
    #expect(text.hasPrefix(Program.path), "\(text)")
    #expect(!text.contains("xK"), "\(text)")
    #expect(result.exitCode == Cause.timedOut.exitCode, "\(result)")
    expectNone(in: result)
  }
}
