#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// What a test has to say, before it is rendered. Every string in it is clean: whoever renders one cannot
/// leak a secret or pass on a terminal control.
package struct Report: Codable, Equatable, Sendable {
  package var engine: Engine
  /// nil, as the port, for an engine that opens a file.
  package var host: String?
  package var port: UInt16?
  /// `ip:port`, `[ip]:port`, the socket's path, or the file's with every link followed; nil if it never came to one.
  package var address: String?
  package var database: String?
  package var user: String?
  /// Whether `user` is whom the client certificate names, and the login was its.
  package var loginIsCertificates: Bool
  package var sources: Sources
  package var ssl: SSL
  /// Who answered; nil if the server did not say or the test stopped before.
  package var server: ServerIdentity?
  package var tls: TLS?
  package var attempts: [Attempt]
  package var stages: [StageTiming]
  /// Of all tries and the pauses between them; `attempts` and `stages` are those of the reported try.
  package var elapsedMilliseconds: Double
  /// How often it was tried (`--wait`); nil without it.
  package var tries: Int?
  /// What the reader should know even if all went well, a sentence or two each.
  package var warnings: [String]
  package var expected: Expectation?
  /// nil if and only if it connected.
  package var diagnosis: Problem?
  /// When the test was made; certificates' days are counted from here.
  package var date: Date

  package var ok: Bool { diagnosis == nil }

  /// Whether the test ended as `--expect` says; nil without it.
  package var asExpected: Bool? { expected?.isMet(by: diagnosis?.cause) }

  /// The process's exit code: the cause's, or with `--expect` 0 or 2.
  package var exitCode: Int32 {
    if let asExpected { return asExpected ? 0 : 2 }
    return diagnosis?.cause.exitCode ?? 0
  }
}

extension Report {
  /// Where the parts of the target came from: `option`, `url`, `env:NAME` or `default`.
  package struct Sources: Codable, Equatable, Sendable {
    package var engine: String
    package var host: String
    package var mode: String
  }

  /// What was asked for, and what came of it.
  package struct SSL: Codable, Equatable, Sendable {
    /// nil: the engine opens a file, and there is nothing to encrypt.
    package var requested: SSLMode?
    /// nil: the test never got far enough to be either, or there is no network.
    package var encrypted: Bool?
    /// Whether Preferred went on in plain text.
    package var fallback: Bool
    package var verified: VerificationLevel
  }

  /// What was negotiated.
  package struct TLS: Codable, Equatable, Sendable {
    package var version: String?
    package var cipher: String?
    package var serverName: String?
    package var clientCertificateRequested: Bool
    package var clientCertificateSent: Bool
    package var certificates: [CertificateReport]
    /// What checking the certificate at the level of `identity` found, whatever was demanded.
    package var faults: [String]
  }

  /// One connection that was tried.
  package struct Attempt: Codable, Equatable, Sendable {
    package var address: String
    package var mode: SSLMode
    /// nil: it succeeded.
    package var cause: Cause?
    package var milliseconds: Double
  }

  /// The diagnosis with its evidence.
  package struct Problem: Codable, Equatable, Sendable {
    package var cause: Cause
    package var stage: ConnectionStage
    /// Whether it failed before anything was sent, over a file or a library.
    package var beforeConnecting: Bool
    package var message: String
    package var suggestion: String
    package var recommendedMode: SSLMode?
    package var notes: [String]
    /// The server's or library's own words, of several lines maybe.
    package var serverResponse: String?
    /// Who speaks in `serverResponse`: nil for the server, else the library's name.
    package var library: String?
    package var nativeCode: String?
    package var sqlState: String?
  }
}
