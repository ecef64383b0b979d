package import ConnectCore
internal import Transport

/// MySQL and MariaDB, and what speaks their protocol, by libmariadb.
package struct MySQLDriver: Driver {
  package static let engines: [Engine] = [.mysql, .mariadb]
  package static let rules: any DiagnosisRules = MySQLRules()

  package static func library() -> Result<DriverLibrary, MissingDriver> { LibMariaDB.shared.map(\.library) }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    let progress = Progress(target)
    // Every wait of libmariadb's asks the deadline; this is for files that are pipes.
    let slack = Deadline(instant: deadline.instant + .milliseconds(50))
    return abandonable(until: slack) { run(target, deadline, progress) } ?? progress.timedOut()
  }

  private func run(_ target: ConnectionTarget, _ deadline: Deadline, _ progress: Progress) -> Observation {
    let hosts = HostListTest(target, deadline: deadline)
    var libmariadb: LibMariaDB?
    // Of TLS and of TCP the transport knows more.
    if target.until >= .auth || target.hosts.contains(where: \.isUnixSocket) {
      switch LibMariaDB.shared {
      case .success(let loaded): libmariadb = loaded
      case .failure(let missing): return hosts.notBegun(.driverMissing(missing), stage: .resolve)
      }
    }
    let material: TLSMaterial?
    do throws(FileFault) {
      material = try TLSMaterial.load(for: target)
    } catch {
      return hosts.notBegun(.fileUnusable(error), stage: .tls)
    }
    return hosts.run(material, triesNext: Self.triesNextHost) { host, share in
      MySQLHostTest(
        target: target, host: host, libmariadb: libmariadb, tlsPolicy: material?.policy, deadline: share,
        progress: progress
      ).run()
    }
  }

  /// The next host has its turn when this one cannot be connected to, is lost before the login, or shuts down
  /// (ER_SERVER_SHUTDOWN).
  private static func triesNextHost(after failure: ConnectionFailure) -> Bool {
    if failure.stage <= .connect || failure.error?.nativeCode == "1053" { return true }
    switch failure.event {
    case .timedOut, .closed, .reset: return !failure.credentialsRequested
    default: return false
    }
  }
}
