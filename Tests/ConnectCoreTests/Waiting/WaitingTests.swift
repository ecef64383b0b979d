import ConnectCore
import Testing

/// `--wait`, in a world whose time passes only when a try or a pause lets it.
@Suite("Waiting") struct WaitingTests {
  /// What the driver is to observe, and everything that the test did with it.
  private final class World: @unchecked Sendable {
    var time = ContinuousClock.now
    let start: ContinuousClock.Instant
    var pauses: [Double] = []
    var tries: [(target: ConnectionTarget, begun: Double, limit: Double)] = []
    var told: [TryReport] = []
    let script: (Int, Double) -> (event: FailureEvent?, takes: Double)

    /// `script` says for the try of that number that begins so many milliseconds after the start how it ends
    /// (nil: connected) and how many milliseconds it takes, if its deadline lets it.
    init(_ script: @escaping (Int, Double) -> (event: FailureEvent?, takes: Double)) {
      self.script = script
      start = time
    }

    var elapsed: Double { start.duration(to: time).milliseconds }

    func observe(_ target: ConnectionTarget, _ deadline: Deadline) -> Observation {
      let limit = time.duration(to: deadline.instant).milliseconds
      tries.append((target, elapsed, limit))
      let (event, takes) = script(tries.count, elapsed)
      let isLate = takes > limit
      time += .milliseconds(min(takes, limit))
      guard let event = isLate ? .timedOut : event else {
        return Observation(outcome: .connected(Session()), host: target.hosts[0])
      }
      return Observation(
        outcome: .failed(ConnectionFailure(stage: .connect, event: event)), host: target.hosts[0])
    }

    func run(wait: Double?, timeout: Double = 10, expected: ConnectCore.Expectation? = nil) -> Report {
      let target = Samples.target { $0.timeout = timeout }
      let pace = Pace(
        now: { self.time },
        sleep: {
          self.pauses.append($0.milliseconds)
          self.time += $0
        })
      return ConnectionTest(target: target, expected: expected, wait: wait)
        .run(with: ScriptedDriver(world: self), by: pace) { self.told.append($0) }
    }
  }

  private struct ScriptedDriver: Driver {
    static let engines: [Engine] = [.postgres]
    static let rules: any DiagnosisRules = NoRules()
    static func library() -> Result<DriverLibrary, MissingDriver> {
      .success(DriverLibrary(name: "none", version: "0", path: "/"))
    }
    var world: World?
    init() {}
    init(world: World) { self.world = world }

    func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
      world?.observe(target, deadline)
        ?? Observation(outcome: .connected(Session()), host: target.hosts[0])
    }
  }

  private static let refused = FailureEvent.refused(errno: 111)

  @Test("Without --wait there is one try, with the whole timeout, which may ask")
  func notWaiting() {
    let world = World { _, _ in (Self.refused, 5) }
    let report = world.run(wait: nil)
    #expect(report.diagnosis?.cause == .connectionRefused && report.tries == nil)
    #expect(world.tries.count == 1 && world.tries[0].limit == 10_000 && world.tries[0].target.asksQuestions)
    #expect(world.pauses.isEmpty && report.elapsedMilliseconds == 5)
  }

  @Test("Pauses grow from 0.1 s to 1 s, and the last try begins just before the end")
  func pauses() {
    let world = World { _, _ in (Self.refused, 0) }
    let report = world.run(wait: 5)
    #expect(world.pauses == [100, 200, 400, 800, 1_000, 1_000, 1_000, 400])
    #expect(world.tries.last?.begun == 4_900)
    #expect(report.tries == 9 && report.elapsedMilliseconds == 4_900)
    #expect(report.diagnosis?.cause == .connectionRefused)
    #expect(world.tries.allSatisfy { !$0.target.asksQuestions })
  }

  @Test("A server that comes meanwhile is connected to, with the time of it all")
  func connectedInTheEnd() {
    let world = World { _, begun in (begun < 1_000 ? Self.refused : nil, 10) }
    let report = world.run(wait: 5)
    #expect(report.ok && report.tries == 5)
    #expect(report.elapsedMilliseconds == 1_550)
    #expect(report.text(TextStyle()).contains("connected (at try 5, after 1.6 s)"))
    #expect(report.json(showCertificates: false).contains(#""elapsedMs":1550,"warnings":[],"tries":5"#))
  }

  @Test("Each try has the timeout or what is left, and none less than 0.1 s")
  func timeouts() {
    let world = World { _, _ in (nil, .infinity) }
    let report = world.run(wait: 1.6, timeout: 0.5)
    #expect(world.tries.map { $0.limit.rounded() } == [500, 500, 300])
    #expect(world.tries.map(\.begun) == [0, 600, 1_300])
    #expect(report.elapsedMilliseconds == 1_600)
    #expect(report.diagnosis?.message.contains("0.5 s") == true, "\(report)")

    let short = World { _, _ in (nil, .infinity) }
    #expect(short.run(wait: 1.2).diagnosis?.message.contains("1.2 s") == true)
    #expect(short.tries.count == 1 && short.elapsed == 1_200)

    let tiny = World { _, _ in (nil, .infinity) }
    _ = tiny.run(wait: 0.01)
    #expect(tiny.tries.map(\.limit) == [100])
  }

  @Test("A last try that was cut short and timed out does not hide what the one before found")
  func cutShort() {
    let world = World { number, _ in (Self.refused, number < 4 ? 150 : 150) }
    let report = world.run(wait: 1)
    #expect(world.told.last?.cause == .timedOut)
    #expect(report.diagnosis?.cause == .connectionRefused && report.tries == world.tries.count)
  }

  @Test("Any other cause ends it at once")
  func endsAtOnce() {
    let world = World { number, _ in (number < 3 ? Self.refused : .tlsNotOffered, 0) }
    let report = world.run(wait: 60)
    #expect(report.diagnosis?.cause == .serverLacksTLS && report.tries == 3)
    #expect(report.text(TextStyle()).contains("(3 tries in 0.3 s)"))
  }

  @Test("What was expected ends it at once, what was not does not")
  func expectations() {
    let asExpected = World { _, _ in (Self.refused, 0) }
    #expect(asExpected.run(wait: 60, expected: .failure(.connectionRefused)).exitCode == 0)
    #expect(asExpected.tries.count == 1)
    let otherwise = World { number, _ in (number < 3 ? Self.refused : .timedOut, 0) }
    #expect(otherwise.run(wait: 60, expected: .failure(.timedOut)).exitCode == 0)
    #expect(otherwise.tries.count == 3)
    let never = World { _, _ in (Self.refused, 0) }
    #expect(never.run(wait: 2, expected: .connected).exitCode == 2)
    let connects = World { _, _ in (nil, 0) }
    #expect(connects.run(wait: 60, expected: .failure(.timedOut)).exitCode == 2)
    #expect(connects.tries.count == 1)
  }

  @Test("Every try is told once, the last one without a pause")
  func progress() {
    let world = World { number, _ in (number < 3 ? Self.refused : nil, 4) }
    _ = world.run(wait: 10)
    #expect(
      world.told.map(\.line) == [
        "try 1 after 0.00 s: connection-refused; the next in 0.10 s",
        "try 2 after 0.11 s: connection-refused; the next in 0.20 s", "try 3 after 0.31 s: connected",
      ])
  }
}
