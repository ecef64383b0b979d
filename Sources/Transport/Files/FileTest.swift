package import ConnectCore
internal import Synchronization

/// The whole test of a target whose engine opens a file: the stage `connect` looks at the file, `query` reads the
/// database by the library. There are no others.
package struct FileTest: Sendable {
  private let target: ConnectionTarget
  private let deadline: Deadline

  package init(_ target: ConnectionTarget, deadline: Deadline) {
    self.target = target
    self.deadline = deadline
  }

  /// Tests by the engine that `make` brings, or reports the library that is missing. A file that the library would not
  /// have to see needs none.
  package func run<Engine: FileEngine>(
    _ make: @escaping @Sendable () -> Result<Engine, MissingDriver>
  ) -> Observation {
    let place = FilePlace()
    let target = target
    let deadline = deadline
    // One that hangs would not be alone for long: a try more does not help, and costs a thread.
    if let stuck = FileTries.stuck(at: target, until: deadline) {
      return Self.observation(.failure(ConnectionFailure(stage: stuck.stage, event: .timedOut)), stuck)
    }
    // A writer holds its lock for milliseconds; who holds it for longer is worth a report.
    let patience = deadline.reserve
    // No deadline reaches into a file system, nor into the libraries.
    let work = BackgroundWork {
      Self.observation(Self.test(target, patience, deadline, place, make), place)
    }
    if let observation = work?.result(by: deadline) { return observation }
    if let work { FileTries.abandon(work, at: target, place) }
    let failure = ConnectionFailure(stage: place.stage, event: .timedOut)
    return Self.observation(.failure(failure), place)
  }

  private static func test<Engine: FileEngine>(
    _ target: ConnectionTarget, _ patience: Duration, _ deadline: Deadline, _ place: FilePlace,
    _ make: () -> Result<Engine, MissingDriver>
  ) -> Result<FileSession?, ConnectionFailure> {
    do throws(ConnectionFailure) {
      place.begin(.connect)
      let file = try examine(target.database ?? "", place, by: Engine.self)
      guard target.until >= .query else { return .success(nil) }
      place.begin(.query)
      let engine: Engine
      switch make() {
      case .success(let found): engine = found
      case .failure(let missing):
        throw ConnectionFailure(stage: .query, event: .driverMissing(missing))
      }
      return .success(try engine.read(file, patience: patience, deadline: deadline))
    } catch {
      return .failure(error)
    }
  }

  /// The file; nil: the database is to be in memory.
  private static func examine<Engine: FileEngine>(
    _ path: String, _ place: FilePlace, by engine: Engine.Type
  ) throws(ConnectionFailure) -> DatabaseFile? {
    if path == ":memory:" { return nil }
    switch DatabaseFile.examine(path) {
    case .failure(let refusal): throw ConnectionFailure(stage: .connect, event: refusal.event)
    case .success(let file):
      place.note(file.path)
      if let fault = Engine.fault(in: file) {
        throw ConnectionFailure(stage: .connect, event: .databaseFile(fault))
      }
      return file
    }
  }

  private static func observation(
    _ result: Result<FileSession?, ConnectionFailure>, _ place: FilePlace
  ) -> Observation {
    let (address, stages) = place.end(ok: (try? result.get()) != nil)
    return switch result {
    case .success(let session):
      Observation(
        outcome: .connected(Session(server: session?.server)), host: .none, address: address, stages: stages,
        remarks: session?.remarks ?? [])
    case .failure(let failure):
      Observation(outcome: .failed(failure), host: .none, address: address, stages: stages)
    }
  }
}

/// Tests that nobody waits for any more.
private enum FileTries {
  private struct Abandoned: Sendable {
    var work: BackgroundWork<Observation>
    var place: FilePlace
  }

  private static let all = Mutex<[String: Abandoned]>([:])

  private static func key(_ target: ConnectionTarget) -> String {
    "\(target.engine.rawValue):\(target.database ?? "")"
  }

  static func abandon(_ work: BackgroundWork<Observation>, at target: ConnectionTarget, _ place: FilePlace) {
    all.withLock { $0[key(target)] = Abandoned(work: work, place: place) }
  }

  /// How far an abandoned test of the same file has come that does not end by the deadline either, timed as one that
  /// begins now; nil: there is none, or it has ended.
  static func stuck(at target: ConnectionTarget, until deadline: Deadline) -> FilePlace? {
    let key = key(target)
    guard let last = all.withLock({ $0[key] }) else { return nil }
    let place = FilePlace()
    place.begin(like: last.place)
    if last.work.result(by: deadline) == nil { return place }
    all.withLock { _ = $0.removeValue(forKey: key) }
    return nil
  }
}

/// How far a test has come, also one that had to be abandoned.
private final class FilePlace: Sendable {
  private struct State {
    var clock = StageClock()
    var address: String?
  }

  private let state = Mutex(State())

  var stage: ConnectionStage { state.withLock { $0.clock.current == .resolve ? .connect : $0.clock.current } }

  func begin(_ stage: ConnectionStage) { state.withLock { $0.clock.begin(stage) } }

  /// Is where another one is, timed from now.
  func begin(like other: FilePlace) {
    let (stage, address) = (other.stage, other.state.withLock { $0.address })
    begin(stage)
    if let address { note(address) }
  }

  func note(_ address: String) { state.withLock { $0.address = address } }

  func end(ok: Bool) -> (String?, [StageTiming]) {
    state.withLock { state in
      state.clock.end(ok: ok)
      return (state.address, state.clock.stages)
    }
  }
}
