import Foundation
import Lab
import Testing

/// `--wait` against servers that come, that never come, and that refuse for good.
@Suite struct PostgreSQLWaitTests {
  static let startingUp =
    "E\0\0\0\u{3e}SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"

  func arguments(port: Int, _ options: [String]) -> [String] {
    [
      "--engine", "postgres", "-h", "127.0.0.1", "-p", String(port), "-U", Account.user, "-d",
      Account.database, "--password", "env:LAB_PASSWORD", "--format", "json",
    ] + options
  }

  func run(port: Int, password: String = Account.password, _ options: String...) throws -> ProgramResult {
    try Program.run(arguments(port: port, options), environment: ["LAB_PASSWORD": password], timeout: 60)
  }

  /// The same, where its time counts.
  func runInTime(port: Int, _ options: String...) throws -> ProgramResult {
    try SideBySide.runInTime(
      arguments(port: port, options), environment: ["LAB_PASSWORD": Account.password])
  }

  /// The report of a run that ended with that cause (nil: connected), and wrote what the schema says.
  func report(_ result: ProgramResult, _ cause: Cause?) throws -> Report {
    #expect(result.exitCode == cause?.exitCode ?? 0, "\(result)")
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.diagnosis?.cause == cause?.rawValue, "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [], "\(result)")
    return report
  }

  /// How many connections a server has seen.
  func connections(of server: RunningPostgres) throws -> Int {
    try server.logText().components(separatedBy: "connection received").count - 1
  }

  @Test func aServerThatStartsMeanwhile() async throws {
    try await SideBySide.run {
      // Whatever all servers need is there before the time is taken.
      _ = try Lab.start(.optional)
      var server = PostgresServer.optional.own("starts-meanwhile")
      server.port = try Lab.unusedPort()
      let running = try Program.start(
        arguments(port: server.port ?? 0, ["--wait", "30", "--ssl", "required", "--expect", "connected"]),
        environment: ["LAB_PASSWORD": Account.password], timeout: 60)
      usleep(1_500_000)
      _ = try Lab.start(server)
      let result = running.wait()
      let report = try report(result, nil)
      #expect(report.asExpected == true && report.expected == "connected", "\(result)")
      // On a busy machine the program begins later than its starter waits.
      #expect((report.tries ?? 0) >= 2 && report.elapsedMs < 20_000, "\(result)")
      #expect(report.attempts.count == 1, "the report is the last try's: \(result)")
    }
  }

  @Test(arguments: ["1.2", "2.5"]) func nothingEverStarts(wait: String) async throws {
    try await SideBySide.run {
      let result = try runInTime(port: Lab.unusedPort(), "--wait", wait)
      let report = try report(result, .refused)
      let seconds = try #require(Double(wait))
      #expect(abs(report.elapsedMs / 1_000 - seconds) < 0.25, "\(result)")
      #expect(abs(result.seconds - seconds) < 0.5, "\(result)")
      #expect((report.tries ?? 0) >= 4, "\(result)")
      #expect(result.errors.isEmpty, "\(result)")
    }
  }

  @Test(arguments: [Mode.preferred, .verifyIdentity]) func aContainersProxy(mode: Mode) async throws {
    try await SideBySide.run {
      let port = try Lab.containerProxy(to: Lab.start(.optional).port, closing: 1)
      let result = try run(
        port: port, "--wait", "20", "--ssl", mode.rawValue, "--ssl-ca", Lab.pki + "/ca.pem", "--server-name",
        "localhost")
      let report = try report(result, nil)
      #expect(report.ssl.encrypted == true && (report.tries ?? 0) >= 3, "\(result)")
      #expect((950...10_000).contains(report.elapsedMs), "\(result)")
    }
  }

  @Test func aServerThatIsNotReady() async throws {
    try await SideBySide.run {
      let server = try FakeServer(answer: Self.startingUp, then: .close)
      let result = try runInTime(port: server.port, "--wait", "1.2", "--ssl", "disabled")
      let report = try report(result, .notReady)
      #expect(report.tries == server.received.count && server.received.count >= 4, "\(result)")
      #expect(abs(report.elapsedMs - 1_200) < 250, "\(result)")
    }
  }

  @Test func aServerThatIsFull() async throws {
    try await SideBySide.run {
      let server = try Lab.start(PostgresServer.optional.own("waits-full"))
      let result = try run(port: server.port, "--wait", "1.2", "--ssl", "required", "-U", "crowded")
      let report = try report(result, .tooMany)
      #expect((report.tries ?? 0) > 1, "\(result)")
      #expect(try report.tries == connections(of: server), "\(result)")
    }
  }

  @Test func aServerThatStalls() async throws {
    try await SideBySide.run {
      let server = try FakeServer(then: .silence)
      let result = try runInTime(port: server.port, "--timeout", "0.5", "--wait", "1.6")
      let report = try report(result, .timedOut)
      #expect((2...3).contains(server.received.count) && report.tries == server.received.count, "\(result)")
      #expect(abs(report.elapsedMs - 1_600) < 250, "\(result)")
      #expect(report.diagnosis?.message.contains("0.5 s") == true, "\(result)")
    }
  }

  /// Nor is anybody asked who listens where nothing, or no more than the end, was heard.
  @Test(arguments: [FakeServer.Ending.close, .silence], ["query", "tls"])
  func whoListensIsNotAsked(ending: FakeServer.Ending, until: String) async throws {
    try await SideBySide.run {
      let server = try FakeServer(then: ending)
      let result = try run(
        port: server.port, "--timeout", "0.4", "--wait", "0.8", "--ssl", "required", "--until", until)
      let report = try report(result, ending == .close ? .lost : .timedOut)
      #expect(report.tries == server.received.count, "\(result)")
    }
  }

  // MARK: What ends it at once

  /// It ended long before the time was over, after one try.
  func expectOneTry(_ result: ProgramResult, _ report: Report) {
    #expect(report.tries == 1 && report.elapsedMs < 10_000, "\(result)")
  }

  @Test func aWrongPassword() throws {
    let server = try Lab.start(PostgresServer.optional.own("waits-password"))
    let result = try run(port: server.port, password: "wrong", "--wait", "30", "--ssl", "required")
    expectOneTry(result, try report(result, .authentication))
    let log = try server.logText()
    #expect(log.components(separatedBy: "password authentication failed").count == 2, "\(log)")
    #expect(try connections(of: server) == 1, "\(log)")
  }

  @Test func aRefusedCertificate() throws {
    let server = try Lab.start(PostgresServer.optional.own("waits-certificate"))
    let result = try run(port: server.port, "--wait", "30", "--ssl", "verify-ca")
    expectOneTry(result, try report(result, .untrusted))
    #expect(try connections(of: server) == 1)
  }

  /// Without `--wait` the server is asked over TLS; with it, its own word has to do.
  @Test func noQuestionsAreAsked() throws {
    let server = try Lab.start(PostgresServer.requiresTLS.own("waits-without-questions"))
    let result = try run(port: server.port, "--wait", "30", "--ssl", "disabled")
    let report = try report(result, .requiresTLS)
    expectOneTry(result, report)
    #expect(report.diagnosis?.recommendedMode == "required", "\(result)")
    #expect(try connections(of: server) == 1, "\(result)")
    _ = try self.report(run(port: server.port, "--wait", "0", "--ssl", "disabled"), .requiresTLS)
    #expect(try connections(of: server) == 3, "\(result)")
  }

  // MARK: --expect

  @Test(
    arguments: [
      ("connection-refused", true, 0, 0...1_000), ("connected", false, 2, 950...1_450),
      ("timed-out", false, 2, 950...1_450),
    ] as [(String, Bool, Int32, ClosedRange<Double>)])
  func expectations(expected: String, met: Bool, code: Int32, time: ClosedRange<Double>) async throws {
    try await SideBySide.run {
      let port = try Lab.unusedPort()
      let result = try run(port: port, "--wait", "1.2", "--expect", expected)
      let report = try #require(Report(result.output), "\(result)")
      #expect(result.exitCode == code && report.asExpected == met && !report.ok, "\(result)")
      #expect(report.expected == expected && time.contains(report.elapsedMs), "\(result)")
      #expect(try SchemaValidator.faults(in: result.output) == [], "\(result)")
      for format in ["text", "json"] {
        let quiet = try run(
          port: port, "--wait", "0.3", "--expect", expected, "--quiet", "--format", format)
        #expect(quiet.exitCode == code && quiet.output.isEmpty && quiet.errors.isEmpty, "\(quiet)")
      }
    }
  }

  @Test func anotherEndThanExpectedEndsItAtOnce() throws {
    let server = try Lab.start(.optional)
    let result = try run(port: server.port, "--wait", "30", "--expect", "timed-out", "--ssl", "required")
    #expect(result.exitCode == 2 && result.seconds < 10, "\(result)")
  }

  // MARK: Progress and interruption

  @Test func progressIsToldToTheVerboseOnly() throws {
    let result = try run(port: Lab.unusedPort(), "--wait", "0.6", "--verbose")
    let lines = result.errors.split(separator: "\n")
    let report = try report(result, .refused)
    #expect(lines.count == report.tries, "\(result)")
    #expect(lines.allSatisfy { $0.hasPrefix("tablepro-connect: try ") }, "\(result)")
    #expect(lines.dropLast().allSatisfy { $0.contains("connection-refused; the next in ") }, "\(result)")
  }

  @Test func anInterruptEndsIt() throws {
    let port = try Lab.unusedPort()
    let running = try Program.start(
      arguments(port: port, ["--wait", "30"]), environment: ["LAB_PASSWORD": "x"])
    usleep(700_000)
    let interrupted = ContinuousClock.now
    kill(running.pid, SIGINT)
    let result = running.wait()
    #expect(interrupted.duration(to: .now) < .seconds(1))
    #expect(result.exitCode == 130 && result.output.isEmpty && result.errors.isEmpty, "\(result)")
  }

  @Test func controlCOnATerminal() throws {
    let helper = Package.folder + "/Tests/LabHelpers/interrupt.py"
    let arguments = try arguments(port: Lab.unusedPort(), ["--wait", "30", "--verbose"])
    let result = try Command.run(
      [Package.folder + "/.venv/bin/python", helper, "0.7", Program.path] + arguments,
      environment: Program.cleanEnvironment.merging(["LAB_PASSWORD": "x"]) { $1 })
    let words = result.output.split(separator: " ")
    #expect(words.first == "130" && words.dropFirst().first == "True", "\(result)")
    #expect(words.count > 2 && (Double(words[2]) ?? 9) < 1 && result.output.hasSuffix("b''\n"), "\(result)")
  }
}
