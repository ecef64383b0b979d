import ConnectCore
import Workers

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A command whose output is wanted. It runs with the environment as it was when this program started, in a
/// process group of its own, so that nothing of it is left when it takes too long.
struct ShellCommand {
  enum Result: Equatable {
    case printed([UInt8])
    case exited(Int32)
    case killed(Int32)
    case timedOut
    /// The system's error number.
    case notStarted(Int32)
  }

  private let command: String
  private let environment: EnvironmentSnapshot

  init(_ command: String, environment: EnvironmentSnapshot) {
    self.command = command
    self.environment = environment
  }

  /// Runs it, and returns what it printed, up to a limit, after it ended.
  func run(seconds: Double, limit: Int) -> Result {
    let deadline = Deadline(seconds: seconds)
    // Its standard input is empty: ours may hold a secret for us, and a group in the background may not read
    // the terminal either.
    let launch = ChildProcess.Launch(
      path: "/bin/sh", words: ["/bin/sh", "-c", command], environment: environment.variables)
    let child: ChildProcess
    do throws(ChildProcess.StartFailure) {
      child = try ChildProcess(launch)
    } catch {
      return .notStarted(error.errno)
    }
    let signals = HeldSignals()
    let end = child.finish(deadline: deadline, limit: limit, isInterrupted: { signals.arePending })
    signals.release()
    return result(end, isFull: end.printed.count >= limit)
  }

  private func result(_ end: ChildProcess.End, isFull: Bool) -> Result {
    switch end.status {
    // One that prints without end learns that nobody reads on.
    case .killed(SIGPIPE) where isFull, .exited(128 + SIGPIPE) where isFull: .printed(end.printed)
    case .killed(let signal): .killed(signal)
    case .exited(0): .printed(end.printed)
    case .exited(let code): .exited(code)
    case nil: .timedOut
    }
  }
}
