#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Asks for a secret on the terminal, without echo.
enum TerminalPrompt {
  /// The line that was typed. `.failed`: there is no terminal.
  static func ask(_ question: String, limit: Int) -> LineReader.Line {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else { return .failed(errno) }
    defer { close(terminal) }
    var settings = termios()
    guard tcgetattr(terminal, &settings) == 0 else { return .failed(errno) }

    // While the echo is off, a signal that would end the process waits until it is on again.
    let signals = HeldSignals()
    defer { signals.release() }
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    silent.c_lflag |= tcflag_t(ECHONL)
    guard tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else { return .failed(errno) }
    defer { tcsetattr(terminal, TCSAFLUSH, &settings) }

    _ = question.withCString { write(terminal, $0, strlen($0)) }
    var waiting = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
    while poll(&waiting, 1, 50) == 0 || errno == EINTR && waiting.revents == 0 {
      if signals.arePending { return .end }
    }
    return LineReader(descriptor: terminal).next(limit: limit)
  }
}

/// The signals that end a process from outside, held back while it has something to put in order.
struct HeldSignals {
  private static let numbers = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
  private var former = sigset_t()

  init() {
    var held = sigset_t()
    sigemptyset(&held)
    for number in Self.numbers { sigaddset(&held, number) }
    pthread_sigmask(SIG_BLOCK, &held, &former)
  }

  var arePending: Bool {
    var pending = sigset_t()
    sigpending(&pending)
    return Self.numbers.contains { sigismember(&pending, $0) == 1 }
  }

  /// Lets them through again; one that came ends the process here.
  func release() {
    var former = former
    pthread_sigmask(SIG_SETMASK, &former, nil)
  }
}
