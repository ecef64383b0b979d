package import ConnectCore
internal import Synchronization

/// Runs work that no deadline reaches from inside (getaddrinfo, a library call, a file that is a pipe) on a
/// thread of its own, and stops waiting for it when the deadline passes.
///
/// The thread goes on in the background then, which is why the process ends by `_exit`.
///
/// - Returns: the work's result; nil if it was not there in time or no thread could be had.
package func abandonable<Result: Sendable>(
  until deadline: Deadline, _ work: @escaping @Sendable () -> Result
) -> Result? {
  BackgroundWork(work)?.result(by: deadline)
}

/// Work that has begun on a thread of its own, and whose end can be waited for among other things.
package struct BackgroundWork<Result: Sendable>: Sendable {
  private let handover = Handover<Result>()

  /// Begins; nil: no thread could be had.
  package init?(_ work: @escaping @Sendable () -> Result) {
    let handover = handover
    guard startThread({ handover.deliver(work()) }) else { return nil }
  }

  /// Readable when the work has ended.
  package var descriptor: Int32 { handover.descriptor }

  /// The work's result; nil if it is not there in time.
  package func result(by deadline: Deadline) -> Result? { handover.receive(until: deadline) }
}

/// Whether a thread could be had.
private func startThread(_ work: @escaping @Sendable () -> Void) -> Bool {
  let box = Unmanaged.passRetained(ThreadBody(work))
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  #if canImport(Darwin)
    var thread: pthread_t?
    let code = pthread_create(&thread, &attributes, { runThreadBody($0) }, box.toOpaque())
  #else
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes, { $0.map { runThreadBody($0) } ?? nil }, box.toOpaque())
  #endif
  guard code == 0 else {
    box.release()
    return false
  }
  return true
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThreadBody(_ raw: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
  Unmanaged<ThreadBody>.fromOpaque(raw).takeRetainedValue().run()
  return nil
}

/// One value that goes from one thread to another, by a pipe, since `poll` keeps deadlines on every system.
private final class Handover<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let pipeEnds: [Int32]

  init() {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
    pipeEnds = ends
  }

  deinit {
    for end in pipeEnds where end >= 0 { close(end) }
  }

  var descriptor: Int32 { pipeEnds[0] }

  func deliver(_ value: Value) {
    self.value.withLock { $0 = value }
    var byte: UInt8 = 1
    _ = write(pipeEnds[1], &byte, 1)
  }

  func receive(until deadline: Deadline) -> Value? {
    _ = wait(for: Int16(POLLIN), on: pipeEnds[0], until: deadline)
    return value.withLock { $0 }
  }
}
