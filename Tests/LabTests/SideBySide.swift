import Foundation
import Lab

/// Runs what mostly waits on threads of its own, several at a time: Swift Testing's own threads are as many as the
/// processors, and blocking them would put rows that wait for a timeout in a queue.
enum SideBySide {
  private static let slots = Slots(12)
  private static let starting = DispatchSemaphore(value: 1)

  static func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    await slots.take()
    let result: Swift.Result<Result, any Error> = await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: Swift.Result { try work() }) }
    }
    await slots.giveBack()
    return try result.get()
  }

  /// What a debug build takes to get as far as its clock, in seconds, on this machine at its quietest. A release build
  /// takes a tenth of that; the promise of a timeout begins with the clock.
  static let startUp: Double =
    (1...5).compactMap { _ in try? runInTime(["--help"], environment: [:]).seconds }.min() ?? 0

  /// Whether a run ended at its timeout: not a quarter of a second sooner or later.
  static func isInTime(_ result: ProgramResult, timeout: Double) -> Bool {
    result.seconds > timeout - 0.25 && result.seconds - startUp < timeout + 0.25
  }

  /// Runs the program where its time counts: before all others, and with no more than one beside it that is just
  /// starting, which takes a debug build most of the processor time that it takes at all.
  static func runInTime(_ arguments: [String], environment: [String: String]) throws -> ProgramResult {
    starting.wait()
    let running = Result { try Program.start(arguments, environment: environment) }
    if let pid = try? running.get().pid {
      // Only root may; others have the chance that every test has. It is a session of its own, and Linux shares
      // time between sessions before it looks at processes (sched(7), autogroup).
      try? "-15".write(toFile: "/proc/\(pid)/autogroup", atomically: false, encoding: .ascii)
      #if os(Linux)
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(pid), -15)
      #else
        setpriority(PRIO_PROCESS, id_t(pid), -15)
      #endif
      Thread.sleep(forTimeInterval: 0.12)
    }
    starting.signal()
    return try running.get().wait()
  }
}

private actor Slots {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { free = count }

  func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func giveBack() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
