package import ConnectCore

/// The whole test of a target whose engine knows no negotiation: one connection to one host after the other. There is
/// no way back to plain text, so Preferred is Required.
package struct DirectTest: Sendable {
  private let target: ConnectionTarget
  private let deadline: Deadline

  package init(_ target: ConnectionTarget, deadline: Deadline) {
    self.target = target
    self.deadline = deadline
  }

  /// Tests by the engine that `make` returns, or reports the library that is missing. A test that ends before the
  /// login needs no library.
  package func run<Engine: DirectEngine>(_ engine: Result<Engine, MissingDriver>) -> Observation {
    let progress = Progress(target)
    // Every wait asks the deadline; this is for files that are pipes, and for a library's own waits.
    let slack = Deadline(instant: deadline.instant + .milliseconds(50))
    return abandonable(until: slack) { run(engine, progress) } ?? progress.timedOut()
  }

  private func run<Engine: DirectEngine>(
    _ engine: Result<Engine, MissingDriver>, _ progress: Progress
  ) -> Observation {
    let hosts = HostListTest(target, deadline: deadline)
    let general: Engine
    switch engine {
    case .success(let found): general = found
    case .failure(let missing): return hosts.notBegun(.driverMissing(missing), stage: .resolve)
    }
    let material: TLSMaterial?
    do throws(FileFault) {
      material = try TLSMaterial.load(for: target)
    } catch {
      return hosts.notBegun(.fileUnusable(error), stage: .tls)
    }
    let triesNext = { failure in Self.triesNextHost(after: failure) || general.triesNextHost(after: failure) }
    return hosts.run(material, triesNext: triesNext) { host, share in
      let speaker = general.forHost()
      var earlier: PassResult?
      while true {
        let connection = DirectConnection(
          speaker, target: target, host: host, policy: material?.policy, deadline: share, progress: progress)
        var result = connection.result(test(connection, speaker))
        if let earlier { result.add(earlier) }
        guard let failure = result.failure else { return result.observation(host: host) }
        guard speaker.triesAgain(after: failure), !share.hasPassed else {
          result.outcome = .failure(speaker.settled(failure))
          return result.observation(host: host)
        }
        earlier = result
      }
    }
  }

  private func test(
    _ connection: DirectConnection, _ engine: some DirectEngine
  ) -> Result<Session, ConnectionFailure> {
    do throws(ConnectionFailure) {
      try connection.open()
      return .success(target.until >= .auth ? try engine.converse(over: connection) : Session())
    } catch {
      return .failure(error)
    }
  }

  /// The next host has its turn when this one cannot be connected to, or is lost before the login.
  package static func triesNextHost(after failure: ConnectionFailure) -> Bool {
    if failure.stage <= .connect { return true }
    switch failure.event {
    case .timedOut, .closed, .reset: return !failure.credentialsRequested
    default: return false
    }
  }
}
