import ArgumentParser
import ConnectCore

/// From the command line's words to the command that runs.
struct Dispatch {
  let surroundings: Surroundings

  /// Runs what the words ask for, and returns the process's exit code.
  func run(_ words: [String]) -> Int32 {
    do throws(UsageError) {
      return try run(CommandLineScanner(words))
    } catch {
      Output.complain(error.message)
      return 64
    }
  }

  private func run(_ words: CommandLineScanner) throws(UsageError) -> Int32 {
    if words.asks("help") || words.command == .help {
      Output.print(
        Self.help(
          for: words.command == .help
            ? words.operands.first.flatMap { CommandName(rawValue: $0.text) } : words.command))
      return 0
    }
    if let name = words.command, let command = Self.commands[name], name != .test {
      return try command.init().execute(words, in: surroundings)
    }
    if let fault = words.fault { throw fault }
    if words.asks("version") {
      Output.print(Version.text)
      return 0
    }
    if let shell = words.values.last(where: { $0.option.name == "generate-completion-script" }) {
      Output.print(try Self.completions(for: shell.text))
      return 0
    }
    guard words.operands.count <= 1 else {
      throw UsageError("there are more arguments than a URL (they are not shown); see --help")
    }
    return try parsed(words.canonical).execute(in: surroundings)
  }

  private func parsed(_ words: [String]) throws(UsageError) -> TestCommand {
    do {
      return try TestCommand.parse(words)
    } catch {
      // The parser's own words would repeat values.
      throw UsageError("the command line cannot be understood; see --help")
    }
  }

  private static let commands: [CommandName: any Command.Type] = [
    .test: TestCommand.self, .modes: ModesCommand.self, .check: CheckCommand.self,
    .explain: ExplainCommand.self, .engines: EnginesCommand.self, .services: ServicesCommand.self,
    .worker: WorkerCommand.self,
  ]

  private static func help(for name: CommandName?) -> String {
    guard let name, let command = commands[name] else { return Root.helpMessage() }
    return Root.helpMessage(for: command)
  }

  private static func completions(for name: String) throws(UsageError) -> String {
    guard let shell = CompletionShell(rawValue: name) else {
      throw UsageError("--generate-completion-script is \(name.quoted); it takes bash, zsh or fish.")
    }
    return Root.completionScript(for: shell)
  }
}

extension CommandLineScanner {
  fileprivate func asks(_ flag: String) -> Bool { flags.contains { $0.name == flag } }
}
