/// A failure with everything around it that the advice and the notes speak of, its outside strings clean.
struct FailureContext: Sendable {
  let target: ConnectionTarget
  let observation: Observation
  let failure: ConnectionFailure
  let finding: Finding?
  /// The cause of the failure of Preferred's plain pass; nil: there was none.
  let plainPassCause: Cause?
  let clean: Sanitiser

  init(
    target: ConnectionTarget, observation: Observation, failure: ConnectionFailure, finding: Finding?,
    plainPassCause: Cause? = nil
  ) {
    self.target = target
    self.observation = observation
    self.failure = failure
    self.finding = finding
    self.plainPassCause = plainPassCause
    clean = Sanitiser(for: target, and: observation.secrets)
  }

  var mode: SSLMode { target.ssl.mode }
  var engine: EngineTraits { target.engine.traits }
  var tls: TLSReport? { observation.tls }

  /// The certificate faults that the mode does not let pass.
  var blockingFaults: [CertificateFault] { tls?.verification.blockingFaults ?? [] }

  /// `db.example.com`, as a reader wrote it.
  var host: String { clean.line(observation.host.host) }

  /// `db.example.com:5432`, `[::1]:5432`, or the path of the socket or file.
  var place: String {
    if engine.opensFile { return clean.line(target.database ?? "") }
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
  var plainPass: ConnectionFailure? { observation.plainPass }

  /// Whether Preferred's plain pass came as far as the login.
  var plainPassTookLogin: Bool {
    guard let plainPass else { return false }
    // A password that was asked for and not given is libpq's error, and no answer of the server's.
    return plainPass.credentialsRequested || failure.answers.contains(.takesLoginInPlain)
  }

  /// What the advice on the failure of the plain pass alone has to know; nil: there was none.
  var ofPlainPass: FailureContext? {
    guard var failure = plainPass else { return nil }
    // Its words stand in the notes; the server response of the report is the TLS pass's.
    failure.error = nil
    var alone = observation
    alone.remarks = []
    alone.tls = nil
    return FailureContext(target: target, observation: alone, failure: failure, finding: nil)
  }
}

extension Observation {
  /// The failure of Preferred's plain pass, where that was tried and failed too.
  var plainPass: ConnectionFailure? {
    for case .plainPassFailed(let failure) in remarks { return failure }
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
