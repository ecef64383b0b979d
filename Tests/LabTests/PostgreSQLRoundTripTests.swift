import Foundation
import Lab
import Testing

/// How many round trips a test costs: not one more than the protocol's minimum.
@Suite struct PostgreSQLRoundTripTests {
  func expect(
    _ wanted: [Int], _ server: PostgresServer, _ options: [String], password: String? = Account.password,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try await RoundTrips.expect(wanted, server, options, password: password, sourceLocation: sourceLocation)
  }

  /// Connect, SSLRequest, the handshake, StartupMessage, and two for SCRAM.
  @Test(arguments: [Mode.preferred, .required, .verifyCA, .verifyIdentity]) func login(mode: Mode)
    async throws
  {
    try await expect([6], .optional, ["--ssl", mode.rawValue, "--until", "auth"])
  }

  /// The question for the version is one more.
  @Test(arguments: [Mode.preferred, .required, .verifyCA, .verifyIdentity]) func test(mode: Mode) async throws
  {
    try await expect([7], .optional, ["--ssl", mode.rawValue])
  }

  /// Connect, StartupMessage, and two for SCRAM; the question for the version is one more.
  @Test func inPlainText() async throws {
    try await expect([4], .plain, ["--ssl", "disabled", "--until", "auth"])
    try await expect([5], .plain, ["--ssl", "disabled"])
  }

  /// TLS 1.2's handshake costs two.
  @Test func tls12() async throws {
    try await expect([7], .tls12, ["--ssl", "verify-ca", "--until", "auth"])
  }

  @Test func untilTLS() async throws {
    try await expect([3], .optional, ["--ssl", "verify-ca", "--until", "tls"])
  }

  /// Preferred finds out that there is no TLS, and goes on with a connection of its own.
  @Test func preferredWithoutTLS() async throws {
    try await expect([2, 4], .plain, ["--ssl", "preferred", "--until", "auth"])
  }

  /// A login without a password.
  @Test func trust() async throws {
    let server = PostgresServer(certificate: "good", hba: ["host all all all trust"])
    try await expect([4], server, ["--ssl", "required", "--until", "auth"], password: nil)
  }
}
