/// The instant by which everything has to be over. One is made for an attempt, and every wait asks it.
package struct Deadline: Sendable {
  /// The instant itself, on a clock that does not jump.
  package let instant: ContinuousClock.Instant

  package init(seconds: Double) {
    instant = .now + .microseconds(Int64((seconds * 1_000_000).rounded(.up)))
  }

  package init(instant: ContinuousClock.Instant) { self.instant = instant }

  /// What is left, never negative.
  package var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: instant)) }

  package var hasPassed: Bool { remaining == .zero }

  /// What is left for `poll(2)`, in milliseconds, rounded up so that a wait does not end just too early.
  package var pollMilliseconds: Int32 { Int32(clamping: Int64(remaining.milliseconds.rounded(.up))) }

  /// What is kept back for one question to the server, of a time that begins now: a quarter, a second at most.
  package var reserve: Duration { min(.seconds(1), remaining / 4) }

  /// The same deadline, sooner by some time, but not sooner than now.
  package func earlier(by duration: Duration) -> Deadline {
    Deadline(instant: max(.now, instant - duration))
  }

  /// The sooner of this deadline and the one that `duration` from now sets.
  package func orSooner(in duration: Duration) -> Deadline {
    Deadline(instant: min(instant, .now + duration))
  }
}

extension Duration {
  /// The duration in milliseconds, with fractions.
  package var milliseconds: Double {
    Double(components.seconds) * 1_000 + Double(components.attoseconds) / 1e15
  }
}
