import ArgumentParser
import ConnectCore

struct ServicesCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "services",
    abstract: "Show what hosted services require, and how to connect to them. (Not built yet.)")

  func execute(in surroundings: Surroundings) throws(UsageError) -> Int32 {
    throw UsageError("the command services is not built yet.")
  }
}
