import Lab
import Testing

/// What the server offers and whom it lets in × five modes.
@Suite struct PostgreSQLServerTests {
  static let lacks = Ending.fails(.lacksTLS, advising: .preferred)
  static let denied = Ending.fails(.accessDenied)
  static let trust = "--ssl-ca {pki}/ca.pem"
  static let mismatch = Ending.fails(.versionMismatch)

  static let refusesAll = PostgresServer(certificate: "good", hba: ["local all all trust"])
  static let rejectsAll = PostgresServer(certificate: "good", hba: ["host all all all reject"])
  static let plainRefusesAll = PostgresServer(hba: ["local all all trust"])
  static let rejectsTLS = PostgresServer(
    certificate: "good", hba: ["hostssl all all all reject", "host all all all scram-sha-256"])
  static let clearPassword = PostgresServer(certificate: "good", hba: ["host all all all password"])
  static let tls13 = PostgresServer(certificate: "good", minTLS: "TLSv1.3")

  // The endings: disabled, preferred, required, verify-ca, verify-identity.
  static let situations = [
    Situation("no TLS", .plain, "", .plain, .fallback, lacks, lacks, lacks),
    Situation("TLS optional", .optional, trust, .plain, .encrypted, .encrypted, .chain, .identity),
    Situation(
      "hostssl only", .requiresTLS, trust,
      .fails(.requiresTLS, advising: .required),
      .encrypted, .encrypted, .chain, .identity),
    Situation(
      "hostnossl only", .requiresPlain, trust, .plain, .fallback,
      .encrypted.thenFails(.accessDenied, advising: .disabled),
      .chain.thenFails(.accessDenied, advising: .disabled),
      .identity.thenFails(.accessDenied, advising: .disabled)),
    Situation(
      "TLS rejected, plain taken", rejectsTLS, trust, .plain, .fallback,
      .encrypted.thenFails(.accessDenied, advising: .disabled),
      .chain.thenFails(.accessDenied, advising: .disabled),
      .identity.thenFails(.accessDenied, advising: .disabled)),
    Situation(
      "no entry for this host", refusesAll, trust, denied, .encrypted.thenFails(.accessDenied),
      .encrypted.thenFails(.accessDenied), .chain.thenFails(.accessDenied),
      .identity.thenFails(.accessDenied)),
    Situation(
      "this host rejected", rejectsAll, trust, denied, .encrypted.thenFails(.accessDenied),
      .encrypted.thenFails(.accessDenied), .chain.thenFails(.accessDenied),
      .identity.thenFails(.accessDenied)),
    Situation(
      "no TLS and no entry for this host", plainRefusesAll, trust, denied,
      .fallback.thenFails(.accessDenied), lacks, lacks, lacks),
    Situation(
      "password asked for in clear text", clearPassword, trust, .plain, .encrypted, .encrypted, .chain,
      .identity),
    Situation("TLS 1.2 at most", .tls12, trust, .plain, .encrypted, .encrypted, .chain, .identity),
    Situation(
      "TLS 1.2 at most, 1.3 demanded", .tls12, trust + " --tls-min 1.3", .plain, .fallback, mismatch,
      mismatch, mismatch),
    Situation("TLS 1.3 at least", tls13, trust, .plain, .encrypted, .encrypted, .chain, .identity),
    Situation(
      "TLS 1.3 at least and demanded", tls13, trust + " --tls-min 1.3", .plain, .encrypted, .encrypted,
      .chain, .identity),
    Situation("TLS 1.1 at most", .tls11, trust, .plain, .fallback, mismatch, mismatch, mismatch),
    Situation(
      "TLS 1.1 at most, 1.0 allowed", .tls11, trust + " --tls-min 1.0", .plain, .encrypted, .encrypted,
      .chain, .identity
    ).with(\.warning, "1.0"),
  ]

  @Test(arguments: Row.all(situations)) func situation(_ row: Row) throws { try row.judge() }
}
