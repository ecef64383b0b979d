/// What waiting needs of the world: the time, and a way to let some of it pass.
package struct Pace {
  package var now: () -> ContinuousClock.Instant
  package var sleep: (Duration) -> Void

  package init(now: @escaping () -> ContinuousClock.Instant, sleep: @escaping (Duration) -> Void) {
    self.now = now
    self.sleep = sleep
  }
}

/// One try, as it is told while the test goes on.
package struct TryReport: Equatable, Sendable {
  /// From 1.
  package var number: Int
  /// nil: it connected.
  package var cause: Cause?
  /// Since the first try began.
  package var elapsed: Duration
  /// How long it is until the next one; nil: there is none.
  package var pause: Duration?

  /// `try 2 after 0.10 s: connection-refused; the next in 0.20 s`
  package var line: String {
    let end = pause.map { "; the next in \(Self.seconds($0)) s" } ?? ""
    return "try \(number) after \(Self.seconds(elapsed)) s: \(cause?.rawValue ?? "connected")\(end)"
  }

  /// Seconds with two decimals.
  private static func seconds(_ duration: Duration) -> String {
    let hundredths = Int((duration.milliseconds / 10).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
