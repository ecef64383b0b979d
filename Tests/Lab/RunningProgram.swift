import Foundation

/// A program that was started, in a session of its own: it has no terminal, and what it starts ends with it.
public final class RunningProgram: @unchecked Sendable {
  /// Its process id.
  public let pid: pid_t
  private let started = ContinuousClock.now
  private let deadline: ContinuousClock.Instant
  private let kept: TemporaryFolder?
  private var input: (descriptor: Int32, rest: ArraySlice<UInt8>)?
  private var output: Stream
  private var errors: Stream
  private var status: Int32?

  private struct Stream {
    var descriptor: Int32
    var bytes: [UInt8] = []
    var open = true
  }

  init(
    _ path: String, _ arguments: [String], environment: [String: String], input: String?, timeout: Double,
    keeping folder: TemporaryFolder? = nil
  ) throws {
    signal(SIGPIPE, SIG_IGN)
    let inputs = input == nil ? nil : try PrivatePipe()
    let outputs = try PrivatePipe()
    let errors = try PrivatePipe()
    let entries = environment.map { "\($0)=\($1)" }.sorted()
    let spawned = Result {
      try spawn(
        [path] + arguments, environment: entries, input: inputs?.reading, output: outputs.writing,
        errors: errors.writing)
    }
    for descriptor in [inputs?.reading, outputs.writing, errors.writing] {
      if let descriptor { close(descriptor) }
    }
    if case .failure = spawned {
      for descriptor in [inputs?.writing, outputs.reading, errors.reading] {
        if let descriptor { close(descriptor) }
      }
    }
    pid = try spawned.get()
    deadline = started + .seconds(timeout)
    kept = folder
    self.output = Stream(descriptor: outputs.reading)
    self.errors = Stream(descriptor: errors.reading)
    if let inputs, let input {
      _ = fcntl(inputs.writing, F_SETFL, O_NONBLOCK)
      self.input = (inputs.writing, Array(input.utf8)[...])
    }
  }

  deinit {
    if status == nil {
      kill(-pid, SIGKILL)
      var ignored: Int32 = 0
      waitpid(pid, &ignored, 0)
    }
    closeInput()
    for stream in [output, errors] where stream.open { close(stream.descriptor) }
  }

  /// Waits for the end and returns what the program wrote.
  public func wait() -> ProgramResult {
    var ended: ContinuousClock.Instant?
    var timedOut = false
    while output.open || errors.open || status == nil {
      if ended == nil, hasEnded() { ended = .now }
      // What a program leaves running may hold the pipes open: it is given a second.
      if let ended, .now > ended + .seconds(1) { break }
      if ended == nil, .now > deadline, !timedOut {
        timedOut = true
        kill(-pid, SIGKILL)
      }
      exchange()
    }
    kill(-pid, SIGKILL)
    let status = status ?? 0
    let signal = status & 0x7f
    return ProgramResult(
      exitCode: signal == 0 ? (status >> 8) & 0xff : 128 + signal,
      output: String(decoding: output.bytes, as: UTF8.self),
      errors: String(decoding: errors.bytes, as: UTF8.self),
      seconds: started.duration(to: ended ?? .now) / .seconds(1), timedOut: timedOut)
  }

  private func hasEnded() -> Bool {
    if status != nil { return true }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return false }
    self.status = status
    return true
  }

  /// Moves what can be moved within a few milliseconds.
  private func exchange() {
    var polled = [
      pollfd(fd: output.open ? output.descriptor : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: errors.open ? errors.descriptor : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: input?.descriptor ?? -1, events: Int16(POLLOUT), revents: 0),
    ]
    let idle = !output.open && !errors.open
    poll(&polled, nfds_t(polled.count), idle ? 1 : 10)
    if polled[0].revents != 0 { Self.read(into: &output) }
    if polled[1].revents != 0 { Self.read(into: &errors) }
    if polled[2].revents != 0 { write() }
  }

  private static func read(into stream: inout Stream) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = Foundation.read(stream.descriptor, &buffer, buffer.count)
    if count > 0 {
      stream.bytes += buffer[..<count]
    } else if count == 0 || errno != EINTR {
      close(stream.descriptor)
      stream.open = false
    }
  }

  private func write() {
    guard let (descriptor, rest) = input else { return }
    let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    input?.rest = rest.dropFirst(max(count, 0))
    if count < 0 || input?.rest.isEmpty != false { closeInput() }
  }

  private func closeInput() {
    if let input { close(input.descriptor) }
    input = nil
  }
}
