import ConnectCore
import Testing
import Transport

@testable import SQLServerDriver

@Suite struct SSLPolicyTests {
  @Test(arguments: [
    (SSLMode.disabled, UInt8(2)), (.preferred, 1), (.required, 1), (.verifyCA, 1), (.verifyIdentity, 1),
  ]) func whatTheClientSays(mode: SSLMode, value: UInt8) {
    #expect(SQLServerSSLPolicy.firstPass(mode).encryption == value)
  }

  /// The table of MS-TDS section 2.2.6.5, and every other answer.
  @Test func everyAnswer() {
    for answer in UInt8.min...UInt8.max {
      let encrypted = SQLServerSSLPolicy.decision(.encrypted, answer: answer)
      let plain = SQLServerSSLPolicy.decision(.plain, answer: answer)
      switch answer {
      case 0:
        #expect(encrypted.isFailure { if case .tlsNotAgreed = $0 { true } else { false } })
        #expect(plain.isFailure { if case .tlsDemanded = $0 { true } else { false } })
      case 1, 3:
        #expect(encrypted == .encrypt)
        #expect(plain.isFailure { if case .tlsDemanded = $0 { true } else { false } })
      case 2:
        #expect(encrypted == .fail(.tlsNotOffered))
        #expect(plain == .goOnInPlain)
      default:
        for decision in [encrypted, plain] {
          #expect(decision.isFailure { if case .tlsNotAgreed = $0 { true } else { false } })
        }
      }
    }
  }

  @Test func onlyNoTLSLetsPreferredGoOn() {
    let events: [FailureEvent] = [
      .closed, .reset(errno: 104), .timedOut, .certificateRefused, .tlsFailed(reason: "x"), .serverReported,
      .notTLS(ForeignAnswer(recognising: [])), .tlsNotAgreed("x"), .tlsDemanded("x"),
      .alert(TLSAlert(code: 70, received: true, beforeServerHello: true)),
    ]
    for event in events {
      #expect(
        !SQLServerSSLPolicy.mayGoOnInPlain(after: ConnectionFailure(stage: .tls, event: event)), "\(event)")
    }
    #expect(SQLServerSSLPolicy.mayGoOnInPlain(after: ConnectionFailure(stage: .tls, event: .tlsNotOffered)))
  }

  /// What db-lib falls back to when it does not find its configuration.
  @Test func theSectionIsNobodysName() {
    let found = NameResolver.addresses(
      of: PrivateConfiguration.section, port: 1433, family: .any, deadline: Deadline(seconds: 10))
    guard case .failure = found else {
      Issue.record("\(found)")
      return
    }
  }

  /// db-lib is told of no encryption, and of the one version that has no password in readable ASCII.
  @Test func theConfigurationHasNothingOfTheUsers() {
    let text = PrivateConfiguration.text(port: 4711, seconds: 13)
    #expect(text.contains("encryption = off") && text.contains("tds version = 7.4"))
    #expect(text.contains("host = 127.0.0.1") && text.contains("port = 4711"))
    #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count < 255 })
  }
}

extension SQLServerSSLPolicy.Decision {
  fileprivate func isFailure(_ matches: (FailureEvent) -> Bool) -> Bool {
    if case .fail(let event) = self { matches(event) } else { false }
  }
}
