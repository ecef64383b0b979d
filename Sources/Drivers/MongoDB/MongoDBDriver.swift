package import ConnectCore
internal import Transport

/// MongoDB, and what speaks its protocol, by libmongoc over connections of our own.
///
/// There is no SSL policy of libmongoc's: TLS is the transport's, as the mode wants it, and libmongoc sees plain bytes.
/// None of its own settings for TLS is ever in its URI, and it never looks at a file.
package struct MongoDBDriver: Driver {
  package static let engines: [Engine] = [.mongodb]
  package static let rules: any DiagnosisRules = MongoRules()

  package static func library() -> Result<DriverLibrary, MissingDriver> { LibMongoC.shared.map(\.library) }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    let progress = Progress(target)
    // Every wait asks the deadline; this is for files that are pipes, and for libmongoc's own surprises.
    let slack = Deadline(instant: deadline.instant + .milliseconds(50))
    return abandonable(until: slack) { run(target, deadline, progress) } ?? progress.timedOut()
  }

  private func run(_ given: ConnectionTarget, _ deadline: Deadline, _ progress: Progress) -> Observation {
    var target = given
    let hosts = HostListTest(given, deadline: deadline)
    var libmongoc: LibMongoC?
    // Of TLS and of TCP the transport knows more.
    if target.until >= .auth {
      switch LibMongoC.shared {
      case .success(let loaded): libmongoc = loaded
      case .failure(let missing): return hosts.notBegun(.driverMissing(missing), stage: .resolve)
      }
    }
    let material: TLSMaterial?
    do throws(FileFault) {
      material = try TLSMaterial.load(for: target)
    } catch {
      return hosts.notBegun(.fileUnusable(error), stage: .tls)
    }
    var lookup: Double?
    if target.parameters["srv"] != nil {
      let begun = ContinuousClock.now
      switch MongoSeedlist.resolve(target, deadline: deadline) {
      case .success(let found): target = found
      case .failure(let failure):
        return Observation(outcome: .failed(failure), host: target.hosts[0])
      }
      lookup = begun.duration(to: .now).milliseconds
    }
    var observation: Observation
    if let libmongoc {
      let plan = MongoPlan(target, subject: material?.credentials?.subject)
      observation = MongoTest(
        libmongoc, target: target, policy: material?.policy, deadline: deadline, progress: progress
      ).run(plan)
      observation.remarks += material?.remarks ?? []
    } else {
      observation = HostListTest(target, deadline: deadline).run(
        material, triesNext: DirectTest.triesNextHost
      ) { host, share in
        let connection = DirectConnection(
          MongoEngine(), target: target, host: host, policy: material?.policy, deadline: share,
          progress: progress)
        return connection.result(Self.open(connection)).observation(host: host)
      }
    }
    if let lookup {
      observation.addResolve(milliseconds: lookup)
      observation.parameters = target.parameters
    }
    return observation
  }

  private static func open(_ connection: DirectConnection) -> Result<Session, ConnectionFailure> {
    do throws(ConnectionFailure) {
      try connection.open()
      return .success(Session())
    } catch {
      return .failure(error)
    }
  }
}

extension Observation {
  /// Adds the time of the SRV and TXT records to the resolution of the names that they gave.
  fileprivate mutating func addResolve(milliseconds: Double) {
    if let index = stages.firstIndex(where: { $0.stage == .resolve }) {
      stages[index].milliseconds += milliseconds
    } else {
      stages.insert(StageTiming(stage: .resolve, milliseconds: milliseconds, ok: true), at: 0)
    }
  }
}
