import ArgumentParser
import ConnectCore

struct CheckCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Test many connections from a YAML file, concurrently. (Not built yet.)")

  func execute(in surroundings: Surroundings) throws(UsageError) -> Int32 {
    throw UsageError("the command check is not built yet.")
  }
}
