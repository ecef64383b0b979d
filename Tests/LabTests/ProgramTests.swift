import Foundation
import Lab
import Testing

/// The lab's own tool for running programs keeps its promises.
@Suite struct ProgramTests {
  @Test func theBinaryUnderTestIsFound() {
    #expect(FileManager.default.isExecutableFile(atPath: Program.path), "\(Program.path)")
  }

  @Test func inputOutputErrorsAndExitCode() throws {
    let script = "cat; echo oops >&2; exit 7"
    let big = String(repeating: "0123456789", count: 50_000)
    let result = try Command.run(["sh", "-c", script], input: big)
    #expect(result.exitCode == 7)
    #expect(result.output == big)
    #expect(result.errors == "oops\n")
  }

  @Test func inputIsEmptyByDefaultAndUnreadInputDoesNoHarm() throws {
    #expect(try Command.run(["wc", "-c"]).output.hasPrefix("0"))
    let result = try Command.run(["true"], input: String(repeating: "x", count: 1_000_000))
    #expect(result.exitCode == 0)
  }

  @Test func aSignalIsToldAsAShellTellsIt() throws {
    #expect(try Command.run(["sh", "-c", "kill -TERM $$"]).exitCode == 143)
  }

  @Test func whatTakesTooLongIsKilledWithWhatItStarted() throws {
    let result = try Command.run(["sh", "-c", "sleep 60 & sleep 60"], timeout: 0.3)
    #expect(result.timedOut)
    #expect(result.exitCode == 137)
    #expect(result.seconds < 5)
  }

  @Test func theEnvironmentIsWhatWasGiven() throws {
    let result = try Command.run(["/usr/bin/env"], environment: ["A": "b c"])
    #expect(result.output == "A=b c\n")
  }

  @Test func aRunningProgramCanBeLookedAt() throws {
    let running = try Program.start(["--help"])
    #expect(running.pid > 0)
    #expect(!running.wait().timedOut)
  }
}
