import Foundation
import Lab
import Testing

/// What other users see of the process, and how it ends when it is interrupted.
@Suite("The process") struct ProcessTests {
  /// A run that waits while it reads the last secret.
  private func started(_ arguments: [String]) throws -> RunningProgram {
    try Program.start(arguments + ["--ssl-cert", "/c", "--ssl-key-passphrase", "cmd:sleep 20"])
  }

  private func title(_ pid: pid_t) throws -> [String] {
    let data = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline"))
    return String(decoding: data, as: UTF8.self).split(separator: "\0").map(String.init)
  }

  @Test(
    arguments: [
      ["postgres://u:s3cret@127.0.0.1:1/d?sslpassword=s3cret"],
      ["--engine", "postgres", "--password", "pass:s3cret"], ["--engine=postgres", "--password=pass:s3cret"],
    ])
  func theTitleHoldsNoSecret(arguments: [String]) throws {
    let running = try started(arguments)
    defer { kill(running.pid, SIGINT) }
    let deadline = ContinuousClock.now + .seconds(5)
    var words = try title(running.pid)
    while words.joined().contains("s3cret") || words.count < 2, ContinuousClock.now < deadline {
      usleep(5_000)
      words = try title(running.pid)
    }
    #expect(words.count == arguments.count + 5)
    #expect(!words.joined().contains("s3cret"), "\(words)")
    #expect(words.joined().contains("******"), "\(words)")
  }

  @Test func anInterruptEndsWith130() throws {
    let running = try started(["postgres://h"])
    usleep(300_000)
    kill(running.pid, SIGINT)
    let result = running.wait()
    #expect(result.exitCode == 130, "\(result)")
    #expect(result.seconds < 5)
    #expect(result.output.isEmpty && result.errors.isEmpty)
  }

  /// Types on a terminal of its own, and tells how the program ended, whether the terminal's echo is on
  /// afterwards, and what the terminal showed.
  private func onTerminal(typing keys: String) throws -> String {
    let script = """
      import os, pty, sys, termios, time
      pid, terminal = pty.fork()
      if pid == 0:
          os.execv(sys.argv[1], sys.argv[1:])
      shown = b""
      while b": " not in shown:
          shown += os.read(terminal, 1024)
      os.write(terminal, sys.stdin.buffer.read())
      try:
          while True:
              more = os.read(terminal, 1024)
              if not more: break
              shown += more
      except OSError:
          pass
      echo = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
      print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), echo, shown)
      """
    let arguments = ["postgres://u@127.0.0.1:1/d", "--timeout", "2", "--quiet", "--password", "prompt"]
    return try Command.run(["python3", "-c", script, Program.path] + arguments, input: keys).output
  }

  @Test func thePromptShowsNothing() throws {
    let shown = try onTerminal(typing: "s3cret\n")
    #expect(!shown.contains("s3cret"), "\(shown)")
    #expect(shown.contains(" True b'Password: "), "\(shown)")
    #expect(!shown.hasPrefix("64 "), "\(shown)")
  }

  @Test func anInterruptedPromptRestoresTheTerminal() throws {
    #expect(try onTerminal(typing: "s3c\u{3}").hasPrefix("130 True b'Password: "))
    #expect(try onTerminal(typing: "\u{4}").hasPrefix("64 True b'Password: "))
  }
}
