import ConnectCore
import Lab
import Testing

/// Help, version and completions.
@Suite("Help") struct HelpTests {
  @Test(arguments: [["--help"], ["help"], ["postgres://h", "--help"], ["--help", "--ssl", "nonsense"]])
  func root(arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result)")
    for word in ["--ssl-key-passphrase", "--until", "-h, --host", "test", "modes", "check", "explain"] {
      #expect(result.output.contains(word))
    }
  }

  /// The parser's declarations and the scanner's table name the same options.
  @Test func optionsAgree() throws {
    let help = try Program.run(["--help"]).output
    let words = help.split { " \n,()[]\"".contains($0) }
    let declared = Set(
      words.filter { $0.hasPrefix("--") && !$0.hasSuffix("s.") }.map { String($0.dropFirst(2)) })
    let known = Set(CommandLineOption.all.map(\.name))
    #expect(known.subtracting(declared) == ["generate-completion-script"])
    #expect(declared.subtracting(known).allSatisfy { $0.hasPrefix("password.") })
    for option in CommandLineOption.all where !option.letters.isEmpty {
      let letters = option.letters.map { "-\($0), " }.joined()
      #expect(help.contains("\(letters)--\(option.name)"))
    }
  }

  @Test func subcommands() throws {
    for arguments in [["test", "--help"], ["help", "test"]] {
      #expect(try Program.run(arguments).output.contains("--ssl-crl"))
    }
    for arguments in [["modes", "--help"], ["help", "modes"]] {
      let result = try Program.run(arguments)
      #expect(result.exitCode == 0 && result.output.contains("Not built yet"))
    }
  }

  @Test func version() throws {
    let result = try Program.run(["--version"])
    #expect(result.exitCode == 0 && result.errors.isEmpty)
    #expect(result.output.hasPrefix("tablepro-connect 0.1.0\n"))
    #expect(result.output.contains("libpq"))
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completions(shell: String) throws {
    for arguments in [["--generate-completion-script", shell], ["--generate-completion-script=\(shell)"]] {
      let result = try Program.run(arguments)
      #expect(result.exitCode == 0 && result.errors.isEmpty)
      #expect(result.output.contains("tablepro-connect") && result.output.contains("ssl-ca"))
    }
    UsageErrorTests.check(
      try Program.run(["--generate-completion-script", "tcsh"]),
      naming: "--generate-completion-script is \"tcsh\"")
  }

  @Test func aReaderThatGoesAwayDoesNoHarm() throws {
    let result = try Command.run([
      "sh", "-c", "'\(Program.path)' --help | true; '\(Program.path)' --help >&-",
    ])
    #expect(result.output.isEmpty)
    #expect(result.exitCode == 1 && result.errors.contains("cannot write to standard output"), "\(result)")
    let full = try Command.run(["sh", "-c", "'\(Program.path)' --help >/dev/full"])
    #expect(full.exitCode == 1 && full.errors.contains("cannot write to standard output"), "\(full)")
  }
}
