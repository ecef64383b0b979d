package import ConnectCore

/// Times the stages of one connection.
package struct StageClock: Sendable {
  package private(set) var stages: [StageTiming] = []
  /// The stage that has begun and not ended; before the first, `resolve`.
  package private(set) var current: ConnectionStage = .resolve
  private var begun: ContinuousClock.Instant?

  package init() {}

  /// Ends the stage before well, and begins this one.
  package mutating func begin(_ stage: ConnectionStage, at instant: ContinuousClock.Instant = .now) {
    end(ok: true, at: instant)
    current = stage
    begun = instant
  }

  /// Ends the stage that has begun.
  package mutating func end(ok: Bool, at instant: ContinuousClock.Instant = .now) {
    guard let begun else { return }
    stages.append(
      StageTiming(stage: current, milliseconds: begun.duration(to: instant).milliseconds, ok: ok))
    self.begun = nil
  }
}

extension [StageTiming] {
  /// The stages when what came later has shown that this one did not end well: they are a part of it then.
  func endingBadly(at stage: ConnectionStage) -> [StageTiming] {
    guard let index = firstIndex(where: { $0.stage == stage }) else { return self }
    let milliseconds = self[index...].reduce(0) { $0 + $1.milliseconds }
    return self[..<index] + [StageTiming(stage: stage, milliseconds: milliseconds, ok: false)]
  }
}
