internal import Synchronization

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// posix_spawn with what a child of ours needs.
struct Spawn {
  let launch: ChildProcess.Launch
  /// nil: nothing can be read.
  let input: Int32?
  let output: Int32

  /// The child's process id.
  func run() throws(ChildProcess.StartFailure) -> Int32 {
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
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    var flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    if launch.isIsolated {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
      #if canImport(Darwin)
        flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
      #else
        _ = closeOthers?(&actions, STDERR_FILENO + 1)
      #endif
    }
    posix_spawnattr_setpgroup(&attributes, 0)
    setSignals(&attributes)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    let words = Self.pointers(to: launch.words)
    let variables = Self.pointers(to: launch.environment.map { "\($0.key)=\($0.value)" })
    defer { for pointer in words + variables { free(pointer) } }
    var child: pid_t = 0
    let error = posix_spawn(&child, launch.path, &actions, &attributes, words, variables)
    guard error == 0 else { throw ChildProcess.StartFailure(errno: error) }
    return child
  }

  #if canImport(Darwin)
    private typealias Attributes = posix_spawnattr_t?
  #else
    private typealias Attributes = posix_spawnattr_t
  #endif

  /// The child begins with no signal held back, and with those of ours that we changed as they were.
  private func setSignals(_ attributes: inout Attributes) {
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGINT)
    posix_spawnattr_setsigdefault(&attributes, &signals)
  }

  /// The texts as C wants a list of them; they are the caller's to free.
  private static func pointers(to texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { text in strdup(text) } + [nil]
  }
}

/// A pipe that no child inherits.
struct Pipe {
  /// One end, closed when nobody holds it any more.
  final class End: Sendable {
    private let open: Mutex<Int32>

    init(_ descriptor: Int32) { open = Mutex(descriptor) }
    deinit { close() }

    /// -1: it was closed.
    var descriptor: Int32 { open.withLock { $0 } }

    func close() {
      open.withLock { descriptor in
        if descriptor >= 0 { closeDescriptor(descriptor) }
        descriptor = -1
      }
    }
  }

  let reading: End
  let writing: End

  init() throws(ChildProcess.StartFailure) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ChildProcess.StartFailure(errno: errno) }
    // Whoever was started without standard descriptors would get a pipe as one of them.
    let own = ends.map { end in
      let moved = fcntl(end, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
      closeDescriptor(end)
      return moved
    }
    reading = End(own[0])
    writing = End(own[1])
    guard own.allSatisfy({ $0 >= 0 }) else { throw ChildProcess.StartFailure(errno: EMFILE) }
  }
}

private func closeDescriptor(_ descriptor: Int32) { close(descriptor) }

#if !canImport(Darwin)
  /// posix_spawn_file_actions_addclosefrom_np, which glibc shows to _GNU_SOURCE only, and has since 2.34. Where
  /// it is missing, marks on descriptors have to do.
  private let closeOthers = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
    unsafeBitCast(
      $0, to: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32).self)
  }
#endif
