import Foundation
import Testing

@testable import ConnectCore

/// The blocks of docs/troubleshooting.md between `<!-- advice: CAUSE -->` and `<!-- end -->` are what the program
/// says. `make docs` writes them.
@Suite struct TroubleshootingPageTests {
  private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../docs/troubleshooting.md").standardized

  @Test func thePageSaysWhatTheProgramSays() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let wanted = Self.filled(text)
    if ProcessInfo.processInfo.environment["TABLEPRO_CONNECT_WRITE_DOCS"] != nil {
      try wanted.write(to: Self.page, atomically: true, encoding: .utf8)
      return
    }
    #expect(text == wanted, "make docs writes the page anew")
  }

  @Test func everyCauseIsOnThePage() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    for cause in Cause.allCases {
      #expect(text.contains("## \(cause.rawValue)\n"), "\(cause)")
      #expect(text.contains("<!-- advice: \(cause.rawValue) -->"), "\(cause)")
    }
  }

  private static func filled(_ page: String) -> String {
    var parts = page.components(separatedBy: "<!-- advice: ")
    for index in parts.indices.dropFirst() {
      guard let name = parts[index].components(separatedBy: " -->").first, let cause = Cause(rawValue: name),
        let end = parts[index].range(of: "<!-- end -->")
      else { continue }
      parts[index] = "\(name) -->\n\(block(for: cause))\n" + parts[index][end.lowerBound...]
    }
    return parts.joined(separator: "<!-- advice: ")
  }

  private static func block(for cause: Cause) -> String {
    let (mode, event, tls) = sample(of: cause)
    let target = Samples.target(mode)
    let observation = Samples.failed(event, tls: tls)
    let failure = ConnectionFailure(stage: .tls, event: event)
    let context = FailureContext(
      target: target, observation: observation, failure: failure, finding: Finding(cause: cause))
    let advice = Advice(for: cause, in: context)
    let lines = ([advice.message, ""] + advice.suggestion.components(separatedBy: "\n")).map {
      $0.isEmpty ? ">" : "> \($0)"
    }
    return """
      Exit code \(cause.exitCode). In mode \(mode.rawValue) the report says:

      \(lines.joined(separator: "  \n").replacingOccurrences(of: ">  \n", with: ">\n"))

      """
  }

  /// A situation in which the cause is typical.
  private static func sample(of cause: Cause) -> (SSLMode, FailureEvent, TLSReport?) {
    func refused(_ mode: SSLMode, _ code: Int32, _ reason: String) -> (SSLMode, FailureEvent, TLSReport?) {
      (
        mode, .certificateRefused,
        Samples.tls(mode, faults: [CertificateFault(code: code, depth: 0, reason: reason)])
      )
    }
    func file(_ option: String, _ path: String, _ problem: FileFault.Problem, _ mode: SSLMode)
      -> (SSLMode, FailureEvent, TLSReport?)
    {
      (mode, .fileUnusable(FileFault(option: option, path: path, problem: problem, detail: "")), nil)
    }
    switch cause {
    case .nameResolutionFailed: return (.required, .nameNotResolved("Name or service not known"), nil)
    case .connectionRefused: return (.required, .refused(errno: 111), nil)
    case .networkUnreachable: return (.required, .unreachable(errno: 101), nil)
    case .timedOut: return (.required, .timedOut, nil)
    case .connectionLost: return (.required, .closed, nil)
    case .wrongProtocol:
      return (.required, .foreignAnswer(ForeignAnswer(recognising: Array("HTTP/1.1".utf8))), nil)
    case .serverRequiresTLS: return (.disabled, .serverReported, nil)
    case .serverLacksTLS: return (.required, .tlsNotOffered, nil)
    case .untrustedCertificate:
      return refused(.verifyIdentity, 20, "unable to get local issuer certificate")
    case .certificateExpired: return refused(.verifyIdentity, 10, "certificate has expired")
    case .certificateRevoked: return refused(.verifyIdentity, 23, "certificate revoked")
    case .hostnameMismatch: return refused(.verifyIdentity, 62, "hostname mismatch")
    case .clientKeyPassphraseRequired: return file("--ssl-key", "client.key", .passphraseRequired, .required)
    case .clientKeyPassphraseIncorrect:
      return file("--ssl-key", "client.key", .passphraseIncorrect, .required)
    case .clientKeyInvalid: return file("--ssl-key", "client.key", .keyMismatch, .required)
    case .caFileUnreadable: return file("--ssl-ca", "ca.pem", .missing, .verifyCA)
    case .driverMissing:
      let missing = MissingDriver(
        library: "libpq", debianPackage: "libpq5", homebrewFormula: "libpq", detail: "not found")
      return (.required, .driverMissing(missing), nil)
    case .clientCertificateRequired, .clientCertificateRejected, .tlsVersionOrCipherMismatch:
      let alert = TLSAlert(code: 70, received: true, beforeServerHello: true)
      return (.required, .alert(alert), nil)
    case .tlsFailureOther: return (.required, .tlsFailed(reason: "internal error"), nil)
    case .other, .authenticationFailed, .databaseNotFound, .accessDenied, .tooManyConnections,
      .serverNotReady, .nativeEncryptionRequired:
      return (.required, .serverReported, nil)
    }
  }
}
