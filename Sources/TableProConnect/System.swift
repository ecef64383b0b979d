import ConnectCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  @preconcurrency import Musl
#else
  @preconcurrency import Glibc
#endif

/// What the program asks of the operating system before a test begins.
enum System {
  /// Lets the standard descriptors that are closed lead nowhere, so that no socket or pipe gets their numbers, and
  /// what a library prints with it. To be called before anything is opened. Returns those that were closed.
  static func openStandardDescriptors() -> [Int32] {
    let closed = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].filter {
      fcntl($0, F_GETFD) < 0 && errno == EBADF
    }
    // The lowest number that is free is the one that `open` gives.
    for descriptor in closed { _ = open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY) }
    return closed
  }

  /// The words after the program's name; nil where one of them is not UTF-8, which would not survive as text.
  static func takeArguments() -> [String]? {
    var words: [[UInt8]] = []
    var pointers: [UnsafeMutablePointer<CChar>] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let pointer = CommandLine.unsafeArgv[index] else { break }
      pointers.append(pointer)
      words.append(bytes(at: pointer))
    }
    // Bytes beyond ASCII are told as one letter each, so that offsets are those of the bytes.
    let ascii = words.map { word in
      String(decoding: word.map { $0 < 0x80 ? $0 : UInt8(ascii: "x") }, as: UTF8.self)
    }
    for spot in ArgvScrubber.secrets(in: ascii) {
      for offset in spot.bytes { pointers[spot.word][offset] = CChar(UInt8(ascii: "*")) }
    }
    let texts = words.compactMap { String(strictUTF8: $0) }
    return texts.count == words.count ? texts : nil
  }

  /// Reads the environment, and takes the engines' families of variables out of it. To be called before
  /// there is a second thread.
  static func takeEnvironment() -> EnvironmentSnapshot {
    var variables: [String: String] = [:]
    var notUTF8: Set<String> = []
    var entry = environment
    while let pointer = entry?.pointee {
      entry = entry?.advanced(by: 1)
      let bytes = bytes(at: pointer)
      guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: bytes[..<equals], as: UTF8.self)
      let value = Array(bytes[(equals + 1)...])
      // The first of two equal names is the one that getenv finds.
      guard variables[name] == nil else { continue }
      variables[name] = String(decoding: value, as: UTF8.self)
      if String(strictUTF8: value) == nil { notUTF8.insert(name) }
    }
    let snapshot = EnvironmentSnapshot(variables, notUTF8: notUTF8)
    for name in snapshot.namesToUnset { unsetenv(name) }
    return snapshot
  }

  private static func bytes(at pointer: UnsafePointer<CChar>) -> [UInt8] {
    UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map(UInt8.init(bitPattern:))
  }

  private static var environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    #if canImport(Darwin)
      _NSGetEnviron().pointee
    #else
      environ
    #endif
  }

  /// A closed pipe is an error to be returned, not a death; Ctrl-C ends with 130.
  static func prepareSignals() {
    signal(SIGPIPE, SIG_IGN)
    // Who ignores the end of children is not told how they ended, and that is inherited.
    signal(SIGCHLD, SIG_DFL)
    var current = sigaction()
    sigaction(SIGINT, nil, &current)
    // What started this program may have asked that Ctrl-C does not reach it (nohup, a shell's `&`).
    guard !isIgnored(current) else { return }
    signal(SIGINT) { _ in _exit(130) }
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    let ignoring = unsafeBitCast(SIG_IGN, to: Int.self)
    #if canImport(Darwin)
      return unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self) == ignoring
    #else
      return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == ignoring
    #endif
  }

  /// The name of the user that the process acts as; nil: the system knows none.
  static var userName: String? {
    guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else { return nil }
    return String(cString: name)
  }

  /// Reads a password file as libpq would: only a plain file that nobody else may read.
  static func passwordFile(_ path: String) -> PasswordFile.Reading {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return .unreadable(errorText()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .unreadable(errorText()) }
    guard status.st_mode & S_IFMT == S_IFREG else { return .notAFile }
    guard status.st_mode & 0o077 == 0 else { return .readableByOthers }
    guard let bytes = LineReader(descriptor: descriptor).all(limit: 1 << 20) else {
      return .unreadable(errorText())
    }
    guard let text = String(strictUTF8: bytes) else { return .notUTF8 }
    return .file(PasswordFile(text))
  }

  /// The system's words for its last error.
  static func errorText() -> String { String(cString: strerror(errno)) }
}
