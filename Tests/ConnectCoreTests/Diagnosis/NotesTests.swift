import ConnectCore
import Testing

@Suite("What was seen")
struct NotesTests {
  private func notes(_ observation: Observation, _ target: ConnectionTarget = Samples.target()) -> [String]? {
    Samples.diagnosis(observation, target)?.notes
  }

  @Test("Each address has its result, where there were several")
  func addresses() {
    func observation(_ addresses: [String]) -> Observation {
      Samples.failed(.refused(errno: 32), at: .connect) {
        $0.attempts = addresses.map {
          ConnectionAttempt(
            address: $0, mode: .required,
            failure: ConnectionFailure(stage: .connect, event: .refused(errno: 32)),
            milliseconds: 1)
        }
      }
    }
    #expect(notes(observation(["[::1]:5432"])) == ["Broken pipe (errno 32)."])
    #expect(
      notes(observation(["[::1]:5432", "127.0.0.1:5432"])) == [
        "[::1]:5432: Broken pipe (errno 32).", "127.0.0.1:5432: Broken pipe (errno 32).",
      ])
  }

  @Test(
    "What answered instead is named, with its first bytes",
    arguments: [
      ("HTTP", "An HTTP server answered; its first bytes: HTTP/1\\r\\n\\x1b\\xff."),
      ("TLS", "A TLS server answered; its first bytes: HTTP/1\\r\\n\\x1b\\xff."),
      ("MySQL", "A MySQL server answered; its first bytes: HTTP/1\\r\\n\\x1b\\xff."),
      ("SMTP or FTP", "An SMTP or FTP server answered; its first bytes: HTTP/1\\r\\n\\x1b\\xff."),
      (nil, "Something else answered; its first bytes: HTTP/1\\r\\n\\x1b\\xff."),
    ] as [(String?, String)])
  func foreign(name: String?, note: String) {
    let answer = ForeignAnswer(protocolName: name, bytes: Array("HTTP/1\r\n\u{1b}".utf8) + [0xff])
    #expect(notes(Samples.failed(.foreignAnswer(answer), at: .connect)) == [note])
  }

  @Test("Of a secret among what is too long to be shown no part is told", arguments: 70...100)
  func secretAtTheEnd(count: Int) throws {
    var target = Samples.target()
    target.password = Secret("pÄss/w9 ö")
    let bytes = [0xff] + Array(repeating: UInt8(ascii: "A"), count: count) + Array("pÄss/w9 ö tail".utf8)
    let events: [FailureEvent] = [
      .foreignAnswer(ForeignAnswer(protocolName: nil, bytes: bytes)),
      .other(String(repeating: "B", count: 1_900) + String(decoding: bytes, as: UTF8.self)),
    ]
    for event in events {
      let note = try #require(notes(Samples.failed(event, at: .connect), target)?.first)
      #expect(!note.contains("p\\xc3") && !note.contains("pÄ") && !note.contains("Ap"), "\(note)")
    }
    let error = ServerError(
      text: String(decoding: bytes, as: UTF8.self), origin: .server, shownCharacters: 96)
    let report = Samples.report(Samples.failed(.serverReported, error: error), target)
    let response = try #require(report.diagnosis?.serverResponse)
    #expect(!response.contains("Ap") && response.unicodeScalars.count <= 97, "\(response)")
  }

  @Test(
    "How each engine says that it has no TLS",
    arguments: [
      (Engine.cockroachdb, "The server answered N to SSLRequest (it offers no TLS)."),
      (.mariadb, "The server offers no TLS (no CLIENT_SSL in its greeting)."),
      (.sqlserver, "The server answered NOT_SUP to PRELOGIN (it offers no TLS)."),
      (.redis, "The server offers no TLS."),
    ])
  func noTLS(engine: Engine, note: String) {
    #expect(notes(Samples.failed(.tlsNotOffered), Samples.target(engine: engine)) == [note])
  }

  @Test("Answers to questions are told")
  func answers() {
    let error = ServerError(text: "FATAL: no, SSL encryption\nmore", origin: .server)
    let all: [ServerAnswer] = [
      .offersNoTLS, .takesLoginOverTLS, .refusesOverTLS(error), .takesLoginInPlain, .refusesInPlain(error),
      .speaksTLSDirectly, .isAnother(ForeignAnswer(recognising: Array("-ERR no".utf8))),
      .unanswered("timed out"),
    ]
    #expect(
      notes(Samples.failed(.serverReported, at: .auth, answers: all)) == [
        "Asked whether it has TLS, the server answered N to SSLRequest (it offers no TLS).",
        "Asked over TLS, the server went on to the login.",
        "Asked over TLS, the server refused too; the server said: FATAL: no, SSL encryption\\nmore.",
        "Asked in plain text, the server went on to the login.",
        "Asked in plain text, the server refused too; the server said: FATAL: no, SSL encryption\\nmore.",
        "The port speaks TLS from the first byte.",
        "Asked in another way, a Redis server answered; its first bytes: -ERR no.",
        "The server was asked what it accepts, without an answer (timed out).",
      ])
  }

  @Test("An alert about the name comes with the name that was sent")
  func serverName() {
    let alert = TLSAlert(code: 112, received: true, beforeServerHello: true)
    var tls = TLSReport(serverName: "db.example.com")
    #expect(
      notes(Samples.failed(.alert(alert), tls: tls)) == [
        "The server sent the TLS alert 112 (unrecognized_name).",
        "The server name (SNI) that was sent: db.example.com.",
      ])
    tls.serverName = nil
    #expect(
      notes(Samples.failed(.alert(alert), tls: tls))?.last
        == "No server name (SNI) was sent, since the host is an address.")
  }

  @Test("A plain pass that failed too is a note")
  func plainPass() {
    let observation = Samples.failed(.tlsNotOffered) {
      $0.remarks = [
        .plainPassFailed(
          ConnectionFailure(
            stage: .auth, event: .serverReported, error: ServerError(text: "FATAL: nope\n", origin: .server)))
      ]
    }
    #expect(
      notes(observation, Samples.target(.preferred))?.last
        == "The attempt in plain text failed too: the server said: FATAL: nope.")
  }

  @Test("A connection that breaks after a client certificate was asked for says so")
  func hiddenRequest() {
    let tls = Samples.tls(.required, completed: true, requested: true)
    #expect(
      notes(Samples.failed(.closed, tls: tls))?.last
        == "The server asked for a client certificate, and none was sent.")
  }
}
