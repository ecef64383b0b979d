package import ConnectCore
internal import Transport

/// The worker's side of its pipes.
///
/// Making one moves them away from the standard descriptors, so that a library that prints does no harm.
package struct WorkerChannel {
  /// A test longer than this many bytes is none.
  private static let limit = 1 << 20

  private let requests: Int32
  private let reports: Int32

  package init() {
    requests = Self.move(STDIN_FILENO, replacingWith: O_RDONLY)
    reports = Self.move(STDOUT_FILENO, replacingWith: O_WRONLY)
  }

  /// A private copy of the descriptor, which leads nowhere afterwards.
  private static func move(_ descriptor: Int32, replacingWith mode: Int32) -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    let nowhere = open("/dev/null", mode | O_CLOEXEC)
    dup2(nowhere, descriptor)
    if nowhere > STDERR_FILENO { close(nowhere) }
    return copy
  }

  /// The test to run; nil: what came is none.
  ///
  /// The other side keeps the pipe open while it waits. From now on this process ends when it is closed, which
  /// is to say when the other side has ended, however that came about.
  package func receive() -> ConnectionTest? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while bytes.last != UInt8(ascii: "\n"), bytes.count < Self.limit {
      let count = read(requests, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
    guard let test = WorkerMessage.read(ConnectionTest.self, from: bytes) else { return nil }
    let requests = requests
    _ = abandonable(until: Deadline(seconds: 0)) {
      var byte: UInt8 = 0
      while read(requests, &byte, 1) > 0 || errno == EINTR {}
      _exit(1)
    }
    return test
  }

  /// Sends the report. Whether it was taken is known to the other side only.
  package func send(_ report: Report) {
    var rest = (WorkerMessage.line(of: report) ?? [])[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(reports, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { return }
      rest = rest.dropFirst(max(0, count))
    }
  }
}
