import ConnectCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Targets and observations that tests vary.
enum Samples {
  /// 2026-09-01T12:00:00Z
  static let now = Date(timeIntervalSince1970: 1_788_264_000)

  static func target(
    _ mode: SSLMode = .required, engine: Engine = .postgres, host: String = "db.example.com",
    password: String? = "hunter22", change: (inout ConnectionTarget) -> Void = { _ in }
  ) -> ConnectionTarget {
    var target = ConnectionTarget(
      engine: engine, hosts: [HostPort(host: host, port: 5432)], database: "shop", user: "alice",
      password: password.map { Secret($0) }, ssl: SSLSettings(mode: mode),
      sources: TargetSources(engine: .option, host: .url, mode: .environment("PGSSLMODE")))
    change(&target)
    return target
  }

  static func failed(
    _ event: FailureEvent, at stage: ConnectionStage = .tls, host: String = "db.example.com",
    error: ServerError? = nil, answers: [ServerAnswer] = [], tls: TLSReport? = nil,
    change: (inout Observation) -> Void = { _ in }
  ) -> Observation {
    var observation = Observation(
      outcome: .failed(
        ConnectionFailure(stage: stage, event: event, error: error, answers: answers)),
      host: HostPort(host: host, port: 5432), address: "192.0.2.7:5432", tls: tls,
      stages: [StageTiming(stage: .resolve, milliseconds: 0.5, ok: true)])
    change(&observation)
    return observation
  }

  static func certificate(
    names: [String] = ["db.internal", "*.db.internal"], days: Double = 200, subject: String = "CN=db.internal"
  ) -> CertificateReport {
    CertificateReport(
      subject: subject, issuer: "CN=Example CA", names: names, notBefore: now.addingTimeInterval(-86_400),
      notAfter: now.addingTimeInterval(days * 86_400), sha256: String(repeating: "0a", count: 32),
      selfSigned: false, keyType: "EC", keyBits: 256, signatureAlgorithm: "ecdsa-with-SHA256",
      pem: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
  }

  /// A handshake in which the certificate has `faults`, by OpenSSL's verify code.
  static func tls(
    _ mode: SSLMode, faults: [CertificateFault] = [], certificates: [CertificateReport] = [certificate()],
    completed: Bool = false, requested: Bool = false, sent: Bool = false
  ) -> TLSReport {
    TLSReport(
      version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", serverName: "db.example.com",
      clientCertificateRequested: requested, clientCertificateSent: sent, certificates: certificates,
      verification: Verification(demanded: mode.verification, evaluated: true, faults: faults),
      handshakeCompleted: completed)
  }

  static func fault(_ code: Int32, depth: Int = 0, _ reason: String = "some reason") -> CertificateFault {
    CertificateFault(code: code, depth: depth, reason: reason)
  }

  /// A session that came to its end, over TLS.
  static func connected(
    _ mode: SSLMode = .verifyIdentity, faults: [CertificateFault] = [],
    certificates: [CertificateReport] = [certificate(names: ["db.example.com"])],
    change: (inout Observation) -> Void = { _ in }
  ) -> Observation {
    var observation = Observation(
      outcome: .connected(Session(server: ServerIdentity(product: "PostgreSQL", version: "15.8"))),
      host: HostPort(host: "db.example.com", port: 5432), address: "192.0.2.7:5432", encrypted: true,
      tls: tls(mode, faults: faults, certificates: certificates, completed: true),
      attempts: [
        ConnectionAttempt(address: "192.0.2.7:5432", mode: mode, failure: nil, milliseconds: 12.3456)
      ],
      stages: [
        StageTiming(stage: .resolve, milliseconds: 0.5, ok: true),
        StageTiming(stage: .connect, milliseconds: 1.25, ok: true),
        StageTiming(stage: .tls, milliseconds: 4, ok: true),
        StageTiming(stage: .auth, milliseconds: 6.04, ok: true),
        StageTiming(stage: .query, milliseconds: 0.3, ok: true),
      ])
    change(&observation)
    return observation
  }

  static func diagnosis(
    _ observation: Observation, _ target: ConnectionTarget, rules: any DiagnosisRules = NoRules()
  ) -> Diagnosis? {
    Diagnosis(of: observation, target: target, rules: rules)
  }

  static func report(
    _ observation: Observation, _ target: ConnectionTarget, rules: any DiagnosisRules = NoRules(),
    warnings: [String] = [], expected: Expectation? = nil
  ) -> Report {
    Report(
      of: ConnectionTest(target: target, warnings: warnings, expected: expected), observation: observation,
      diagnosis: Diagnosis(of: observation, target: target, rules: rules),
      elapsed: .microseconds(12_345), rules: rules, now: now)
  }
}

/// Rules that know nothing.
struct NoRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? { nil }
}

/// Rules that always find the same.
struct FixedRules: DiagnosisRules {
  var finding: Finding

  init(_ cause: Cause, mode: SSLMode? = nil, notes: [String] = []) {
    finding = Finding(cause: cause, recommendedMode: mode, notes: notes)
  }

  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? { finding }
}

/// Rules that know causes by the error's text.
struct RulesByText: DiagnosisRules {
  var causes: [String: Cause]

  init(_ causes: [String: Cause]) { self.causes = causes }

  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    (failure.error?.text).flatMap { causes[$0] }.map { Finding(cause: $0) }
  }
}
