package import ConnectCore

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// A program that this one starts for what it prints, in a process group of its own, so that nothing of it is
/// left when it takes too long. SIGPIPE has to be ignored in this process if the child is sent anything.
package final class ChildProcess: Sendable {
  /// How to start it.
  package struct Launch: Sendable {
    package var path: String
    /// Its argv, with its own name first.
    package var words: [String]
    package var environment: [String: String]
    /// Whether `send` can be used; otherwise its standard input is empty.
    package var takesInput: Bool
    /// Whether it gets no descriptor but the standard three, and its standard error goes nowhere. Otherwise it
    /// gets what this process did not mark as its own.
    package var isIsolated: Bool

    package init(
      path: String, words: [String], environment: [String: String], takesInput: Bool = false,
      isIsolated: Bool = false
    ) {
      self.path = path
      self.words = words
      self.environment = environment
      self.takesInput = takesInput
      self.isIsolated = isIsolated
    }
  }

  /// How it ended.
  package enum Status: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  /// What came of it.
  package struct End: Equatable, Sendable {
    /// What it printed, a little more than the limit at most.
    package var printed: [UInt8]
    /// nil: it was killed by us, because its time was over or we were interrupted.
    package var status: Status?
  }

  /// Why a child could not be started: the system's error number.
  package struct StartFailure: Error, Equatable { package let errno: Int32 }

  /// Its process id, and its group's.
  package let id: Int32
  private let output: Pipe.End
  private let input: Pipe.End?

  /// Starts it.
  package init(_ launch: Launch) throws(StartFailure) {
    let output = try Pipe()
    let input = launch.takesInput ? try Pipe() : nil
    id = try Spawn(launch: launch, input: input?.reading.descriptor, output: output.writing.descriptor).run()
    self.output = output.reading
    self.input = input?.writing
    output.writing.close()
    input?.reading.close()
  }

  /// Sends it some bytes, and keeps its standard input open. Whatever it does not take is lost.
  package func send(_ bytes: [UInt8], deadline: Deadline) {
    guard let descriptor = input?.descriptor else { return }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var rest = bytes[...]
    while !rest.isEmpty, !deadline.hasPassed {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, min(50, deadline.pollMilliseconds))
      } else if errno != EINTR {
        return
      }
    }
  }

  /// Collects what it prints until it ends. It is killed with its group when the deadline passes, and, looked
  /// at twenty times a second, when `isInterrupted` says so.
  ///
  /// After `limit` bytes nothing more is read; whoever goes on printing learns it by SIGPIPE.
  package func finish(deadline: Deadline, limit: Int, isInterrupted: () -> Bool = { false }) -> End {
    let isOver = { deadline.hasPassed || isInterrupted() }
    let (printed, ended) = collect(limit: limit, deadline: deadline, isOver: isOver)
    output.close()
    let status = ended ? wait(isOver: isOver) : nil
    input?.close()
    if status == nil {
      kill(-id, SIGKILL)
      var ignored: Int32 = 0
      while waitpid(id, &ignored, 0) < 0, errno == EINTR {}
    }
    return End(printed: printed, status: status)
  }

  /// What it printed, and whether that was all, or as much as was wanted.
  private func collect(limit: Int, deadline: Deadline, isOver: () -> Bool) -> ([UInt8], Bool) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while bytes.count < limit {
      if isOver() { return (bytes, false) }
      var waiting = pollfd(fd: output.descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, min(50, deadline.pollMilliseconds)) > 0 else { continue }
      let count = read(output.descriptor, &buffer, buffer.count)
      if count == 0 { break }
      if count > 0 { bytes += buffer[..<count] }
    }
    return (bytes, true)
  }

  /// nil: it did not end in time.
  private func wait(isOver: () -> Bool) -> Status? {
    var status: Int32 = 0
    while true {
      switch waitpid(id, &status, WNOHANG) {
      case id:
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
      case 0: break
      default:
        if errno != EINTR { return nil }
      }
      if isOver() { return nil }
      usleep(1_000)
    }
  }
}
