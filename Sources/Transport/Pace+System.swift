package import ConnectCore

extension Pace {
  /// The system's time.
  package static var system: Pace {
    Pace(
      now: { .now },
      sleep: { duration in
        let end = Deadline(instant: .now + duration)
        while !end.hasPassed { _ = poll(nil, 0, end.pollMilliseconds) }
      })
  }
}
