import ArgumentParser
import ConnectCore
import Transport
import Workers

/// The inner side of a worker process: runs the one test that its standard input tells. It is for this
/// program alone, so help does not show it.
struct WorkerCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: WorkerRunner.subcommand, abstract: "Run a test for another process of this program.",
    shouldDisplay: false)

  func execute(in surroundings: Surroundings) throws(UsageError) -> Int32 {
    let channel = WorkerChannel()
    guard let test = channel.receive(), let driver = DriverRegistry.driver(for: test.target.engine) else {
      throw UsageError("what standard input holds is no test; this command is for tablepro-connect alone.")
    }
    channel.send(test.run(with: driver.init(), by: .system))
    return 0
  }
}
