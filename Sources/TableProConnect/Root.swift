import ArgumentParser
import ConnectCore

/// The program as the parser sees it: for help and completions. What runs is decided in `Dispatch`.
struct Root: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tablepro-connect",
    abstract: "Tests a database connection, and says what to change when it fails.",
    usage: """
      tablepro-connect [URL] [options]
      tablepro-connect <subcommand> …
      """,
    discussion: """
      Without a subcommand it is `test`. Examples:
        tablepro-connect postgres://me@db.example.com/shop
        tablepro-connect --engine postgres -h db.example.com --ssl verify-identity
      """,
    subcommands: [
      TestCommand.self, ModesCommand.self, CheckCommand.self, ExplainCommand.self, EnginesCommand.self,
      ServicesCommand.self, WorkerCommand.self,
    ],
    helpNames: .long)

  @OptionGroup var options: TestArguments

  @Flag(help: "Print the version and the drivers that were found.")
  var version = false
}

/// A subcommand that can be started.
protocol Command: ParsableCommand {
  /// Runs it, and returns the process's exit code. Throws a `UsageError` where what was asked is wrong.
  func execute(in surroundings: Surroundings) throws(UsageError) -> Int32

  /// Runs it on what the command line says; a command that needs nothing of it need not have this.
  func execute(_ words: CommandLineScanner, in surroundings: Surroundings) throws(UsageError) -> Int32
}

extension Command {
  func execute(_ words: CommandLineScanner, in surroundings: Surroundings) throws(UsageError) -> Int32 {
    try execute(in: surroundings)
  }
}

/// What a command needs of the world around it.
struct Surroundings {
  var environment: EnvironmentSnapshot
}
