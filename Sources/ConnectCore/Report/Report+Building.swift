#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

extension Report {
  /// The report of a test that was run.
  ///
  /// `rules` name the causes of single attempts; `tries` counts only where the test waits; `now` is the day from which certificates' days are counted.
  package init(
    of test: ConnectionTest, observation: Observation, diagnosis: Diagnosis?, elapsed: Duration,
    tries: Int = 1, rules: (any DiagnosisRules)? = nil, now: Date = .now
  ) {
    let target = test.target
    let clean = Sanitiser(for: target, and: observation.secrets)
    engine = target.engine
    let hasNetwork = !target.engine.traits.opensFile
    host = hasNetwork ? clean.line(observation.host.host) : nil
    port = hasNetwork ? observation.host.port : nil
    address = observation.address.map(clean.line)
    database = target.database.map(clean.line)
    let other = observation.userOfSession.map { clean.line($0).cut(to: 1_000) }
    let named = observation.userOfCertificate.map { clean.line($0).cut(to: 1_000) }
    let isUnused = observation.remarks.contains { $0 == .userNotUsed || $0 == .userNotNamed }
    user = other ?? named ?? (isUnused ? nil : target.user.map(clean.line))
    loginIsCertificates = named != nil
    sources = Sources(
      engine: clean.line(target.sources.engine.description),
      host: clean.line(target.sources.host.description),
      mode: clean.line(target.sources.mode.description))
    ssl = SSL(
      requested: hasNetwork ? target.ssl.mode : nil, encrypted: observation.encrypted,
      fallback: observation.fallback != nil,
      verified: observation.tls?.verified ?? .none)
    server = Self.identity(observation, clean: clean)
    tls = observation.tls.map { TLS($0, clean: clean) }
    attempts = observation.attempts.map { attempt in
      Attempt(
        address: clean.line(attempt.address), mode: attempt.mode,
        cause: attempt.failure.map { Self.cause(of: $0, in: observation, target: target, diagnosis, rules) },
        milliseconds: attempt.milliseconds)
    }
    stages = observation.stages
    elapsedMilliseconds = elapsed.milliseconds
    self.tries = test.wait == nil ? nil : tries
    warnings = Warnings(test: test, observation: observation, clean: clean, now: now).all
    expected = test.expected
    self.diagnosis = diagnosis.map { Problem($0, observation: observation, clean: clean) }
    date = now
  }

  private static func identity(_ observation: Observation, clean: Sanitiser) -> ServerIdentity? {
    guard case .connected(let session) = observation.outcome, let server = session.server else { return nil }
    // No server's name and version are as long; one that says more does not decide how long the report is.
    func short(_ text: String) -> String { clean.line(text).cut(to: 1_000) }
    return ServerIdentity(
      product: short(server.product), version: short(server.version), edition: server.edition.map(short),
      details: server.details.map(short))
  }

  private static func cause(
    of failure: ConnectionFailure, in observation: Observation, target: ConnectionTarget,
    _ diagnosis: Diagnosis?, _ rules: (any DiagnosisRules)?
  ) -> Cause {
    // The attempt that ended it all has the cause of the whole, with what answers to questions added to it.
    if case .failed(let last) = observation.outcome, let diagnosis,
      last.stage == failure.stage, last.event == failure.event, last.error == failure.error
    {
      return diagnosis.cause
    }
    return rules?.finding(for: failure, target: target)?.cause
      ?? GenericRules.cause(of: failure, tls: observation.tls, target: target)
  }
}

extension Observation {
  /// The user whom the server names, where it is another than the one who was asked for.
  var userOfSession: String? {
    if case .connected(let session) = outcome { session.user } else { nil }
  }
}

extension Observation {
  /// Whom the client certificate names, where the login was its.
  fileprivate var userOfCertificate: String? {
    for case .userOfCertificate(let name) in remarks { return name }
    return nil
  }
}

extension Report.TLS {
  init(_ tls: TLSReport, clean: Sanitiser) {
    version = tls.version.map(clean.line)
    cipher = tls.cipher.map(clean.line)
    serverName = tls.serverName.map(clean.line)
    clientCertificateRequested = tls.clientCertificateRequested
    clientCertificateSent = tls.clientCertificateSent
    certificates = tls.certificates.map { certificate in
      var certificate = certificate
      certificate.subject = clean.line(certificate.subject)
      certificate.issuer = clean.line(certificate.issuer)
      certificate.names = certificate.names.map(clean.line)
      certificate.keyType = clean.line(certificate.keyType)
      certificate.signatureAlgorithm = clean.line(certificate.signatureAlgorithm)
      // Base 64 that we made ourselves: a short secret in it would be chance, not a leak.
      certificate.pem = Sanitiser.visible(certificate.pem, keepingLineBreaks: true)
      return certificate
    }
    let words = CertificateWords(clean: clean)
    faults = tls.verification.faults.map { words.sentence(for: $0, in: tls) }
  }
}

extension Report.Problem {
  init(_ diagnosis: Diagnosis, observation: Observation, clean: Sanitiser) {
    cause = diagnosis.cause
    stage = diagnosis.stage
    beforeConnecting =
      switch observation.outcome {
      // libpq refuses a key that others may read only when it has connected.
      case .failed(let failure): failure.event.precedesConnecting && observation.attempts.isEmpty
      case .connected: false
      }
    message = Sanitiser.visible(diagnosis.message, keepingLineBreaks: true)
    suggestion = Sanitiser.visible(diagnosis.suggestion, keepingLineBreaks: true)
    recommendedMode = diagnosis.recommendedMode
    notes = diagnosis.notes.map { Sanitiser.visible($0, keepingLineBreaks: false) }
    serverResponse = diagnosis.serverError.map {
      clean.text($0.text.trimmingLineEnds()).cut(to: $0.shownCharacters ?? .max)
    }
    if case .library(let name) = diagnosis.serverError?.origin {
      library = clean.line(name)
    } else {
      library = nil
    }
    nativeCode = diagnosis.serverError?.nativeCode.map(clean.line)
    sqlState = diagnosis.serverError?.sqlState.map(clean.line)
  }
}

extension FailureEvent {
  /// Whether it was found before anything was sent.
  var precedesConnecting: Bool {
    switch self {
    case .fileUnusable, .driverMissing: true
    default: false
    }
  }
}
