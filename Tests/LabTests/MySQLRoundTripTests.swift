import Lab
import Testing

/// How many round trips a test of MariaDB costs: not one more than the protocol's minimum.
@Suite struct MySQLRoundTripTests {
  static let overTLS = [Mode.preferred, .required, .verifyCA, .verifyIdentity]

  /// Connect, the greeting, SSLRequest together with the handshake, and the login.
  @Test(arguments: overTLS) func login(mode: Mode) async throws {
    try await RoundTrips.expect([4], MariaDBServer.optional, ["--ssl", mode.rawValue, "--until", "auth"])
  }

  /// Two questions more: who the server is, and how long the password lasts.
  @Test(arguments: overTLS) func test(mode: Mode) async throws {
    try await RoundTrips.expect([6], MariaDBServer.optional, ["--ssl", mode.rawValue])
  }

  /// TLS 1.2's handshake costs two.
  @Test func tls12() async throws {
    try await RoundTrips.expect([5], MariaDBServer.tls12, ["--ssl", "verify-ca", "--until", "auth"])
  }

  /// Connect, the greeting, and the login.
  @Test func inPlainText() async throws {
    try await RoundTrips.expect([3], MariaDBServer.plain, ["--ssl", "disabled", "--until", "auth"])
    try await RoundTrips.expect([5], MariaDBServer.plain, ["--ssl", "disabled"])
  }

  /// Connect, the greeting, and the handshake.
  @Test func untilTLS() async throws {
    try await RoundTrips.expect([3], MariaDBServer.optional, ["--ssl", "verify-ca", "--until", "tls"])
  }

  /// Preferred finds out by the greeting that there is no TLS, and goes on with a connection of its own.
  @Test func preferredWithoutTLS() async throws {
    try await RoundTrips.expect([2, 3], MariaDBServer.plain, ["--ssl", "preferred", "--until", "auth"])
  }

  /// The server asks for another plugin than the one that its greeting names: one more.
  @Test func switchToEd25519() async throws {
    try await RoundTrips.expect(
      [5], MariaDBServer.optional, ["--ssl", "required", "--until", "auth"], user: MySQLAccount.ed25519)
  }

  /// In Disabled a refused login is followed by one over TLS.
  @Test func theQuestion() async throws {
    try await RoundTrips.expect(
      [3, 4], MariaDBServer.requiresTLS, ["--ssl", "disabled"], exitCode: Cause.requiresTLS.exitCode)
  }
}
