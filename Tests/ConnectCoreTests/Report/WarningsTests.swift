import ConnectCore
import Testing

@Suite("Warnings")
struct WarningsTests {
  private func warnings(_ observation: Observation, _ target: ConnectionTarget) -> [String] {
    Samples.report(observation, target).warnings
  }

  @Test("A verified connection warns of nothing", arguments: [SSLMode.verifyCA, .verifyIdentity])
  func verified(mode: SSLMode) {
    #expect(warnings(Samples.connected(mode), Samples.target(mode)) == [])
  }

  @Test(
    "What was not verified says what verification would have said", arguments: [SSLMode.required, .preferred])
  func notVerified(mode: SSLMode) {
    func said(_ faults: [CertificateFault]) -> String? {
      warnings(Samples.connected(mode, faults: faults), Samples.target(mode)).first
    }
    #expect(
      said([]) == "The server's certificate was not verified. It would pass: --ssl verify-identity works.")
    #expect(
      said([Samples.fault(62, "hostname mismatch")])?.hasPrefix(
        "The server's certificate was not verified. --ssl verify-ca would accept it, --ssl verify-identity would refuse it: hostname mismatch ("
      ) == true)
    #expect(
      said([Samples.fault(19, depth: 1, "self-signed certificate in certificate chain"), Samples.fault(62)])
        == "The server's certificate was not verified. Verification would refuse it: self-signed certificate in certificate chain (OpenSSL verify code 19; certificate 2 of the chain). some reason (OpenSSL verify code 62; CN=db.internal, the server's own certificate)."
    )
    let unchecked = Samples.connected(mode) { $0.tls?.verification.evaluated = false }
    #expect(warnings(unchecked, Samples.target(mode)) == ["The server's certificate was not verified."])
  }

  @Test(
    "A certificate that ends within 30 days",
    arguments: [
      (31.5, nil), (30.5, "in 30 days"), (12, "in 12 days"), (1.2, "in 1 day"), (0.5, "in less than a day"),
      (-0.5, nil),
    ] as [(Double, String?)])
  func endingSoon(days: Double, words: String?) {
    let leaf = Samples.connected(certificates: [Samples.certificate(days: days)])
    let found = warnings(leaf, Samples.target(.verifyIdentity))
    #expect(found.count == (words == nil ? 0 : 1))
    if let words { #expect(found.first?.hasSuffix(", \(words).") == true) }
  }

  @Test("A certificate further up the chain that ends is named")
  func chainEndingSoon() {
    let chain = [Samples.certificate(), Samples.certificate(days: 3, subject: "CN=Middle")]
    #expect(
      warnings(Samples.connected(certificates: chain), Samples.target(.verifyIdentity)) == [
        "The certificate CN=Middle of the server's chain ends on 2026-09-04, in 3 days."
      ])
  }

  @Test("Preferred on an engine without a fallback", arguments: Engine.allCases)
  func noFallback(engine: Engine) {
    let found = warnings(Samples.failed(.closed), Samples.target(.preferred, engine: engine))
    let expected = !engine.traits.fallsBackToPlain && engine.traits.defaultMode != nil
    #expect(
      found
        == (expected
          ? [
            "The driver for \(engine.traits.displayName) has no TLS fallback: Preferred behaves the same as Required."
          ]
          : []))
  }

  @Test("On a Unix socket there is nothing to fall back from")
  func noFallbackOnASocket() {
    let target = Samples.target(.preferred, engine: .redis, host: "/run/redis.sock")
    #expect(warnings(Samples.failed(.closed), target) == [])
  }

  @Test("A user without a password was nobody to the server")
  func userNotUsed() {
    let observation = Samples.failed(.closed) { $0.remarks = [.userNotUsed] }
    #expect(
      warnings(observation, Samples.target(.disabled, engine: .redis)) == [
        "No password was given, so the login was the server's default user's, not that of “alice”."
      ])
  }

  @Test("The session of somebody else")
  func otherUser() {
    let observation = Samples.connected {
      $0.outcome = .connected(Session(user: "de\u{1b}fault"))
    }
    let target = Samples.target(.verifyIdentity, engine: .clickhouse)
    let report = Samples.report(observation, target)
    #expect(
      report.warnings == [
        "The server calls this session's user “de\\u{1b}fault”: the login as “alice” was not used, or something on the way put another in its place."
      ])
    #expect(report.user == "de\\u{1b}fault")
    #expect(report.text(TextStyle()).contains("user de\\u{1b}fault"))
    #expect(!report.text(TextStyle()).contains("user alice"))
  }

  @Test("Keys, clear passwords and the fallback, each once")
  func remarks() {
    let observation = Samples.failed(.serverReported, at: .auth) {
      $0.fallback = Fallback(
        reason: ConnectionFailure(
          stage: .tls, event: .alert(TLSAlert(code: 40, received: true, beforeServerHello: true))))
      $0.remarks = [
        .keyReadableByOthers(path: "/k"), .keyReadableByOthers(path: "/k"), .passwordMaybeSentInClear,
      ]
    }
    #expect(
      warnings(observation, Samples.target(.preferred)) == [
        "Preferred went on in plain text: the server sent the TLS alert 40 (handshake_failure). Required (--ssl required) would refuse that.",
        "The password went over a connection that is not encrypted, maybe in clear text.",
        "Other users can read the client key /k; chmod 600 keeps it yours.",
      ])
  }

  @Test("What a server says without end is told in part")
  func manyNotices() {
    let texts = ["a"] + (1...25).map { "notice \($0)" } + ["a", String(repeating: "é", count: 3_000)]
    let observation = Samples.failed(.closed, at: .auth) { $0.remarks = texts.map { .serverNotice($0) } }
    let warnings = warnings(observation, Samples.target(.disabled, engine: .cassandra))
    #expect(warnings.count == 21)
    #expect(warnings.last == "The server says more: 7 further warnings are not shown.")
    let long = Samples.failed(.closed, at: .auth) { $0.remarks = [.serverNotice(texts.last ?? "")] }
    let shown = self.warnings(long, Samples.target(.disabled, engine: .cassandra)).first
    #expect(shown == "The server says: \(String(repeating: "é", count: 2_000))…")
  }

  @Test func whatALoginDoesNotProve() {
    let observation = Samples.connected {
      $0.remarks = [.passwordNotProven("a.Transitional"), .identityWithheld(table: "system.local")]
    }
    let warnings = warnings(observation, Samples.target(.disabled, engine: .cassandra))
    #expect(warnings.contains { $0.contains("(a.Transitional) lets wrong passwords in too") })
    #expect(warnings.contains { $0.contains("may not read system.local") })
  }
}
