import Foundation
import Lab
import Testing

/// A server that wants what no honest one asks for gets nothing × modes, in its turn and all at once.
@Suite struct MySQLRogueTests {
  static let wishes: [MySQLRogue] = [
    .clearPassword, .dialog, .oldPassword, .oldPasswordByte, .pathAsPlugin, .sha256OwnKey, .cachingOwnKey,
    .cachingOwnKeyBySwitch, .welcome, .okAsGreeting, .protocol9, .hugeGreeting,
  ]
  static let hastes: [FakeMySQL.Haste] = [.none, .withGreeting, .afterHandshake]

  /// In plain text nothing that the password could be read from.
  @Test(arguments: wishes, hastes) func plain(wish: MySQLRogue, haste: FakeMySQL.Haste) async throws {
    try await SideBySide.run {
      for server in [FakeMySQL.rogue(wish), .rogue(wish).with(\.certificate, nil)] {
        for mode in [Mode.disabled, .preferred] where mode == .disabled || server.certificate == nil {
          let running = try RunningFakeMySQL(server.with(\.haste, haste))
          let result = try MySQL8.run(running, mode, ["--timeout", "2"])
          let received = try running.received()
          let proofs = Set(received.flatMap(\.proofsInClear))
          // What answers the greeting is a proof for one nonce, which hides the password.
          #expect(
            proofs.isSubset(of: ["caching_sha2_password", "mysql_native_password"]),
            "\(wish) \(haste) \(mode): \(proofs) \(result.output)")
          #expect(received.allSatisfy { !$0.contains(Account.password) })
        }
      }
    }
  }

  /// Over TLS a server without a good certificate gets no more than that where the mode verifies; with one, the
  /// ways that were never good are not gone either.
  @Test(arguments: wishes, [Mode.preferred, .required, .verifyCA, .verifyIdentity])
  func overTLS(wish: MySQLRogue, mode: Mode) async throws {
    try await SideBySide.run {
      for certificate in ["good", "self-signed"] {
        for haste in [FakeMySQL.Haste.none, .withGreetingForTLS, .afterHandshake] {
          let server = FakeMySQL.rogue(wish).with(\.certificate, certificate).with(\.haste, haste)
          let running = try RunningFakeMySQL(server)
          _ = try MySQL8.run(running, mode, ["--timeout", "2"])
          let received = try running.received()
          #expect(received.allSatisfy { $0.proofsInClear.isEmpty }, "\(wish) \(haste)")
          let verifies = mode == .verifyCA || mode == .verifyIdentity
          let proofs = Set(received.flatMap(\.proofs))
          if verifies, certificate != "good" {
            #expect(
              received.allSatisfy { $0.decrypted.isEmpty && $0.login == nil }, "\(wish) \(haste): \(proofs)")
          }
          let mayTell = wish == .cachingOwnKey || wish == .cachingOwnKeyBySwitch || wish == .sha256OwnKey
          if !mayTell, !(wish == .clearPassword && verifies) {
            #expect(
              !proofs.contains { $0.hasPrefix("password") }, "\(wish) \(haste) \(certificate): \(proofs)")
          }
          #expect(!proofs.contains("mysql_old_password"))
        }
      }
    }
  }

  /// Somebody in the middle of a real server shows certificates that are not good: after them nothing is received in
  /// the modes that verify.
  @Test(
    arguments: ["self-signed", "expired", "wrong-name"], [Mode.required, .verifyCA, .verifyIdentity])
  func inTheMiddle(certificate: String, mode: Mode) throws {
    let behind = try Lab.start(mariadb: .optional)
    let middle = try RunningFakeMySQL.middle(to: behind.port, certificate: certificate)
    let result = try MySQL8.run(middle, mode)
    let received = try middle.received()
    // A wrong host is none of verify-ca's business.
    let passes = mode == .required || mode == .verifyCA && certificate == "wrong-name"
    #expect((result.exitCode == 0) == passes, "\(result.output)")
    #expect(received.count == 1)
    #expect(received.allSatisfy { $0.proofsInClear.isEmpty })
    #expect(received.allSatisfy { $0.decrypted.isEmpty } == !passes)
    #expect(received.contains { $0.login?.user == Account.user } == passes)
  }

  /// Somebody who takes the offer of TLS away gets nothing, except where the mode is content without it.
  @Test(arguments: Mode.allCases) func stripped(mode: Mode) throws {
    let behind = try Lab.start(mariadb: .optional)
    let middle = try RunningFakeMySQL.stripping(to: behind.port)
    let result = try MySQL8.run(middle, mode)
    let isContent = mode == .disabled || mode == .preferred
    #expect(result.exitCode == (isContent ? 0 : Cause.lacksTLS.exitCode), "\(result.output)")
    #expect(try middle.received().contains { $0.login != nil } == isContent)
  }
}
