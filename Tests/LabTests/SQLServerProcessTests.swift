import ConnectCore
import Foundation
import Lab
import SQLServerDriver
import Testing
import Workers

/// What the driver is in its process: parallel runs, strangers at its door, signals, tries, and a library that is
/// missing.
@Suite struct SQLServerProcessTests {
  static func arguments(port: Int, _ mode: Mode = .required) -> [String] {
    [
      "--engine", "sqlserver", "-h", "localhost", "-p", String(port), "-U", Account.user, "-d",
      Account.database,
      "--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--format", "json",
    ]
  }

  /// One of many connections at once in this process.
  struct Visit: Sendable {
    var number: Int
    var user: String { "user\(number)" }
    var password: String { "pass-\(number)-\(String(repeating: "x", count: number % 7))" }
    var isWrong: Bool { number % 5 == 0 }
    var isPlain: Bool { number % 2 == 0 }
  }

  /// Handlers and the configuration's path are db-lib's for the whole process: what one connection hears, sends
  /// and finds out is its own all the same, however many begin in the same moment.
  @Test func manyInOneProcess() async throws {
    let rounds = 6
    let visits = (0..<48).map(Visit.init)
    let servers = try visits.map { visit in
      try FakeTDS.optional.with(\.logins, [visit.user: visit.password])
        .with(
          \.properties, FakeTDS.sqlServer2022.merging(["ProductVersion": "16.0.0.\(visit.number)"]) { $1 }
        )
        .own("parallel \(visit.number)").start()
    }
    for _ in 1...rounds {
      await withTaskGroup(of: Void.self) { group in
        for (visit, server) in zip(visits, servers) {
          group.addTask { await Self.check(visit, at: server.port) }
        }
      }
    }
    for (visit, server) in zip(visits, servers) {
      let logins = try server.received().compactMap(\.login)
      #expect(
        logins.count == rounds && logins.allSatisfy { $0.user == visit.user },
        "\(visit): \(logins.map(\.user))")
      #expect(logins.allSatisfy { $0.passwordRight != visit.isWrong }, "\(visit)")
    }
  }

  /// Connects on a thread of its own, for these are to run all at once.
  private static func check(_ visit: Visit, at port: Int) async {
    let target = ConnectionTarget(
      engine: .sqlserver, hosts: [HostPort(host: "127.0.0.1", port: UInt16(port))],
      user: visit.user, password: Secret(visit.isWrong ? "wrong-\(visit.number)" : visit.password),
      ssl: SSLSettings(mode: visit.isPlain ? .disabled : .required), timeout: 20)
    let observation = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(returning: SQLServerDriver().connect(to: target, deadline: Deadline(seconds: 20)))
      }
    }
    switch observation.outcome {
    case .connected(let session):
      #expect(!visit.isWrong && session.server?.version == "16.0.0.\(visit.number)", "\(visit)")
    case .failed(let failure):
      #expect(visit.isWrong && failure.error?.nativeCode == "18456", "\(visit): \(failure)")
      #expect(failure.error?.text.contains("'\(visit.user)'") == true, "\(visit): \(failure)")
    }
    #expect(observation.encrypted == !visit.isPlain)
  }

  /// A server that is gone before db-lib has come leaves nothing behind that the next connection would wait for.
  @Test func theNextOneDoesNotWait() throws {
    func target(_ server: RunningFakeTDS) -> ConnectionTarget {
      ConnectionTarget(
        engine: .sqlserver, hosts: [HostPort(host: "127.0.0.1", port: UInt16(server.port))],
        user: Account.user,
        password: Secret(Account.password), ssl: SSLSettings(mode: .required), timeout: 20)
    }
    let gone = try FakeTDS.misbehaving(.closes(.secured)).own("gone").start()
    let good = try FakeTDS.optional.own("good behind one that is gone").start()
    for _ in 1...10 {
      let first = SQLServerDriver().connect(to: target(gone), deadline: Deadline(seconds: 20))
      guard case .failed = first.outcome else {
        Issue.record("\(first)")
        continue
      }
      let begun = ContinuousClock.now
      let second = SQLServerDriver().connect(to: target(good), deadline: Deadline(seconds: 20))
      #expect(begun.duration(to: .now) < .seconds(5))
      guard case .connected = second.outcome else {
        Issue.record("\(second)")
        continue
      }
    }
  }

  /// Another program that knocks at every new port of the program on 127.0.0.1 hears nothing, and disturbs nobody. (It
  /// leaves the ports of other tests' servers alone, which count their connections.)
  @Test func strangersAtTheDoor() async throws {
    let folder = try TemporaryFolder()
    let script = folder.path + "/knock.py"
    try """
    import glob, os, socket, sys, time

    def ours():
        found = set()
        for comm in glob.glob("/proc/[0-9]*/comm"):
            try:
                if open(comm).read().startswith("tablepro-connec"):
                    folder = os.path.dirname(comm) + "/fd/"
                    found |= {os.readlink(folder + name) for name in os.listdir(folder)}
            except OSError:
                pass
        return found

    known, heard, knocks, held = set(), b"", 0, []
    end = time.monotonic() + float(sys.argv[1])
    print("ready", flush=True)
    while time.monotonic() < end:
        sockets = ours()
        for line in open("/proc/net/tcp").readlines()[1:]:
            words = line.split()
            if words[3] != "0A" or not words[1].startswith("0100007F") or words[1] in known:
                continue
            if "socket:[%s]" % words[9] not in sockets:
                continue
            known.add(words[1])
            try:
                knocker = socket.create_connection(("127.0.0.1", int(words[1].split(":")[1], 16)), 0.2)
                knocker.setblocking(False)
                knocks += 1
                held.append(knocker)
            except OSError:
                pass
        for knocker in list(held):
            try:
                heard += knocker.recv(4096)
            except BlockingIOError:
                continue
            except OSError:
                pass
            held.remove(knocker)
    print(knocks, heard.hex() or "nothing")
    """.write(toFile: script, atomically: true, encoding: .utf8)
    let server = try FakeTDS.optional.own("strangers").start()
    async let stranger = SideBySide.run { try Command.run(["python3", script, "6"], timeout: 30) }
    usleep(300_000)
    for _ in 1...12 {
      let result = try Program.run(
        Self.arguments(port: server.port, .disabled), environment: ["LAB_PASSWORD": Account.password])
      #expect(result.exitCode == 0, "\(result)")
    }
    let heard = try await stranger.output
    withExtendedLifetime(folder) {}
    // Other tests' servers may have been among the ports, and some of those speak first.
    let password = Account.password.utf16.flatMap { unit -> [UInt8] in
      [UInt8(unit & 0xFF), UInt8(unit >> 8)].map { ($0 << 4 | $0 >> 4) ^ 0xA5 }
    }.map { String(format: "%02x", $0) }.joined()
    #expect(!heard.contains(password), "\(heard)")
    #expect(heard.contains("ready"), "\(heard)")
  }

  @Test func interrupted() throws {
    let server = try FakeTDS.misbehaving(.stalls(.login)).own("interrupted").start()
    let running = try Program.start(
      Self.arguments(port: server.port) + ["--timeout", "20"], environment: ["LAB_PASSWORD": Account.password]
    )
    // The login has been sent when the server has seen it.
    let deadline = Date(timeIntervalSinceNow: 5)
    while try server.received(patience: 0).first?.login == nil, Date() < deadline { usleep(20_000) }
    kill(running.pid, SIGINT)
    let result = running.wait()
    #expect(result.exitCode == 130 && result.seconds < 8, "\(result)")
  }

  /// A database that is being recovered is waited for; a wrong password is not tried twice.
  @Test func waiting() throws {
    let busy = FakeTDS.refusing(TDSError(40613))
    let server = try busy.with(\.later, [busy, .optional]).own("waiting").start()
    let result = try Program.run(
      Self.arguments(port: server.port) + ["--wait", "15"], environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == 0 && Report(result.output)?.tries == 3, "\(result)")

    let strict = try FakeTDS.optional.own("waiting in vain").start()
    let refused = try Program.run(
      Self.arguments(port: strict.port) + ["--wait", "15"], environment: ["LAB_PASSWORD": "not-it"])
    #expect(refused.exitCode == 40 && Report(refused.output)?.tries == 1, "\(refused)")
    #expect(try strict.received().count == 1)
  }

  /// Tries ask nobody who it is that does not answer.
  @Test func tryingAsksNoQuestions() throws {
    let server = try FakeTDS.strict.own("no questions").start()
    let result = try Program.run(
      Self.arguments(port: server.port) + ["--wait", "0.6"], environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == 14, "\(result)")
    #expect(try server.received().allSatisfy { $0.hello == nil })
  }

  /// A worker process does the same, with the secret over a pipe.
  @Test func inAWorker() throws {
    let server = try Lab.start(sqlserver: .requiresTLS)
    let target = ConnectionTarget(
      engine: .sqlserver, hosts: [HostPort(host: "localhost", port: UInt16(server.port))], user: Account.user,
      password: Secret(Account.password), ssl: SSLSettings(mode: .required), timeout: 10)
    let report = WorkerRunner(executable: Program.path, environment: Program.cleanEnvironment).run(
      ConnectionTest(target: target))
    #expect(report.ok, "\(report)")
  }

  // MARK: The library is missing

  func library() throws -> String {
    let found = try Command.run(["/sbin/ldconfig", "-p"]).output
    let line = try #require(found.split(separator: "\n").first { $0.contains("libsybdb.so.5 ") }, "\(found)")
    return URL(fileURLWithPath: try #require(line.components(separatedBy: " => ").last))
      .resolvingSymlinksInPath().path
  }

  func withoutLibrary(_ arguments: [String]) throws -> ProgramResult {
    try Command.run(
      [
        "unshare", "--mount", "sh", "-c", #"mount --bind /dev/null "$0" && exec "$@""#, library(),
        Program.path,
      ]
        + arguments,
      environment: Program.cleanEnvironment.merging([
        "HOME": "/nonexistent", "LAB_PASSWORD": Account.password,
      ]) { $1 })
  }

  @Test func libraryIsNotInstalled() throws {
    guard geteuid() == 0 else {
      Issue.record("Hiding libsybdb from the program needs a mount namespace: run this test as root.")
      return
    }
    let server = try FakeTDS.optional.own("no library").start()
    let result = try withoutLibrary(Self.arguments(port: server.port))
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.driverMissing.rawValue)
    #expect(diagnosis.suggestion.contains("apt install libsybdb5"), "\(result)")
    #expect(diagnosis.suggestion.contains("brew install freetds"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
    #expect(try server.received(patience: 0).isEmpty)
    // What stops before the login does without it.
    #expect(try withoutLibrary(Self.arguments(port: server.port) + ["--until", "tls"]).exitCode == 0)
    #expect(try withoutLibrary(Self.arguments(port: server.port) + ["--until", "connect"]).exitCode == 0)
  }

  @Test func libraryFromTheGivenPlace() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: library(), toPath: folder.path + "/libsybdb.so.5")
    let result = try Program.run(
      Self.arguments(port: Lab.start(sqlserver: .optional).port),
      environment: ["LAB_PASSWORD": Account.password, "TABLEPRO_CONNECT_DRIVER_PATH": folder.path])
    #expect(result.exitCode == 0, "\(result)")
    let version = try Program.run(["--version"], environment: ["TABLEPRO_CONNECT_DRIVER_PATH": folder.path])
    #expect(version.output.contains("FreeTDS 1.") && version.output.contains(folder.path), "\(version)")
  }

  /// How far a test goes.
  @Test(arguments: [("connect", "connect"), ("tls", "tls"), ("auth", "auth"), ("query", "query")])
  func until(stage: String, last: String) throws {
    let server = try FakeTDS.optional.own("until \(stage)").start()
    let result = try Program.run(
      Self.arguments(port: server.port) + ["--until", stage], environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == 0, "\(result)")
    #expect(Report(result.output)?.stages.last?.name == last, "\(result)")
    let seen = try server.received()
    #expect(seen.count == 1 && seen.allSatisfy { ($0.login != nil) == ["auth", "query"].contains(stage) })
  }
}
