import ArgumentParser
import ConnectCore

struct ModesCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "modes",
    abstract: "Try every SSL mode side by side, and name the strictest that works. (Not built yet.)")

  func execute(in surroundings: Surroundings) throws(UsageError) -> Int32 {
    throw UsageError("the command modes is not built yet.")
  }
}
