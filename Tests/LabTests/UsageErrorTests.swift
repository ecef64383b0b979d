import Lab
import Testing

/// Bad input ends with exit code 64, one message on standard error, and nothing on standard output.
@Suite struct UsageErrorTests {
  /// A command line, and what the message has to contain.
  struct Mistake: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var named: String
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: String..., naming name: String = "") {
      self.arguments = arguments
      named = name
    }
  }

  static let values: [Mistake] = [
    ("--engine", ["nosuch", ""]),
    ("--port", ["0", "65536", "-1", "abc", "", "5432x", "99999999999999999999"]),
    ("--ssl", ["maybe", "", "verify"]), ("--tls-min", ["1.4", "TLSv1.2", ""]),
    ("--until", ["login", ""]), ("--expect", ["nothing", "", "42"]),
    ("--timeout", ["0", "0.05", "86401", "-1", "nan", "inf", "abc", "", "1e400"]),
    ("--wait", ["-1", "nan", "inf", "abc"]), ("--format", ["xml", ""]), ("--color", ["sometimes"]),
    ("--server-name", [""]), ("--ssl-key-passphrase", ["env:LAB_UNSET", "file:/nonexistent", "fd:99"]),
    (
      "--password",
      ["env:LAB_UNSET", "env:", "file:/nonexistent", "file:/", "fd:99", "fd:x", "cmd:exit 3"]
    ),
  ].flatMap { option, values in
    values.map { Mistake("--engine", "postgres", option, $0, naming: option) }
  }

  static let others = [
    Mistake("--engine", "postgres", "--nope", naming: "--nope"),
    Mistake("--engine", "postgres", "--ssl", naming: "--ssl"),
    Mistake("--engine", "postgres", "--ssl-key", "/tmp/key", naming: "--ssl-key"),
    Mistake("--engine", "sqlite", "--ssl", "required", naming: "--ssl"),
    Mistake("postgres://localhost/a", "postgres://localhost/b"),
    Mistake("nosuch://localhost/"), Mistake("http://localhost/"), Mistake("localhost"),
    Mistake("postgres://localhost:0/"), Mistake("postgres://localhost:65536/"),
    Mistake("postgres://localhost:abc/"), Mistake("postgres://[::1/"), Mistake("postgres://[zz]/"),
    Mistake("postgres://local%zzhost/"), Mistake("postgres://localhost/?sslmode=maybe", naming: "sslmode"),
    Mistake("postgres://localhost/?ssl=perhaps", naming: "ssl"),
  ]

  /// `hunter2` is a secret wherever it stands here.
  static let secrets = [
    Mistake("--engine", "postgres", "--password", "hunter2", naming: "env:"),
    Mistake("--engine", "postgres", "--password=hunter2", naming: "file:"),
    Mistake("--engine", "postgres", "--ssl-key-passphrase", "hunter2", naming: "--ssl-key-passphrase"),
    Mistake("--engine", "postgres", "-phunter2", naming: "-p"),
    Mistake("--engine", "postgres", "-p", "hunter2", naming: "-p"),
    Mistake("--engine", "postgres", "--port", "hunter2", naming: "--port"),
    Mistake("--engine", "postgres", "hunter2"),
    Mistake("--engine", "postgres", "-d", "host=h password=hunter2", naming: "-d/--database"),
    Mistake("--engine", "postgres", "-d", "host=h password = 'hunter2'", naming: "--password SOURCE"),
    Mistake("postgres://localhost/", "hunter2"),
    Mistake("--engine", "postgres", "--hunter2"),
    Mistake("--engine", "postgres", "--paswsord=hunter2"),
    Mistake("postgres://me:hunter2@localhost:abc/"),
    Mistake("postgres://me:hunter2@[::1/"),
    Mistake("postgres://me:hunter2/x@localhost:abc/"),
    Mistake("postgres://me:hunter2%zz@localhost/"),
    Mistake("nosuch://me:hunter2@localhost/"),
    Mistake("postgres:/me:hunter2@localhost/"),
    Mistake("me:hunter2@localhost"),
    Mistake("postgres://localhost:abc/?password=hunter2"),
    Mistake("jdbc:postgresql://localhost:abc/db?user=me&password=hunter2"),
  ]

  func expectUsageError(_ mistake: Mistake, environment: [String: String] = [:]) throws {
    let result = try Program.run(mistake.arguments, environment: environment, timeout: 10)
    #expect(result.exitCode == 64, "\(result)")
    #expect(result.output.isEmpty, "\(result)")
    #expect(!result.errors.isEmpty, "\(result)")
    #expect(mistake.named.isEmpty || result.errors.contains(mistake.named), "\(result)")
    #expect(!result.errors.contains("hunter2"), "\(result)")
  }

  @Test(arguments: values) func value(_ mistake: Mistake) throws { try expectUsageError(mistake) }
  @Test(arguments: others) func other(_ mistake: Mistake) throws { try expectUsageError(mistake) }
  @Test(arguments: secrets) func secret(_ mistake: Mistake) throws { try expectUsageError(mistake) }

  @Test(arguments: ["postgres://me:hunter2@localhost:abc/", "me:hunter2@[", "hunter2"])
  func unreadableVariable(url: String) throws {
    try expectUsageError(Mistake(), environment: ["DATABASE_URL": url])
  }
}
