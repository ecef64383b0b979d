import Foundation

/// Held while a descriptor is made and marked, and while a program is started: else one that another thread
/// starts between the two would inherit the end of a pipe, and its reader would wait for that program too.
private let descriptorLock = NSLock()

/// A descriptor that no other process inherits; `make` must not wait for anything.
func privateDescriptor(_ make: () -> Int32) throws -> Int32 {
  descriptorLock.lock()
  defer { descriptorLock.unlock() }
  let descriptor = make()
  guard descriptor >= 0 else { throw LabFailure(String(cString: strerror(errno))) }
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  return descriptor
}

/// A pipe whose ends no other process inherits.
struct PrivatePipe {
  let reading: Int32
  let writing: Int32

  init() throws {
    descriptorLock.lock()
    defer { descriptorLock.unlock() }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw LabFailure("pipe: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
  }
}

/// Starts a program with these three descriptors only (no input: /dev/null), in a session of its own.
///
/// Foundation's `Process` waits on a run loop, which tests that run side by side do not have.
func spawn(
  _ arguments: [String], environment: [String], input: Int32?, output: Int32, errors: Int32
) throws -> pid_t {
  #if os(Linux)
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, a macro that needs _GNU_SOURCE
  #else
    var actions: posix_spawn_file_actions_t?
    var attributes: posix_spawnattr_t?
    let newSession: Int32 = 0x400
  #endif
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  if let input {
    posix_spawn_file_actions_adddup2(&actions, input, 0)
  } else {
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  }
  posix_spawn_file_actions_adddup2(&actions, output, 1)
  posix_spawn_file_actions_adddup2(&actions, errors, 2)

  // We ignore SIGPIPE, and a program that is started would inherit that.
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigaddset(&signals, SIGPIPE)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  let flags = newSession | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
  posix_spawnattr_setflags(&attributes, Int16(flags))

  var argv = arguments.map { strdup($0) } + [nil]
  var envp = environment.map { strdup($0) } + [nil]
  defer { for string in argv + envp { free(string) } }
  var pid: pid_t = 0
  descriptorLock.lock()
  let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
  descriptorLock.unlock()
  guard code == 0 else {
    throw LabFailure("\(arguments[0]): \(String(cString: strerror(code)))")
  }
  return pid
}
