import ConnectCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Writes to standard output and standard error, without a buffer of its own.
enum Output {
  /// Whether standard output took everything so far. A reader that went away does not count.
  nonisolated(unsafe) private(set) static var failed = false
  /// Whether there was no standard output when the program started, so that nothing can be written to it.
  nonisolated(unsafe) static var isClosed = false

  /// Writes a text and a line feed to standard output.
  static func print(_ text: String) {
    let ends = text.hasSuffix("\n")
    let error = isClosed ? EBADF : write(ends ? text : text + "\n", to: STDOUT_FILENO)
    if let error, error != EPIPE, !failed {
      failed = true
      complain("cannot write to standard output: \(String(cString: strerror(error)))")
    }
  }

  /// Writes a message to standard error.
  static func complain(_ message: String) {
    _ = write("tablepro-connect: \(message)\n", to: STDERR_FILENO)
  }

  /// Whether the report is coloured: NO_COLOR, a dumb terminal and no terminal turn it off.
  static func usesColor(_ choice: ColorChoice, environment: EnvironmentSnapshot) -> Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto:
      (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb" && isatty(STDOUT_FILENO) == 1
    }
  }

  /// The error number; nil: all was written.
  private static func write(_ text: String, to descriptor: Int32) -> Int32? {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
