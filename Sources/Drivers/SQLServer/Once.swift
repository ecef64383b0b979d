internal import Synchronization

/// Something that happens once, whoever of several threads comes first.
final class Once: Sendable {
  private let happened = Atomic(false)

  /// Whether this is the first call.
  func first() -> Bool {
    happened.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
  }
}
