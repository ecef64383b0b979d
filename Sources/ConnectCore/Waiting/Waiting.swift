/// Tries a test until it connects, ends as expected, fails for good, or its time is over.
struct Waiting {
  /// What one try brought.
  struct Trial {
    var observation: Observation
    /// nil: it connected.
    var diagnosis: Diagnosis?
  }

  /// The pause after the first try; each further one is twice as long.
  static let firstPause = Duration.milliseconds(100)
  static let longestPause = Duration.seconds(1)
  /// What a try is given at least, so that the last one can succeed; as for `--timeout`.
  static let shortestTry = Duration.milliseconds(100)

  let test: ConnectionTest
  let pace: Pace
  let tell: (TryReport) -> Void

  /// The trial to report, and how many there were. Without `--wait` it is one.
  func run(_ attempt: (ConnectionTarget, Deadline) -> Trial) -> (trial: Trial, tries: Int) {
    let begun = pace.now()
    let timeout = Duration.seconds(test.target.timeout)
    guard let wait = test.wait else {
      return (attempt(test.target, Deadline(instant: begun + timeout)), 1)
    }

    let end = begun + .seconds(wait)
    var target = test.target
    // A server that is being waited for is not bothered with questions as well.
    target.asksQuestions = false
    var pause = Self.firstPause
    var reported: Trial?
    var number = 0
    while true {
      number += 1
      let share = max(Self.shortestTry, min(timeout, pace.now().duration(to: end)))
      target.timeout = share < timeout ? Self.seconds(share) : test.target.timeout
      let trial = attempt(target, Deadline(instant: pace.now() + share))
      // One that was cut short and timed out says less than the one before.
      let saysNothing = share < timeout && trial.diagnosis?.cause == .timedOut
      let last = saysNothing ? reported ?? trial : trial
      reported = last

      let next = min(pause, pace.now().duration(to: end) - Self.shortestTry)
      let isOver = next <= .zero || !mayPass(trial) || test.expected?.isMet(by: last.diagnosis?.cause) == true
      tell(
        TryReport(
          number: number, cause: trial.diagnosis?.cause, elapsed: begun.duration(to: pace.now()),
          pause: isOver ? nil : next))
      if isOver { return (last, number) }
      pace.sleep(next)
      pause = min(pause * 2, Self.longestPause)
    }
  }

  private func mayPass(_ trial: Trial) -> Bool {
    guard case .failed(let failure) = trial.observation.outcome, let diagnosis = trial.diagnosis else {
      return false
    }
    return Patience.mayPass(diagnosis.cause, after: failure)
  }

  /// Seconds to the hundredth, as a message about the try shows them.
  private static func seconds(_ duration: Duration) -> Double {
    (duration.milliseconds / 10).rounded() / 100
  }
}
