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
    // A writer holds its lock for milliseconds; who holds it for longer is worth a report.
    let patience = deadline.reserve
    // No deadline reaches into a file system, nor into the libraries.
    let observation = abandonable(until: deadline) {
      Self.observation(Self.test(target, patience, place, make), place)
    }
    if let observation { return observation }
    let failure = ConnectionFailure(stage: place.stage, event: .timedOut)
    return Self.observation(.failure(failure), place)
  }

  private static func test<Engine: FileEngine>(
    _ target: ConnectionTarget, _ patience: Duration, _ place: FilePlace,
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
      return .success(try engine.read(file, patience: patience))
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

/// How far a test has come, also one that had to be abandoned.
private final class FilePlace: Sendable {
  private struct State {
    var clock = StageClock()
    var address: String?
  }

  private let state = Mutex(State())

  var stage: ConnectionStage { state.withLock { $0.clock.current == .resolve ? .connect : $0.clock.current } }

  func begin(_ stage: ConnectionStage) { state.withLock { $0.clock.begin(stage) } }
  func note(_ address: String) { state.withLock { $0.address = address } }

  func end(ok: Bool) -> (String?, [StageTiming]) {
    state.withLock { state in
      state.clock.end(ok: ok)
      return (state.address, state.clock.stages)
    }
  }
}
