/// How the notes put what was observed: the start of a sentence's second half, without a full stop.
struct EventWords {
  let clean: Sanitiser
  let engine: Engine

  /// `the server sent the TLS alert 48 (unknown_ca)`, `connection refused (errno 111)` …
  func words(for failure: ConnectionFailure) -> String {
    switch failure.event {
    case .nameNotResolved(let words): "the name has no address (\(clean.line(words)))"
    case .refused(let number), .unreachable(let number), .reset(let number):
      SystemErrorNames.words(for: number)
    case .timedOut: "no answer in time \(Self.place(of: failure.stage))"
    case .closed: "the server closed the connection \(Self.place(of: failure.stage))"
    case .tlsNotOffered: "the server \(noTLS)"
    case .tlsDemanded(let answer), .tlsNotAgreed(let answer): "the server \(clean.line(answer))"
    case .instanceNotFound(let reason): clean.line(reason)
    case .foreignAnswer(let answer): words(forAnswer: answer)
    case .certificateRefused: "the server's certificate was refused"
    case .alert(let alert):
      "\(alert.received ? "the server" : "this client") sent the TLS alert \(alert.code) (\(alert.name))"
    case .tlsFailed(let reason): "the TLS handshake failed (OpenSSL: \(clean.line(reason)))"
    case .notTLS(let answer): "\(who(answer)) answered the TLS handshake\(said(answer))"
    case .serverReported: failure.error.map { quote($0) } ?? "the server reported an error"
    case .fileUnusable(let fault): "reading \(clean.line(fault.path)): \(clean.line(fault.detail))"
    case .databaseFile(let fault): clean.line(fault.detail)
    case .driverMissing(let missing): clean.line(missing.detail)
    case .other(let words): clean.line(words).cut(to: 2_000)
    }
  }

  /// `an HTTP server answered; its first bytes: …`
  func words(forAnswer answer: ForeignAnswer) -> String { "\(who(answer)) answered\(said(answer))" }

  /// As a sentence of its own.
  func sentence(for failure: ConnectionFailure) -> String { Self.sentence(words(for: failure)) }

  /// The words of a server or library, named and on one line.
  func quote(_ error: ServerError) -> String {
    let text = clean.line(error.text.trimmingLineEnds()).cut(to: error.shownCharacters ?? .max)
    return switch error.origin {
    case .server: "the server said: \(text)"
    case .library(let name): "\(clean.line(name)) said: \(text)"
    }
  }

  /// How this engine's servers say that they have no TLS.
  var noTLS: String {
    switch engine {
    case .postgres, .redshift, .cockroachdb: "answered N to SSLRequest (it offers no TLS)"
    case .mysql, .mariadb: "offers no TLS (no CLIENT_SSL in its greeting)"
    case .sqlserver: "answered NOT_SUP to PRELOGIN (it offers no TLS)"
    default: "offers no TLS"
    }
  }

  /// `An HTTP server`, `Something else`.
  func who(_ answer: ForeignAnswer) -> String {
    guard let name = answer.protocolName else { return "something else" }
    // Initials are spelled out, and some of their letters begin with a vowel: an HTTP, a TLS server.
    let first = name.prefix(while: { $0 != " " })
    let spelledOut = first.uppercased() == first
    let vowels = spelledOut ? "AEFHILMNORSX" : "AEIOaeio"
    let article = name.first.map(vowels.contains) == true ? "an" : "a"
    return "\(article) \(clean.line(name)) server"
  }

  private func said(_ answer: ForeignAnswer) -> String {
    guard !answer.bytes.isEmpty else { return "" }
    // Byte by byte, since what is not text must not be repaired into something that it was not.
    var shown = ""
    for byte in clean.bytes(answer.bytes).prefix(ForeignAnswer.shownBytes) {
      switch byte {
      case 0x20...0x7e: shown.unicodeScalars.append(Unicode.Scalar(byte))
      case 0x0a: shown += "\\n"
      case 0x0d: shown += "\\r"
      default: shown += "\\x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return "; its first bytes: \(clean.line(shown))"
  }

  private static func place(of stage: ConnectionStage) -> String {
    switch stage {
    case .resolve: "while the name was resolved"
    case .connect: "while connecting"
    case .tls: "during the TLS handshake"
    case .auth: "during the login"
    case .query: "after the login"
    }
  }

  /// With a capital and a full stop; the first letter alone changes.
  static func sentence(_ words: String) -> String {
    capitalised(words.hasSuffix(".") ? words : words + ".")
  }

  static func capitalised(_ words: String) -> String { words.prefix(1).uppercased() + words.dropFirst() }
}

extension String {
  /// Without the line breaks and spaces that libraries put at the end of their messages.
  func trimmingLineEnds() -> String {
    guard let last = utf8.lastIndex(where: { $0 != 0x0a && $0 != 0x0d && $0 != 0x20 }) else { return "" }
    return String(self[...last])
  }
}
