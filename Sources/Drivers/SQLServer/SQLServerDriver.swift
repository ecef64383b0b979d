package import ConnectCore
internal import Transport

/// SQL Server, by FreeTDS's db-lib behind a relay that does the network and TLS.
package struct SQLServerDriver: Driver {
  package static let engines: [Engine] = [.sqlserver]
  package static let rules: any DiagnosisRules = SQLServerRules()

  package static func library() -> Result<DriverLibrary, MissingDriver> { DBLib.shared.map(\.library) }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    let progress = Progress(target)
    // The files of TLS are read without asking a deadline.
    let slack = Deadline(instant: deadline.instant + .milliseconds(50))
    return abandonable(until: slack) { run(target, deadline, progress) } ?? progress.timedOut()
  }

  private func run(_ target: ConnectionTarget, _ deadline: Deadline, _ progress: Progress) -> Observation {
    let hosts = HostListTest(target, deadline: deadline)
    var lib: DBLib?
    // What stops before the login needs no library.
    if target.until >= .auth {
      switch DBLib.shared {
      case .success(let loaded): lib = loaded
      case .failure(let missing): return hosts.notBegun(.driverMissing(missing), stage: .resolve)
      }
    }
    let material: TLSMaterial?
    do throws(FileFault) {
      material = try TLSMaterial.load(for: target)
    } catch {
      return hosts.notBegun(.fileUnusable(error), stage: .tls)
    }
    // There is one host: SQL Server's clients have no lists of them.
    func test(_ host: HostPort, _ share: Deadline) -> Observation {
      SQLServerHostTest(
        target: target, host: host, lib: lib, tlsPolicy: material?.policy, deadline: share, progress: progress
      ).run()
    }
    return hosts.run(material, triesNext: { _ in false }, test: test)
  }
}
