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
    return abandonable(until: slack) { SQLServerTest(target, deadline: deadline, progress).run() }
      ?? progress.timedOut()
  }
}

/// The test of a target.
struct SQLServerTest {
  private let target: ConnectionTarget
  private let deadline: Deadline
  private let progress: Progress

  init(_ target: ConnectionTarget, deadline: Deadline, _ progress: Progress) {
    self.target = target
    self.deadline = deadline
    self.progress = progress
  }

  func run() -> Observation {
    let host = target.hosts[0]
    func notBegun(_ event: FailureEvent, _ stage: ConnectionStage) -> Observation {
      Observation(outcome: .failed(ConnectionFailure(stage: stage, event: event)), host: host)
    }
    var lib: DBLib?
    // What stops before the login needs no library.
    if target.until >= .auth {
      switch DBLib.shared {
      case .success(let loaded): lib = loaded
      case .failure(let missing): return notBegun(.driverMissing(missing), .resolve)
      }
    }
    var credentials: ClientCredentials?
    var tlsPolicy: TLSPolicy?
    if target.ssl.mode != .disabled {
      do throws(FileFault) {
        credentials = try ClientCredentials.load(target.ssl)
        tlsPolicy = try TLSPolicy(target.ssl, host: host.host, credentials: credentials)
      } catch {
        return notBegun(.fileUnusable(error), .tls)
      }
    }
    var observation = SQLServerHostTest(
      target: target, host: host, lib: lib, tlsPolicy: tlsPolicy, deadline: deadline, progress: progress
    ).run()
    if let credentials, credentials.keyIsOpen {
      observation.remarks.append(.keyReadableByOthers(path: credentials.keyPath))
    }
    return observation
  }
}
