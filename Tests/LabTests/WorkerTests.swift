import ConnectCore
import Foundation
import Lab
import Testing
import Workers

/// Tests that run in worker processes of the built program. The names that this target has of its own (`Report`,
/// `Cause`) are the JSON's; the program's are `ConnectCore.Report` and `ConnectCore.Cause`.
@Suite struct WorkerTests {
  static let secret = Account.keeperPassword

  /// What the program hands to a runner, with one more variable that holds the secret.
  func runner(_ variables: [String: String] = [:], executable: String = Program.path) -> WorkerRunner {
    WorkerRunner(
      executable: executable, environment: Program.cleanEnvironment.merging(variables) { $1 })
  }

  func test(
    port: Int, _ mode: SSLMode = .required, password: String = secret, timeout: Double = 5,
    wait: Double? = nil
  ) -> ConnectionTest {
    ConnectionTest(
      target: ConnectionTarget(
        engine: .postgres, hosts: [HostPort(host: "127.0.0.1", port: UInt16(port))],
        database: Account.database, user: Account.keeper, password: Secret(password),
        ssl: SSLSettings(mode: mode), timeout: timeout,
        sources: TargetSources(engine: .option, host: .option, mode: .option)),
      warnings: ["a warning"], expected: .connected, wait: wait)
  }

  /// A report as JSON, without its times.
  func timeless(_ json: String) -> String {
    json.replacing(#/"(ms|elapsedMs)":[0-9.]+/#, with: "")
  }

  @Test(arguments: [SSLMode.disabled, .required, .verifyCA])
  func theReportIsThatOfTheProgram(mode: SSLMode) throws {
    let port = try Lab.start(.optional).port
    var test = test(port: port, mode)
    // The program's own run has no such warning.
    test.warnings = []
    let report = runner().run(test)
    let result = try Program.run(
      [
        "--engine", "postgres", "-h", "127.0.0.1", "-p", String(port), "-U", Account.keeper, "-d",
        Account.database, "--password", "pass:" + Self.secret, "--ssl", mode.rawValue, "--expect",
        "connected", "--format", "json",
      ])
    #expect(report.ok == (mode != .verifyCA))
    #expect(timeless(report.json(showCertificates: false) + "\n") == timeless(result.output))
    #expect(report.exitCode == result.exitCode)
  }

  @Test func waitingWorksToo() throws {
    let report = try runner().run(test(port: Lab.unusedPort(), wait: 0.6))
    #expect(report.diagnosis?.cause == .connectionRefused && (report.tries ?? 0) >= 3, "\(report)")
    #expect(report.warnings.contains("a warning") && report.asExpected == false)
  }

  /// Eight at once, of which four take 1.5 s: one after the other they would take 6 s.
  @Test func severalRunAtOnce() throws {
    let silent = try FakeServer(then: .silence)
    let open = try Lab.start(.optional).port
    let closed = try Lab.unusedPort()
    let rows: [(port: Int, timeout: Double, cause: ConnectCore.Cause?)] = [
      (open, 20, nil), (closed, 20, .connectionRefused), (silent.port, 1.5, .timedOut),
      (silent.port, 1.5, .timedOut),
    ]
    let reports = Box<[Int: ConnectCore.Report]>([:])
    let done = DispatchGroup()
    let begun = ContinuousClock.now
    for index in 0..<8 {
      let row = rows[index % rows.count]
      done.enter()
      Thread.detachNewThread {
        let report = runner().run(test(port: row.port, timeout: row.timeout))
        reports.change { $0[index] = report }
        done.leave()
      }
    }
    done.wait()
    for index in 0..<8 {
      let report = try #require(reports.value[index])
      #expect(report.diagnosis?.cause == rows[index % rows.count].cause, "\(report)")
      #expect(report.ok == (rows[index % rows.count].cause == nil), "\(report)")
    }
    #expect(begun.duration(to: .now) < .seconds(5))
  }

  // MARK: What a worker holds

  /// Runs a test against a server that says nothing, and looks at the worker once it has connected.
  func whileStalled(
    _ runner: WorkerRunner, timeout: Double = 3, look: @escaping @Sendable (pid_t) throws -> Void
  ) throws -> (report: ConnectCore.Report, seconds: Double) {
    let server = try FakeServer(then: .silence)
    let failure = Box<(any Error)?>(nil)
    let looked = DispatchSemaphore(value: 0)
    let begun = ContinuousClock.now
    let report = runner.run(test(port: server.port, timeout: timeout)) { child in
      Thread.detachNewThread {
        let deadline = Date(timeIntervalSinceNow: 10)
        while server.received.isEmpty, Date() < deadline { usleep(2_000) }
        do { try look(child) } catch { failure.change { $0 = error } }
        looked.signal()
      }
    }
    let seconds = begun.duration(to: .now) / .seconds(1)
    looked.wait()
    if let error = failure.value { throw error }
    return (report, seconds)
  }

  #if os(Linux)
    @Test func theSecretIsNowhereToBeSeen() throws {
      let url = "postgres://keeper:Zq7%2FxK%21w9%20%25vLm@h/d"
      let seen = Box("")
      let runner = runner(["LAB_SECRET": Self.secret, "LAB_URL": url, "LAB_PLAIN": "stays"])
      let (report, _) = try whileStalled(runner, timeout: 1) { child in
        for file in ["cmdline", "environ"] {
          let bytes = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(child)/\(file)"))
          seen.change { $0 += String(decoding: bytes, as: UTF8.self) + "\n" }
        }
      }
      #expect(report.diagnosis?.cause == .timedOut)
      #expect(seen.value.contains("LAB_PLAIN=stays") && seen.value.contains("worker"), "\(seen.value)")
      #expect(!seen.value.contains("xK"), "\(seen.value)")
    }

    /// Of the descriptors of this process, which has many, it gets none.
    @Test func aWorkerInheritsNothing() throws {
      var ends: [Int32] = [-1, -1]
      #expect(pipe(&ends) == 0)
      defer { for end in ends { close(end) } }
      let inherited = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(ends[1])")
      let seen = Box<[String]>([])
      _ = try whileStalled(runner(), timeout: 1) { child in
        let folder = "/proc/\(child)/fd"
        let entries = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap {
          try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)
        }
        seen.change { $0 = entries }
      }
      #expect(!seen.value.contains(inherited), "\(seen.value)")
      // Its two pipes, the pipe of its own abandonable work, and what it has open of OpenSSL's.
      #expect(seen.value.filter { $0.hasPrefix("pipe:") }.count <= 6, "\(seen.value)")
      #expect(seen.value.filter { $0 == "/dev/null" }.count >= 3, "\(seen.value)")
    }
  #endif

  // MARK: How workers end

  @Test(arguments: [(SIGSEGV, "Segmentation fault"), (SIGKILL, "Killed"), (SIGABRT, "Aborted")])
  func aCrashIsNamed(signal: Int32, name: String) throws {
    let (report, seconds) = try whileStalled(runner(), timeout: 20) { kill($0, signal) }
    #expect(report.diagnosis?.cause == .other && report.exitCode == 2, "\(report)")
    let words = "the worker process was ended by signal \(signal) ("
    #expect(report.diagnosis?.serverResponse?.hasPrefix(words) == true, "\(report)")
    #if os(Linux)
      #expect(report.diagnosis?.serverResponse == words + name + ")", "\(report)")
    #endif
    #expect(report.diagnosis?.library == "tablepro-connect")
    #expect(report.warnings == ["a warning"] && report.host == "127.0.0.1" && report.asExpected == false)
    #expect(try SchemaValidator.faults(in: report.json(showCertificates: false)) == [])
    #expect(seconds < 10)
  }

  /// One that cannot even notice that it is late is ended.
  @Test func aStoppedWorkerIsEndedAtTheDeadline() throws {
    let child = Box<pid_t>(0)
    let (report, seconds) = try whileStalled(runner(), timeout: 1.5) { id in
      kill(id, SIGSTOP)
      child.change { $0 = id }
    }
    #expect(report.diagnosis?.cause == .timedOut, "\(report)")
    #expect(report.diagnosis?.serverResponse?.contains("did not end in time") == true, "\(report)")
    #expect(abs(seconds - 1.5 - WorkerRunner.grace) < 0.25, "\(seconds)")
    #expect(kill(child.value, 0) == -1 && errno == ESRCH, "it is still there")
  }

  @Test(
    arguments: [
      ("exit 3", "ended with exit code 3 and without a report"),
      ("exit 0", "ended with exit code 0 and without a report"),
      ("echo '{}'", "ended with exit code 0 and with something that is no report"),
      ("printf '\\377'; exit 1", "ended with exit code 1 and with something that is no report"),
      ("kill -TERM $$", "was ended by signal 15 (Terminated)"),
      ("trap '' PIPE; exec 2>&-; yes 2>/dev/null", "wrote more than a report"),
    ])
  func aWorkerWithoutAReport(script: String, words: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/worker"
    // By a child: a file that this process had open for writing while another test started a child is busy there.
    let written = try Command.run(
      ["sh", "-c", #"cat > "$0" && chmod 700 "$0""#, path], input: "#!/bin/sh\n\(script)\n")
    try #require(written.exitCode == 0, "\(written)")
    let report = try runner(executable: path).run(test(port: Lab.unusedPort(), timeout: 20))
    #expect(report.diagnosis?.cause == .other, "\(report)")
    #expect(report.diagnosis?.serverResponse == "the worker process " + words, "\(report)")
  }

  @Test func aProgramThatIsNotThere() throws {
    let report = runner(executable: "/nonexistent/worker").run(test(port: 1))
    #expect(report.diagnosis?.cause == .other, "\(report)")
    #expect(
      report.diagnosis?.serverResponse
        == "the worker process could not be started: No such file or directory", "\(report)")
  }

  @Test func aLargeTestIsTakenWhole() throws {
    var test = try test(port: Lab.unusedPort())
    test.warnings = [String(repeating: "long ", count: 60_000)]
    let report = runner().run(test)
    #expect(report.diagnosis?.cause == .connectionRefused && report.warnings == test.warnings)
  }

  /// It ends when the process that started it does, however that ended.
  @Test func aWorkerDoesNotOutliveItsStarter() throws {
    let server = try FakeServer(then: .silence)
    let message = try JSONEncoder().encode(test(port: server.port, timeout: 30))
    let folder = try TemporaryFolder()
    try (message + Data("\n".utf8)).write(to: URL(fileURLWithPath: folder.path + "/test"))
    let result = try Command.run(
      ["sh", "-c", "{ cat '\(folder.path)/test'; sleep 1; } | '\(Program.path)' worker"])
    #expect(result.exitCode == 1 && result.output.isEmpty && result.errors.isEmpty, "\(result)")
    #expect((0.9...10).contains(result.seconds), "\(result)")
    #expect(server.received.count == 1)
  }

  // MARK: The hidden command

  @Test(arguments: [
    "", "s3cret", "s3cret\n", "{\"s3cret\":1}\n", "null\n", String(repeating: "s3cret", count: 300_000),
  ])
  func garbageIsRefused(input: String) throws {
    let result = try Program.run(["worker"], input: input)
    #expect(result.exitCode == 64 && result.output.isEmpty, "\(result)")
    #expect(result.errors.hasPrefix("tablepro-connect: ") && !result.errors.contains("s3cret"), "\(result)")
  }

  @Test func helpDoesNotShowIt() throws {
    for arguments in [["--help"], ["--generate-completion-script", "bash"]] {
      #expect(try !Program.run(arguments).output.contains("worker"))
    }
  }
}

/// A value that several threads share.
final class Box<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var content: Value

  init(_ value: Value) { content = value }

  var value: Value { lock.withLock { content } }
  func change(_ body: (inout Value) -> Void) { lock.withLock { body(&content) } }
}
