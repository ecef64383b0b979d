import ConnectCore
import Testing

@Suite("What to do about a cause")
struct AdviceTests {
  private func diagnose(
    _ cause: Cause, _ mode: SSLMode, engine: Engine = .postgres, known: SSLMode? = nil,
    change: (inout ConnectionTarget) -> Void = { _ in }
  ) -> Diagnosis? {
    Samples.diagnosis(
      Samples.failed(.serverReported, at: .auth), Samples.target(mode, engine: engine, change: change),
      rules: FixedRules(cause, mode: known))
  }

  @Test("Every cause has a message and a suggestion in every mode", arguments: Cause.allCases)
  func complete(cause: Cause) throws {
    for mode in SSLMode.allCases {
      let diagnosis = try #require(diagnose(cause, mode))
      #expect(diagnosis.cause == cause)
      #expect(diagnosis.message.hasSuffix("."))
      #expect(!diagnosis.suggestion.isEmpty)
      #expect(!diagnosis.message.contains("  ") && !diagnosis.suggestion.contains("  "))
      for character in diagnosis.message.prefix(1) + diagnosis.suggestion.prefix(1) {
        #expect(character.isUppercase)
      }
      if let recommended = diagnosis.recommendedMode {
        #expect(diagnosis.suggestion.contains("--ssl \(recommended.rawValue)"))
        #expect(diagnosis.suggestion.contains(recommended.displayName))
      }
    }
  }

  @Test(
    "A mode is recommended where the contract's table has one, and nowhere else", arguments: Cause.allCases)
  func recommended(cause: Cause) {
    for mode in SSLMode.allCases {
      let expected: SSLMode? =
        switch cause {
        case .serverRequiresTLS, .nativeEncryptionRequired: max(.required, mode)
        case .serverLacksTLS: .preferred
        case .untrustedCertificate: mode
        case .hostnameMismatch: .verifyCA
        case .clientCertificateRequired: mode == .disabled ? .required : nil
        default: nil
        }
      #expect(diagnose(cause, mode)?.recommendedMode == expected, "\(mode)")
    }
  }

  @Test("Without a fallback Preferred is no way on", arguments: SSLMode.allCases)
  func noFallback(mode: SSLMode) {
    let diagnosis = diagnose(.serverLacksTLS, mode, engine: .redis)
    #expect(diagnosis?.recommendedMode == .disabled)
    #expect(diagnosis?.suggestion.contains("Nothing is encrypted then") == true)
  }

  @Test("That plain text failed too is said only where it was tried")
  func plainTextWasTried() throws {
    func diagnosis(until: ConnectionStage, _ remarks: [Remark] = []) throws -> Diagnosis {
      let observation = Samples.failed(.tlsNotOffered) { $0.remarks = remarks }
      return try #require(Samples.diagnosis(observation, Samples.target(.preferred) { $0.until = until }))
    }
    let untried = try diagnosis(until: .tls)
    #expect(untried.cause == .serverLacksTLS && untried.recommendedMode == .preferred)
    #expect(untried.message == "The server does not offer TLS, so --until tls cannot be reached.")
    #expect(untried.suggestion.contains("Preferred would go on in plain text"))
    #expect(untried.suggestion.contains("can read and change what is sent"))
    #expect(untried.suggestion.hasSuffix("--ssl preferred --until auth (or query), instead of --until tls"))
    #expect(!untried.suggestion.contains("--ssl disabled") && !untried.message.contains("failed too"))

    let failure = ConnectionFailure(stage: .auth, event: .closed)
    let tried = try diagnosis(until: .query, [.plainPassFailed(failure)])
    #expect(tried.message == "The server does not offer TLS, and the attempt in plain text failed too.")
    #expect(tried.recommendedMode == nil)
  }

  @Test("A weaker mode is not recommended for a stage that it does not reach", arguments: SSLMode.allCases)
  func weakerModeUntilTLS(mode: SSLMode) throws {
    for engine in [Engine.postgres, .redis] where mode != .disabled {
      let suggestion = try #require(
        diagnose(.serverLacksTLS, mode, engine: engine) { $0.until = .tls }?.suggestion)
      #expect(suggestion.contains("--until auth"))
    }
  }

  /// What became of the plain pass of Preferred, where the server takes the login only without TLS.
  private func onlyInPlain(
    _ cause: Cause, _ text: String, answers: [ServerAnswer] = [.takesLoginInPlain], asked: Bool = true,
    origin: ServerError.Origin = .server, password: String? = "hunter22"
  ) throws -> Diagnosis {
    let refusal = ServerError(
      text: "FATAL: no pg_hba.conf entry for host, SSL encryption", origin: .server)
    let plain = ConnectionFailure(
      stage: .auth, event: .serverReported, error: ServerError(text: text, origin: origin),
      credentialsRequested: asked)
    let observation = Samples.failed(.serverReported, at: .auth, error: refusal, answers: answers) {
      $0.remarks = [.plainPassFailed(plain)]
    }
    let rules = RulesByText([refusal.text: .accessDenied, text: cause])
    return try #require(
      Samples.diagnosis(observation, Samples.target(.preferred, password: password), rules: rules))
  }

  @Test(
    "A login that is taken only in plain text, and failed there, is mended there",
    arguments: [
      (
        Cause.authenticationFailed, "FATAL: password authentication failed",
        "The server rejected the login of user “alice”.", "--user USER --password SOURCE"
      ),
      (
        .databaseNotFound, "FATAL: database does not exist", "The server has no database named “shop”.",
        "--database NAME"
      ),
      (
        .tooManyConnections, "FATAL: too many", "The server has no free connection for user “alice”.",
        "the same command, later"
      ),
      (.other, "FATAL: out of cheese", "for a reason that TablePro has no name for.", "--verbose"),
    ])
  func mendedInPlainText(cause: Cause, text: String, message: String, option: String) throws {
    let diagnosis = try onlyInPlain(cause, text)
    #expect(diagnosis.cause == .accessDenied && diagnosis.recommendedMode == nil)
    let opening =
      "The server takes this login only without TLS, and Preferred went on in plain text, as it should. "
    #expect(diagnosis.message.hasPrefix(opening) && diagnosis.message.hasSuffix(message))
    #expect(diagnosis.suggestion.contains(option))
    for word in ["administrator", "SSL mode", "Disabled", "--ssl", "server response"] {
      #expect(!diagnosis.suggestion.contains(word), "\(diagnosis.suggestion)")
    }
    #expect(
      diagnosis.notes == [
        "In plain text the server went on to the login, which failed; the server said: \(text)."
      ])
  }

  @Test(
    "A plain pass that asked for a password that was not given shows that the login is taken in plain text")
  func noPasswordInPlainText() throws {
    let diagnosis = try onlyInPlain(
      .authenticationFailed, "fe_sendauth: no password supplied", answers: [], origin: .library("libpq"),
      password: nil)
    #expect(
      diagnosis.message.hasSuffix("The server rejected the login of user “alice”: no password was given."))
    #expect(diagnosis.notes.last == "No password was given.")
    #expect(diagnosis.recommendedMode == nil)
  }

  @Test("A plain pass that was refused too leaves no mode")
  func refusedInPlainTextToo() throws {
    let text = "FATAL: no pg_hba.conf entry for host, no encryption"
    let refusal = ServerError(text: text, origin: .server)
    let diagnosis = try onlyInPlain(
      .accessDenied, text, answers: [.refusesInPlain(refusal)], asked: false)
    #expect(diagnosis.message.hasSuffix("from this computer."))
    #expect(diagnosis.suggestion.contains("Another SSL mode does not help."))
    #expect(diagnosis.notes == ["The attempt in plain text failed too: the server said: \(text)."])
  }

  @Test("A weaker mode comes with what it loses")
  func losses() {
    #expect(
      diagnose(.serverLacksTLS, .verifyCA)?.suggestion.contains("can read and change what is sent") == true)
    #expect(
      diagnose(.accessDenied, .required, known: .disabled)?.suggestion.contains("Nothing is encrypted then")
        == true)
    #expect(diagnose(.hostnameMismatch, .verifyIdentity)?.suggestion.contains("can pose as this one") == true)
    #expect(diagnose(.serverRequiresTLS, .disabled)?.suggestion.contains("then:") == false)
  }

  @Test("A mode that a rule knows is recommended, with its option")
  func known() {
    let denied = diagnose(.accessDenied, .preferred, known: .disabled)
    #expect(denied?.recommendedMode == .disabled)
    #expect(denied?.suggestion.hasSuffix("On the command line: --ssl disabled") == true)
    let login = diagnose(.authenticationFailed, .disabled, known: .required)
    #expect(login?.recommendedMode == .required)
    #expect(login?.suggestion.contains("set Mode to Required.") == true)
    #expect(login?.suggestion.contains("On the command line: --ssl required --user") == true)
  }

  @Test("The name in the certificate is named, unless it could be a command")
  func serverName() {
    func suggestion(_ names: [String], subject: String = "CN=db.internal,O=Example") -> String? {
      let certificate = Samples.certificate(names: names, subject: subject)
      let tls = Samples.tls(.verifyIdentity, faults: [Samples.fault(62)], certificates: [certificate])
      let observation = Samples.failed(.certificateRefused, tls: tls)
      return Samples.diagnosis(observation, Samples.target(.verifyIdentity))?.suggestion
    }
    #expect(
      suggestion(["*.a.example", "b.example"])?.contains("--server-name b.example, or else --ssl verify-ca")
        == true)
    #expect(suggestion(["192.0.2.1", "::1", "b.example"])?.contains("--server-name b.example,") == true)
    #expect(suggestion(["192.0.2.1"])?.contains("--server-name 192.0.2.1,") == true)
    #expect(suggestion(["*.a.example"])?.contains("--server-name NAME,") == true)
    #expect(suggestion([])?.contains("--server-name db.internal,") == true)
    #expect(suggestion(["x;reboot", "$(id)", "-x", ""])?.contains("--server-name NAME,") == true)
    #expect(suggestion([], subject: "O=Example")?.contains("--server-name NAME,") == true)
  }

  @Test("A name is not the only thing wrong: verify-ca would fail too")
  func nameAndChain() {
    let tls = Samples.tls(.verifyIdentity, faults: [Samples.fault(62), Samples.fault(10, depth: 1)])
    let diagnosis = Samples.diagnosis(
      Samples.failed(.certificateRefused, tls: tls), Samples.target(.verifyIdentity))
    #expect(diagnosis?.cause == .hostnameMismatch)
    #expect(diagnosis?.recommendedMode == nil)
    #expect(diagnosis?.suggestion.contains("verify-ca") == false)
    #expect(diagnosis?.notes.contains { $0.hasPrefix("Also: ") } == true)
  }

  @Test("A certificate that a given CA file does not cover is not blamed on the system's trust store")
  func givenCA() {
    let tls = Samples.tls(.verifyCA, faults: [Samples.fault(20)])
    let target = Samples.target(.verifyCA) { $0.ssl.trust = .file("/etc/ca.pem") }
    let diagnosis = Samples.diagnosis(Samples.failed(.certificateRefused, tls: tls), target)
    #expect(diagnosis?.message == "The server uses a certificate that isn't trusted by /etc/ca.pem.")
  }

  @Test("Faults of revocation lists lead to --ssl-crl", arguments: [Int32(3), 11, 12, 33])
  func revocationList(code: Int32) {
    let tls = Samples.tls(.verifyCA, faults: [Samples.fault(code, "CRL has expired")])
    let target = Samples.target(.verifyCA) { $0.ssl.crlFile = "/etc/crl.pem" }
    let diagnosis = Samples.diagnosis(Samples.failed(.certificateRefused, tls: tls), target)
    #expect(diagnosis?.message.contains("/etc/crl.pem") == true)
    #expect(diagnosis?.suggestion.contains("--ssl verify-ca --ssl-crl FILE") == true)
  }

  @Test(
    "Expired and not yet valid are told apart, with the day",
    arguments: [(Int32(10), "ended on 2026-08-29"), (9, "begins on 2026-08-31")])
  func days(code: Int32, words: String) {
    let certificate = Samples.certificate(days: -3)
    let tls = Samples.tls(.verifyCA, faults: [Samples.fault(code)], certificates: [certificate])
    let diagnosis = Samples.diagnosis(
      Samples.failed(.certificateRefused, tls: tls), Samples.target(.verifyCA))
    #expect(diagnosis?.message.contains(words) == true)
  }

  @Test(
    "A version that the server does not reach is named, and the lowest has no remedy but the server",
    arguments: [
      (TLSVersion.tls13, "--tls-min 1.2" as String?), (.tls12, "--tls-min 1.0"), (.tls11, "--tls-min 1.0"),
      (.tls10, nil),
    ])
  func version(minimum: TLSVersion, option: String?) {
    let alert = TLSAlert(code: 70, received: true, beforeServerHello: true)
    let diagnosis = Samples.diagnosis(
      Samples.failed(.alert(alert)), Samples.target { $0.ssl.minimumVersion = minimum })
    #expect(diagnosis?.suggestion.hasPrefix("Update the server") == true)
    #expect(
      option.map { diagnosis?.suggestion.contains($0) == true }
        ?? (diagnosis?.suggestion.contains("--tls-min") == false))
  }

  @Test("A missing driver names the packages, and a refused one its file")
  func driver() {
    var missing = MissingDriver(
      library: "libpq", debianPackage: "libpq5", homebrewFormula: "libpq", detail: "libpq.so.5: cannot open")
    func diagnosis() -> Diagnosis? {
      Samples.diagnosis(Samples.failed(.driverMissing(missing), at: .connect), Samples.target())
    }
    #expect(diagnosis()?.suggestion.contains("apt install libpq5") == true)
    #expect(diagnosis()?.suggestion.contains("brew install libpq") == true)
    #expect(diagnosis()?.notes == ["The loader said: libpq.so.5: cannot open"])
    missing.refusedPath = "/opt/x/libpq.so.5"
    #expect(diagnosis()?.message.contains("/opt/x/libpq.so.5") == true)
    #expect(diagnosis()?.message.contains("built with another OpenSSL") == true)
    missing.refusal = "file too short"
    missing.notes = ["x is not an absolute path"]
    #expect(diagnosis()?.message == "The client library /opt/x/libpq.so.5 cannot be used: file too short.")
    #expect(diagnosis()?.notes.last == "X is not an absolute path.")
  }

  @Test("That no mode helps is said only if the server was asked")
  func noModeHelps() {
    func suggestion(_ answers: [ServerAnswer]) -> String? {
      let observation = Samples.failed(.serverReported, at: .auth, answers: answers)
      return Samples.diagnosis(observation, Samples.target(.disabled), rules: FixedRules(.accessDenied))?
        .suggestion
    }
    let words = "Another SSL mode does not help."
    #expect(suggestion([.refusesOverTLS(ServerError(text: "no", origin: .server))])?.contains(words) == true)
    #expect(suggestion([.offersNoTLS])?.contains(words) == true)
    #expect(suggestion([])?.contains(words) == false)
    #expect(suggestion([.unanswered("timed out")])?.contains(words) == false)
  }

  @Test("No password is not a wrong password")
  func noPassword() {
    let without = Samples.diagnosis(
      Samples.failed(.serverReported, at: .auth), Samples.target(password: nil),
      rules: FixedRules(.authenticationFailed))
    #expect(without?.notes == ["No password was given."])
    #expect(without?.message == "The server rejected the login of user “alice”: no password was given.")
    let empty = Samples.diagnosis(
      Samples.failed(.serverReported, at: .auth), Samples.target(password: ""),
      rules: FixedRules(.authenticationFailed))
    #expect(empty?.notes == [])
    #expect(empty?.message == "The server rejected the login of user “alice”.")
  }
}
