import Foundation
import Lab
import Testing

/// What servers make of encryption × five modes.
@Suite struct SQLServerServerTests {
  static let ca = "--ssl-ca {pki}/ca.pem"
  static let lacks = Ending.fails(.lacksTLS, advising: .preferred)
  static let requires = Ending.fails(.requiresTLS, advising: .required)
  static let strict = Ending.fails(.tlsFailure)

  /// Over TLS it works, and without it it does not.
  static func needsTLS(_ title: String, _ server: FakeTDS) -> TDSSituation {
    TDSSituation(title, server, ca, requires, .encrypted, .encrypted, .chain, .identity)
  }

  static func noTLS(_ title: String, _ server: FakeTDS) -> TDSSituation {
    TDSSituation(title, server, ca, .plain, .fallback, lacks, lacks, lacks)
  }

  static let situations = [
    TDSSituation.login("takes everybody", .optional),
    noTLS("no TLS", .plain),
    needsTLS("requires TLS", .requiresTLS),
    needsTLS("requires TLS and lets plain logins in", .requiresTLS.with(\.insists, false)),
    needsTLS("answers REQ to everything", FakeTDS(.required).with(\.answers, 3)),
    needsTLS("answers ON to everything", FakeTDS(.optional).with(\.answers, 1)),
    noTLS("answers NOT_SUP though it has TLS", FakeTDS(.optional).with(\.answers, 2)),
    // To NOT_SUP such a server wants the login encrypted, to ON it would encrypt no more than that.
    TDSSituation(
      "answers OFF to everything", FakeTDS(.optional).with(\.answers, 0), ca, requires, strict, strict,
      strict,
      strict
    ).with(\.note, "answered OFF"),
    TDSSituation.always("answers something unknown", FakeTDS(.optional).with(\.answers, 7), strict)
      .with(\.note, "unknown encryption (7)"),
    TDSSituation.always("strict encryption only", .strict, strict).with(\.note, "tds/8.0")
      .with(\.connections, 2...2),
    TDSSituation.login("takes strict encryption too", .optional.with(\.takesStrict, true)),
    TDSSituation.login("Azure SQL Database", .optional.with(\.properties, FakeTDS.azure)),
    TDSSituation.login("no view of its connections", .optional.with(\.showsConnections, false)),
    TDSSituation.login("IPv4 address", .optional).with(\.host, "127.0.0.1"),
    TDSSituation.login("IPv6 address", .optional).with(\.host, "::1"),
    TDSSituation.login("a handshake without packets around it", .optional.with(\.mistake, .bareHandshake)),
  ]

  static let limits = [
    TDSSituation(
      "TLS 1.1 only", .tls11, ca, .plain, .failsEncryptedOrNot(.versionMismatch),
      .failsEncryptedOrNot(.versionMismatch), .failsEncryptedOrNot(.versionMismatch),
      .failsEncryptedOrNot(.versionMismatch)),
    TDSSituation(
      "TLS 1.1 only, allowed", .tls11, ca + " --tls-min 1.1", .plain, .encrypted, .encrypted, .chain,
      .identity),
    TDSSituation(
      "TLS 1.3 asked for, 1.2 there", .optional, ca + " --tls-min 1.3", .plain, .fails(.versionMismatch),
      .fails(.versionMismatch), .fails(.versionMismatch), .fails(.versionMismatch)),
    TDSSituation(
      "no common cipher", .optional.with(\.ciphers, "ADH-AES128-SHA256:@SECLEVEL=0"), ca, .plain,
      .fails(.versionMismatch), .fails(.versionMismatch), .fails(.versionMismatch), .fails(.versionMismatch)),
  ]

  @Test(arguments: TDSRow.all(situations)) func server(_ row: TDSRow) async throws { try await row.judge() }
  @Test(arguments: TDSRow.all(limits)) func limit(_ row: TDSRow) async throws { try await row.judge() }
}
