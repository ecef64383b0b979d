package import ConnectCore
internal import Transport

/// Runs tests in worker processes: children of the same binary, so that a driver's crash, hang or global state
/// stays with its target. Several threads may run tests at once.
///
/// The test, secrets included, goes to the child's standard input as one line of JSON, never through its
/// arguments or environment; the report comes back from its standard output. SIGPIPE has to be ignored in this
/// process.
package struct WorkerRunner: Sendable {
  /// The hidden subcommand that is the child's side.
  package static let subcommand = "worker"
  /// What a worker has over its test's own time, in seconds: to start, and to notice by itself that it is late.
  package static let grace = 0.5
  /// A report longer than this many bytes is none.
  static let limit = 16 << 20

  private let executable: String
  private let environment: [String: String]

  /// `environment` is this process's, without the engines' families of variables.
  package init(executable: String = OwnExecutable.path, environment: [String: String]) {
    self.executable = executable
    self.environment = environment
  }

  /// Runs a test, and tells the child's process id when it has `started`.
  ///
  /// It returns when the child has ended, and ends the child when the test's timeout (or wait) and the grace
  /// have passed. A child that brings no report makes one of the cause `other`; one that had to be ended, of
  /// the cause `timed-out`.
  package func run(_ test: ConnectionTest, started: (Int32) -> Void = { _ in }) -> Report {
    let begun = ContinuousClock.now
    let deadline = Deadline(seconds: test.limit + Self.grace)
    func failed(_ event: FailureEvent, _ words: String) -> Report {
      Report(of: test, workerFailure: event, words: words, elapsed: begun.duration(to: .now))
    }

    guard let request = WorkerMessage.line(of: test) else {
      let words = "the test could not be told to a worker process"
      return failed(.other(words), words)
    }
    let child: ChildProcess
    do throws(ChildProcess.StartFailure) {
      child = try ChildProcess(
        ChildProcess.Launch(
          path: executable, words: ["tablepro-connect", Self.subcommand],
          environment: cleanEnvironment(for: test.target), takesInput: true, isIsolated: true))
    } catch {
      let words = "the worker process could not be started: \(systemErrorText(error.errno))"
      return failed(.other(words), words)
    }
    started(child.id)
    child.send(request, deadline: deadline)
    let end = child.finish(deadline: deadline, limit: Self.limit)
    if end.printed.count < Self.limit, let report = WorkerMessage.read(Report.self, from: end.printed) {
      return report
    }
    let words = Self.words(for: end)
    return failed(end.status == nil ? .timedOut : .other(words), words)
  }

  /// What became of a child that brought no report.
  private static func words(for end: ChildProcess.End) -> String {
    if end.printed.count >= limit { return "the worker process wrote more than a report" }
    let what = end.printed.isEmpty ? "without a report" : "with something that is no report"
    switch end.status {
    case .killed(let signal):
      return "the worker process was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
    case .exited(let code): return "the worker process ended with exit code \(code) and \(what)"
    case nil: return "the worker process did not end in time and was ended"
    }
  }

  /// The environment without variables that are one of the target's secrets, such as the one that
  /// `--password env:NAME` has read, or URLs with one.
  private func cleanEnvironment(for target: ConnectionTarget) -> [String: String] {
    let secrets = [target.password, target.ssl.keyPassphrase].compactMap { $0?.exposed }
    let clean = Sanitiser(for: target)
    var variables = environment.filter { _, value in
      // A short password may be part of a path by chance.
      let isURL = value.contains("://")
      let holdsOne = isURL && clean.text(value) != Sanitiser.visible(value, keepingLineBreaks: true)
      return !holdsOne && !secrets.contains { value == $0 || value == $0 + "\n" || value == $0 + "\r\n" }
    }
    // Swift's own report of a crash takes half a second, goes nowhere here, and hides the signal.
    variables["SWIFT_BACKTRACE"] = "enable=no"
    return variables
  }
}

extension Report {
  /// The report of a test whose worker process brought none.
  fileprivate init(
    of test: ConnectionTest, workerFailure event: FailureEvent, words: String, elapsed: Duration
  ) {
    let error = ServerError(text: words, origin: .library("tablepro-connect"))
    // Nobody knows how far it came.
    let failure = ConnectionFailure(stage: .connect, event: event, error: error)
    let observation = Observation(outcome: .failed(failure), host: test.target.hosts[0])
    let diagnosis = Diagnosis(of: observation, target: test.target, rules: NoRules())
    self.init(of: test, observation: observation, diagnosis: diagnosis, elapsed: elapsed)
  }
}

/// What happens to a worker is no engine's matter.
private struct NoRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? { nil }
}
