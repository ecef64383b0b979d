import ConnectCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A command whose output is wanted. It runs with the environment as it was when this program started, in a
/// process group of its own, so that nothing of it is left when it takes too long.
struct ShellCommand {
  enum Result: Equatable {
    case printed([UInt8])
    case exited(Int32)
    case killed(Int32)
    case timedOut
    /// The system's error number.
    case notStarted(Int32)
  }

  private let command: String
  private let environment: EnvironmentSnapshot

  init(_ command: String, environment: EnvironmentSnapshot) {
    self.command = command
    self.environment = environment
  }

  /// Runs it, and returns what it printed, up to a limit, after it ended.
  func run(seconds: Double, limit: Int) -> Result {
    let deadline = Deadline(seconds: seconds)
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return .notStarted(errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var child: pid_t = 0
    let error = spawn(&child, output: ends[1])
    close(ends[1])
    guard error == 0 else {
      close(ends[0])
      return .notStarted(error)
    }

    let signals = HeldSignals()
    let printed = collect(from: ends[0], deadline: deadline, limit: limit, signals: signals)
    close(ends[0])
    let status = printed == nil ? nil : wait(for: child, deadline: deadline, signals: signals)
    if status == nil {
      kill(-child, SIGKILL)
      var ignored: Int32 = 0
      waitpid(child, &ignored, 0)
    }
    signals.release()
    guard let printed, let status else { return .timedOut }
    return result(printed, status: status, isFull: printed.count >= limit)
  }

  private func result(_ printed: [UInt8], status: Int32, isFull: Bool) -> Result {
    let signal = status & 0x7f
    let code = (status >> 8) & 0xff
    // One that prints without end learns that nobody reads on.
    if isFull, signal == SIGPIPE || code == 128 + SIGPIPE { return .printed(printed) }
    if signal != 0 { return .killed(signal) }
    return code == 0 ? .printed(printed) : .exited(code)
  }

  private func spawn(_ child: inout pid_t, output: Int32) -> Int32 {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // Standard input may hold a secret for us; a group in the background may not read the terminal either.
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    sigaddset(&defaults, SIGINT)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))

    let words = Self.pointers(to: ["/bin/sh", "-c", command])
    let variables = Self.pointers(to: environment.variables.map { "\($0.key)=\($0.value)" })
    defer { for pointer in words + variables { free(pointer) } }
    return posix_spawn(&child, "/bin/sh", &actions, &attributes, words, variables)
  }

  /// The texts as C wants a list of them; they are the caller's to free.
  private static func pointers(to texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { text in strdup(text) } + [nil]
  }

  /// nil: the deadline passed, or a signal came.
  private func collect(
    from pipe: Int32, deadline: Deadline, limit: Int, signals: HeldSignals
  ) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while bytes.count < limit {
      if deadline.hasPassed || signals.arePending { return nil }
      var waiting = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, min(50, deadline.pollMilliseconds)) > 0 else { continue }
      let count = read(pipe, &buffer, buffer.count)
      if count == 0 { break }
      if count > 0 { bytes += buffer[..<count] }
    }
    return bytes
  }

  /// nil: the deadline passed, or a signal came.
  private func wait(for child: pid_t, deadline: Deadline, signals: HeldSignals) -> Int32? {
    var status: Int32 = 0
    while true {
      switch waitpid(child, &status, WNOHANG) {
      case child: return status
      case 0: break
      default:
        if errno != EINTR { return nil }
      }
      if deadline.hasPassed || signals.arePending { return nil }
      usleep(5_000)
    }
  }
}
