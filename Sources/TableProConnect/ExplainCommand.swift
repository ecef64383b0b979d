import ArgumentParser
import ConnectCore

struct ExplainCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Diagnose a pasted driver error, offline. (Not built yet.)")

  func execute(in surroundings: Surroundings) throws(UsageError) -> Int32 {
    throw UsageError("the command explain is not built yet.")
  }
}
