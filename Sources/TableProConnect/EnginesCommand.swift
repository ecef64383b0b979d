import ArgumentParser
import ConnectCore

struct EnginesCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "engines",
    abstract: "Show defaults, ports, fallback behaviour, and the drivers found. (Not built yet.)")

  func execute(in surroundings: Surroundings) throws(UsageError) -> Int32 {
    throw UsageError("the command engines is not built yet.")
  }
}
