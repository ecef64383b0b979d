import ConnectCore
import Testing

@Suite("From an event to its cause")
struct GenericRulesTests {
  static let foreign = ForeignAnswer(protocolName: "HTTP", bytes: Array("HTTP/1.1".utf8))

  static let plain: [(FailureEvent, ConnectionStage, Cause)] = [
    (.nameNotResolved("Name or service not known"), .resolve, .nameResolutionFailed),
    (.refused(errno: 111), .connect, .connectionRefused),
    (.unreachable(errno: 113), .connect, .networkUnreachable),
    (.timedOut, .connect, .timedOut), (.timedOut, .auth, .timedOut),
    (.closed, .tls, .connectionLost), (.reset(errno: 104), .auth, .connectionLost),
    (.tlsNotOffered, .tls, .serverLacksTLS),
    (.foreignAnswer(foreign), .connect, .wrongProtocol), (.notTLS(foreign), .tls, .wrongProtocol),
    (.certificateRefused, .tls, .untrustedCertificate),
    (.serverReported, .auth, .other), (.other("odd"), .auth, .other),
  ]

  @Test("without TLS", arguments: plain)
  func events(event: FailureEvent, stage: ConnectionStage, cause: Cause) {
    #expect(Samples.diagnosis(Samples.failed(event, at: stage), Samples.target())?.cause == cause)
  }

  @Test(
    "of a file",
    arguments: [
      ("--ssl-ca", FileFault.Problem.missing, Cause.caFileUnreadable),
      ("--ssl-ca", .notPEM, .caFileUnreadable), ("--ssl-crl", .unreadable, .caFileUnreadable),
      ("--ssl-cert", .missing, .clientKeyInvalid), ("--ssl-key", .keyMismatch, .clientKeyInvalid),
      ("--ssl-key", .tooOpen, .clientKeyInvalid), ("--ssl-key", .notPEM, .clientKeyInvalid),
      ("--ssl-key", .passphraseRequired, .clientKeyPassphraseRequired),
      ("--ssl-cert", .passphraseIncorrect, .clientKeyPassphraseIncorrect),
    ])
  func files(option: String, problem: FileFault.Problem, cause: Cause) {
    let fault = FileFault(option: option, path: "/etc/x.pem", problem: problem, detail: "detail")
    let diagnosis = Samples.diagnosis(Samples.failed(.fileUnusable(fault)), Samples.target())
    #expect(diagnosis?.cause == cause)
    #expect(diagnosis?.message.contains("/etc/x.pem") == true)
  }

  /// Number, received, before ServerHello, client certificate requested, sent, cause.
  static let alerts: [(UInt8, Bool, Bool, Bool, Bool, Cause)] = [
    (70, true, true, false, false, .tlsVersionOrCipherMismatch),
    (71, true, true, false, false, .tlsVersionOrCipherMismatch),
    (86, true, true, false, false, .tlsVersionOrCipherMismatch),
    (40, true, true, false, false, .tlsVersionOrCipherMismatch),
    (40, true, false, true, false, .clientCertificateRequired),
    (40, true, false, true, true, .tlsFailureOther),
    (40, true, false, false, false, .tlsFailureOther),
    (116, true, false, true, false, .clientCertificateRequired),
    (116, true, false, false, false, .clientCertificateRequired),
    (42, true, false, true, true, .clientCertificateRejected),
    (43, true, false, true, true, .clientCertificateRejected),
    (44, true, false, true, true, .clientCertificateRejected),
    (45, true, false, true, true, .clientCertificateRejected),
    (46, true, false, true, true, .clientCertificateRejected),
    (48, true, false, true, true, .clientCertificateRejected),
    (49, true, false, true, true, .clientCertificateRejected),
    (42, true, false, true, false, .clientCertificateRequired),
    (42, true, false, false, false, .tlsFailureOther),
    (112, true, true, false, false, .tlsFailureOther), (80, true, false, false, false, .tlsFailureOther),
    (0, true, false, false, false, .connectionLost),
    (70, false, true, false, false, .tlsVersionOrCipherMismatch),
    (40, false, false, false, false, .tlsFailureOther), (48, false, false, false, false, .tlsFailureOther),
  ]

  @Test("of an alert", arguments: alerts.indices)
  func alert(index: Int) {
    let (code, received, early, requested, sent, cause) = Self.alerts[index]
    let alert = TLSAlert(code: code, received: received, beforeServerHello: early)
    let tls = TLSReport(clientCertificateRequested: requested, clientCertificateSent: sent)
    let diagnosis = Samples.diagnosis(Samples.failed(.alert(alert), tls: tls), Samples.target())
    #expect(diagnosis?.cause == cause, "alert \(code)")
    #expect(diagnosis?.notes.contains { $0.contains("alert \(code) (\(alert.name))") } == true)
  }

  @Test("An alert that we sent over the server's certificate has the certificate's cause")
  func ownAlert() {
    let alert = TLSAlert(code: 45, received: false, beforeServerHello: false)
    let tls = Samples.tls(.verifyCA, faults: [Samples.fault(10)])
    #expect(
      Samples.diagnosis(Samples.failed(.alert(alert), tls: tls), Samples.target(.verifyCA))?.cause
        == .certificateExpired)
  }

  @Test(
    "of OpenSSL's words",
    arguments: [
      ("unsupported protocol", Cause.tlsVersionOrCipherMismatch),
      ("no protocols available", .tlsVersionOrCipherMismatch),
      ("no shared cipher", .tlsVersionOrCipherMismatch), ("dh key too small", .tlsVersionOrCipherMismatch),
      ("legacy sigalg disallowed or unsupported", .tlsVersionOrCipherMismatch),
      ("wrong version number", .wrongProtocol), ("http request", .wrongProtocol),
      ("ee key too small", .tlsFailureOther), ("internal error", .tlsFailureOther),
      ("unexpected eof while reading", .connectionLost),
      ("certificate verify failed", .untrustedCertificate),
    ])
  func openSSL(reason: String, cause: Cause) {
    let observation = Samples.failed(.tlsFailed(reason: reason))
    #expect(Samples.diagnosis(observation, Samples.target())?.cause == cause)
  }

  @Test(
    "of a certificate",
    arguments: [
      (Int32(9), Cause.certificateExpired), (10, .certificateExpired), (23, .certificateRevoked),
      (62, .hostnameMismatch), (64, .hostnameMismatch), (18, .untrustedCertificate),
      (19, .untrustedCertificate), (20, .untrustedCertificate), (21, .untrustedCertificate),
      (3, .untrustedCertificate), (66, .untrustedCertificate),
    ])
  func certificate(code: Int32, cause: Cause) {
    let tls = Samples.tls(.verifyIdentity, faults: [Samples.fault(code), Samples.fault(20, depth: 1)])
    let observation = Samples.failed(.certificateRefused, tls: tls)
    #expect(Samples.diagnosis(observation, Samples.target(.verifyIdentity))?.cause == cause)
  }

  @Test("A fault of the name does not count in verify-ca")
  func nameInVerifyCA() {
    let tls = Samples.tls(.verifyCA, faults: [Samples.fault(62), Samples.fault(10, depth: 1)])
    let diagnosis = Samples.diagnosis(
      Samples.failed(.certificateRefused, tls: tls), Samples.target(.verifyCA))
    #expect(diagnosis?.cause == .certificateExpired)
  }

  @Test("An answer tells what a plain client met", arguments: [Engine.redis, .postgres])
  func speaksTLS(engine: Engine) {
    let byAnswer = Samples.failed(.closed, at: .auth, answers: [.speaksTLSDirectly])
    let byBytes = Samples.failed(
      .foreignAnswer(ForeignAnswer(protocolName: "TLS", bytes: [21, 3, 1])), at: .auth)
    let cause: Cause = engine == .redis ? .serverRequiresTLS : .wrongProtocol
    #expect(Samples.diagnosis(byAnswer, Samples.target(.disabled, engine: engine))?.cause == cause)
    #expect(Samples.diagnosis(byBytes, Samples.target(.disabled, engine: engine))?.cause == cause)
  }

  @Test("Silence that a question explains", arguments: [ConnectionStage.tls, .auth])
  func listeners(stage: ConnectionStage) {
    let redis = ForeignAnswer(protocolName: "Redis", bytes: [])
    for event in [FailureEvent.closed, .reset(errno: 104), .timedOut] {
      for answer in [ServerAnswer.speaksTLSDirectly, .isAnother(redis)] {
        let observation = Samples.failed(event, at: stage, answers: [answer])
        #expect(Samples.diagnosis(observation, Samples.target(engine: .postgres))?.cause == .wrongProtocol)
      }
    }
    let observation = Samples.failed(.timedOut, at: stage, answers: [.isAnother(redis)])
    let message = Samples.diagnosis(observation, Samples.target(engine: .postgres))?.message
    #expect(message?.hasPrefix("A Redis server answered") == true, "\(message ?? "")")
  }

  @Test("A file whose end does not come is a matter of time, and is named")
  func endlessFile() {
    let fault = FileFault(option: "--ssl-ca", path: "/run/pipe", problem: .endless, detail: "no end")
    let diagnosis = Samples.diagnosis(Samples.failed(.fileUnusable(fault), at: .tls), Samples.target())
    #expect(diagnosis?.cause == .timedOut)
    #expect(diagnosis?.message.contains("/run/pipe") == true)
  }

  @Test("A server that speaks its protocol in plain text lacks TLS")
  func lacksTLS() {
    let observation = Samples.failed(.notTLS(Self.foreign), answers: [.takesLoginInPlain])
    #expect(Samples.diagnosis(observation, Samples.target(engine: .redis))?.cause == .serverLacksTLS)
  }

  @Test(
    "TLS that stalls or breaks on a port that answers in plain text",
    arguments: [FailureEvent.timedOut, .closed, .reset(errno: 104), .notTLS(foreign)])
  func answersInPlain(event: FailureEvent) {
    let target = Samples.target(.verifyIdentity, engine: .redis)
    let diagnosis = Samples.diagnosis(Samples.failed(event, answers: [.offersNoTLS]), target)
    #expect(diagnosis?.cause == .serverLacksTLS)
    #expect(diagnosis?.recommendedMode == .disabled)
    #expect(
      diagnosis?.notes.contains("Asked in plain text, the server answered: this port has no TLS.") == true,
      "\(diagnosis?.notes ?? [])")
    #expect(Samples.diagnosis(Samples.failed(event), target)?.cause != .serverLacksTLS)
  }

  @Test("Of a login that stalls, the lack of TLS is not the cause")
  func stallsInLogin() {
    let observation = Samples.failed(.timedOut, at: .auth, answers: [.offersNoTLS])
    #expect(Samples.diagnosis(observation, Samples.target(.disabled, engine: .redis))?.cause == .timedOut)
  }

  @Test("The engine's rules are asked for what the server reported, and where there are answers")
  func engineRules() {
    let rules = FixedRules(.tooManyConnections, notes: ["seen by the rule"])
    let reported = Samples.failed(.serverReported, at: .auth)
    let diagnosis = Samples.diagnosis(reported, Samples.target(), rules: rules)
    #expect(diagnosis?.cause == .tooManyConnections)
    #expect(diagnosis?.notes == ["Seen by the rule."])
    #expect(
      Samples.diagnosis(Samples.failed(.closed), Samples.target(), rules: rules)?.cause == .connectionLost)
    let answered = Samples.failed(.closed, answers: [.offersNoTLS])
    #expect(Samples.diagnosis(answered, Samples.target(), rules: rules)?.cause == .tooManyConnections)
  }

  @Test("A connection has no diagnosis")
  func connected() {
    #expect(Samples.diagnosis(Samples.connected(), Samples.target()) == nil)
  }
}
