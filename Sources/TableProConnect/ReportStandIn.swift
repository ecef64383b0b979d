import ConnectCore

// Stands in for what other branches bring; deleted when they are merged, with its line in DriverRegistry.

struct StandInDriver: Driver {
  struct NoRules: DiagnosisRules {
    func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? { nil }
  }
  static let engines: [Engine] = [.postgres, .redshift, .cockroachdb]
  static let rules: any DiagnosisRules = NoRules()
  static func library() -> Result<DriverLibrary, MissingDriver> {
    .failure(
      MissingDriver(library: "libpq", debianPackage: "libpq5", homebrewFormula: "libpq", detail: "stand-in"))
  }
  func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    Output.print("\(target)\n")
    return Observation(
      outcome: .failed(ConnectionFailure(stage: .resolve, event: .other("stand-in"))), host: target.hosts[0])
  }
}

struct TextStyle {
  var color: Bool
  var verbose: Bool
  var showCertificates: Bool
}

extension Report {
  func text(style: TextStyle) -> String { "" }
  func json(showCertificates: Bool) -> String { "{}" }
  var exitCode: Int32 { 1 }
}
