/// A failure with everything around it that the advice and the notes speak of, its outside strings clean.
struct FailureContext: Sendable {
  let target: ConnectionTarget
  let observation: Observation
  let failure: ConnectionFailure
  let finding: Finding?
  let clean: Sanitiser

  init(target: ConnectionTarget, observation: Observation, failure: ConnectionFailure, finding: Finding?) {
    self.target = target
    self.observation = observation
    self.failure = failure
    self.finding = finding
    clean = Sanitiser(for: target)
  }

  var mode: SSLMode { target.ssl.mode }
  var engine: EngineTraits { target.engine.traits }
  var tls: TLSReport? { observation.tls }

  /// The certificate faults that the mode does not let pass.
  var blockingFaults: [CertificateFault] { tls?.verification.blockingFaults ?? [] }

  /// `db.example.com`, as a reader wrote it.
  var host: String { clean.line(observation.host.host) }

  /// `db.example.com:5432`, `[::1]:5432`, or the socket's path.
  var place: String {
    guard !observation.host.isUnixSocket else {
      return clean.line(observation.address ?? observation.host.host)
    }
    return clean.line(observation.host.description)
  }

  /// The name that a certificate has to hold.
  var expectedName: String { target.ssl.serverName.map(clean.line) ?? host }

  /// `“alice”`; nil when there is none.
  var user: String? { target.user.map { "“\(clean.line($0))”" } }
  var database: String? { target.database.map { "“\(clean.line($0))”" } }

  /// `10`, `2.5`: the timeout in seconds.
  var seconds: String {
    let value = target.timeout
    return value == value.rounded() && value < 1e9 ? String(Int(value)) : String(value)
  }

  /// The file and what is wrong with it, where the event is about one.
  var fileFault: FileFault? {
    if case .fileUnusable(let fault) = failure.event { fault } else { nil }
  }

  /// The failure of Preferred's plain pass, where that was tried and failed too.
  var plainPass: ConnectionFailure? {
    for case .plainPassFailed(let failure) in observation.remarks { return failure }
    return nil
  }
}

extension HostPort: CustomStringConvertible {
  /// `host:port`, with brackets around an IPv6 address; the folder of a Unix socket alone.
  package var description: String {
    if isUnixSocket { return host }
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
