import ConnectCore
import Foundation
import Testing

@Suite("The text report")
struct TextReportTests {
  @Test("A success tells what was reached and how well protected")
  func success() {
    let report = Samples.report(Samples.connected(), Samples.target(.verifyIdentity))
    #expect(
      report.text(TextStyle()) == """
        PostgreSQL at db.example.com:5432 (192.0.2.7), SSL mode Verify Identity: connected

        Server:      PostgreSQL 15.8
        Login:       user alice, database shop
        Encryption:  TLSv1.3, TLS_AES_256_GCM_SHA384
        Verified:    certificate chain and host name
        Certificate: CN=db.internal, issued by CN=Example CA
                     names db.example.com
                     valid until 2027-03-20, 200 days left
        Time:        12.3 ms (resolve 0.5, connect 1.3, tls 4.0, auth 6.0, query 0.3)

        """)
  }

  @Test("A success in plain text warns and says why")
  func plainSuccess() {
    let observation = Samples.connected(.preferred) {
      $0.encrypted = false
      $0.tls?.handshakeCompleted = false
      $0.fallback = Fallback(reason: ConnectionFailure(stage: .tls, event: .tlsNotOffered))
      $0.remarks = [.passwordSentInClear, .serverNotice("NOTICE:  hello\u{1b}[2J\n")]
    }
    let text = Samples.report(observation, Samples.target(.preferred), warnings: ["From the command line."])
      .text(TextStyle())
    #expect(
      text == """
        PostgreSQL at db.example.com:5432 (192.0.2.7), SSL mode Preferred: connected

        Server:      PostgreSQL 15.8
        Login:       user alice, database shop
        Encryption:  not encrypted (plain text)
        Time:        12.3 ms (resolve 0.5, connect 1.3, tls 4.0, auth 6.0, query 0.3)

        Warning: From the command line.
        Warning: Preferred went on in plain text: the server answered N to SSLRequest (it offers no TLS). Required (--ssl required) would refuse that.
        Warning: The server asked for the password in clear text over a connection that is not encrypted, and got it: anyone on the network path can read it.
        Warning: The server says: NOTICE:  hello\\u{1b}[2J

        """)
  }

  @Test("A test that stops early says how far it came")
  func until() {
    let observation = Samples.connected {
      $0.outcome = .connected(Session())
      $0.stages.removeLast(3)
      $0.encrypted = nil
      $0.tls = nil
    }
    let text = Samples.report(observation, Samples.target { $0.until = .connect }).text(TextStyle())
    #expect(text.contains(": succeeded up to the connection\n"))
    #expect(text.contains("Encryption:  not known"))
    #expect(!text.contains("Login:"))
  }

  @Test("Colour changes nothing but the colour", arguments: [true, false])
  func colour(fails: Bool) {
    let observation = fails ? Samples.failed(.tlsNotOffered) : Samples.connected(.required)
    let report = Samples.report(observation, Samples.target(), expected: .connected)
    let colourful = report.text(TextStyle(color: true))
    #expect(colourful.contains("\u{1b}["))
    #expect(colourful.replacing(/\u{1b}\[[0-9;]*m/, with: "") == report.text(TextStyle()))
  }

  @Test("The chain follows as PEM, also of a failure")
  func certificates() {
    let tls = Samples.tls(.verifyCA, faults: [Samples.fault(20)])
    let report = Samples.report(Samples.failed(.certificateRefused, tls: tls), Samples.target(.verifyCA))
    #expect(
      report.text(TextStyle(showCertificates: true))
        .hasSuffix("\n\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"))
    #expect(!report.text(TextStyle()).contains("BEGIN"))
  }

  @Test("Verbose tells sources, attempts, stages and the chain")
  func verbose() {
    let text = Samples.report(Samples.connected(), Samples.target(.verifyIdentity)).text(
      TextStyle(verbose: true))
    for part in [
      "Sources: engine option, host url, mode env:PGSSLMODE", "Attempt: 192.0.2.7:5432, Verify Identity: ok",
      "Stage: auth ok, 6.0 ms", "Certificate 1: CN=db.internal", "SHA-256 0a0a",
      "server name sent: db.example.com",
    ] {
      #expect(text.contains(part))
    }
  }

  @Test("An expectation that came true or not is said under the headline")
  func expectation() {
    let target = Samples.target()
    let refused = Samples.failed(.refused(errno: 111), at: .connect)
    let met = Samples.report(refused, target, expected: .failure(.connectionRefused))
    #expect(met.text(TextStyle()).contains("\nExpected: connection-refused, and so it ended\n"))
    #expect(met.exitCode == 0)
    let missed = Samples.report(refused, target, expected: .connected)
    #expect(missed.text(TextStyle()).contains("\nExpected: connected, but it ended otherwise\n"))
    #expect(missed.exitCode == 2)
    #expect(Samples.report(refused, target).exitCode == 11)
    #expect(Samples.report(Samples.connected(), target).exitCode == 0)
  }

  @Test("A server's lines cannot pose as ours, and its secrets and controls do not show")
  func forged() {
    let error = ServerError(
      text: "FATAL: hunter22\u{1b}[2J\rx\u{202e}\n\nWarning: none\nServer response: fine\n", origin: .server)
    let observation = Samples.failed(.serverReported, at: .auth, error: error)
    let text = Samples.report(observation, Samples.target()).text(TextStyle())
    #expect(
      text.hasSuffix(
        "\n\nServer response: FATAL: ***\\u{1b}[2J\\rx\\u{202e}\n    \n    Warning: none\n    Server response: fine\n"
      ))
  }

  @Test("A Unix socket is named by its path")
  func socket() {
    let path = "/run/postgresql/.s.PGSQL.5432"
    let socket = Samples.connected {
      $0.host = HostPort(host: "/run/postgresql", port: 5432)
      $0.address = path
      $0.encrypted = false
      $0.tls = nil
    }
    let text = Samples.report(socket, Samples.target(.disabled)).text(TextStyle())
    #expect(text.hasPrefix("PostgreSQL at \(path), SSL mode Disabled: connected\n"))
    #expect(text.contains("Encryption:  not encrypted (Unix socket)"))
    let refused = Samples.failed(.refused(errno: 2), at: .connect) {
      $0.host = HostPort(host: "/run/postgresql", port: 5432)
      $0.address = path
    }
    #expect(
      Samples.report(refused, Samples.target(.disabled)).text(TextStyle())
        .contains("\n\nNo server listens on the Unix socket \(path).\n\n"))
  }

  @Test("A long hostile answer is told whole, in no long time")
  func long() {
    let text = String(repeating: "\u{1b}\n", count: 35_000) + "end"
    let error = ServerError(text: text, origin: .server)
    let observation = Samples.failed(
      .serverReported, at: .auth, error: error, answers: [.refusesInPlain(error)]
    ) {
      $0.remarks = [.serverNotice(text)]
    }
    var output = ""
    let time = processorTime {
      let report = Samples.report(observation, Samples.target())
      output = report.text(TextStyle()) + report.json(showCertificates: false)
    }
    #expect(time < .seconds(2))
    #expect(output.components(separatedBy: "\n    \\u{1b}").count == 35_000)
    #expect(output.contains("\n    end\n"))
  }

  @Test("Nothing from outside carries a secret or a control into any output")
  func everywhere() {
    let evil = "hunter22\u{1b}\u{202e}\n"
    var certificate = Samples.certificate(names: [evil], subject: "CN=\(evil)")
    certificate.issuer = evil
    certificate.signatureAlgorithm = evil
    var tls = Samples.tls(
      .verifyIdentity, faults: [Samples.fault(62, evil), Samples.fault(18, evil)], certificates: [certificate]
    )
    tls.serverName = evil
    tls.cipher = evil
    let error = ServerError(text: evil, sqlState: evil, nativeCode: evil, origin: .library(evil))
    let inner = ConnectionFailure(stage: .auth, event: .other(evil), error: error)
    let target = Samples.target(.verifyIdentity, host: evil) {
      $0.user = evil
      $0.database = evil
      $0.ssl.serverName = evil
      $0.ssl.trust = .file(evil)
    }
    for event in [
      FailureEvent.certificateRefused, .nameNotResolved(evil), .other(evil), .tlsFailed(reason: evil),
      .serverReported,
      .foreignAnswer(ForeignAnswer(protocolName: evil, bytes: Array(evil.utf8))),
      .fileUnusable(FileFault(option: "--ssl-ca", path: evil, problem: .missing, detail: evil)),
      .driverMissing(
        MissingDriver(
          library: evil, debianPackage: "a", homebrewFormula: "b", refusedPath: evil, detail: evil)),
    ] {
      let observation = Samples.failed(
        event, host: evil, error: error,
        answers: [.refusesOverTLS(error), .refusesInPlain(error), .unanswered(evil)], tls: tls
      ) {
        $0.address = evil
        $0.attempts = ["a", evil].map {
          ConnectionAttempt(address: $0, mode: .required, failure: inner, milliseconds: 1)
        }
        $0.remarks = [.serverNotice(evil), .keyReadableByOthers(path: evil), .plainPassFailed(inner)]
        $0.fallback = Fallback(reason: inner)
      }
      let report = Samples.report(
        observation, target, rules: FixedRules(.authenticationFailed, notes: [evil]), warnings: [evil])
      for output in [
        report.text(TextStyle(verbose: true, showCertificates: true)), report.json(showCertificates: true),
      ] {
        #expect(!output.contains("hunter22"))
        #expect(!output.unicodeScalars.contains { $0.value == 0x1b || $0.value == 0x202e })
      }
    }
  }
}
