package import ConnectCore
internal import Transport

/// PostgreSQL, Redshift and CockroachDB, by libpq.
package struct PostgreSQLDriver: Driver {
  package static let engines: [Engine] = [.postgres, .redshift, .cockroachdb]
  package static let rules: any DiagnosisRules = PostgreSQLRules()

  package static func library() -> Result<DriverLibrary, MissingDriver> { LibPQ.shared.map(\.library) }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    let progress = Progress(target)
    // libpq reads files and may talk to a Kerberos server without asking a deadline.
    let slack = Deadline(instant: deadline.instant + .milliseconds(50))
    return abandonable(until: slack) { PostgreSQLTest(target, deadline: deadline, progress).run() }
      ?? progress.timedOut()
  }
}

/// The test of all hosts of a target, in their order.
struct PostgreSQLTest {
  private let target: ConnectionTarget
  private let deadline: Deadline
  private let progress: Progress

  init(_ target: ConnectionTarget, deadline: Deadline, _ progress: Progress) {
    self.target = target
    self.deadline = deadline
    self.progress = progress
  }

  func run() -> Observation {
    let hosts = HostListTest(target, deadline: deadline)
    let libpq: LibPQ?
    // Of TLS and of TCP the transport knows more; a Unix socket is libpq's to find.
    if target.until >= .auth || target.hosts.contains(where: \.isUnixSocket) {
      switch LibPQ.shared {
      case .success(let loaded): libpq = loaded
      case .failure(let missing): return hosts.notBegun(.driverMissing(missing), stage: .resolve)
      }
    } else {
      libpq = nil
    }
    let material: TLSMaterial?
    do throws(FileFault) {
      material = try TLSMaterial.load(for: target, groups: PostgreSQLSSLPolicy.groups)
    } catch {
      return hosts.notBegun(.fileUnusable(error), stage: .tls)
    }
    return hosts.run(material, triesNext: Self.triesNextHost) { host, share in
      PostgreSQLHostTest(
        target: target, host: host, libpq: libpq, tlsPolicy: material?.policy, deadline: share,
        progress: progress
      ).run()
    }
  }

  /// libpq's rule for host lists: the next one when this one cannot be connected to or is not ready.
  private static func triesNextHost(after failure: ConnectionFailure) -> Bool {
    if failure.stage <= .connect { return true }
    if failure.error?.sqlState == "57P03" { return true }
    switch failure.event {
    case .timedOut, .closed, .reset: return !failure.credentialsRequested
    default: return false
    }
  }
}
