import Foundation
import Lab
import Testing

/// How many round trips a test costs: not one more than the protocol's minimum.
@Suite struct PostgreSQLRoundTripTests {
  /// The round trips of each connection that a test makes.
  func trips(_ server: PostgresServer, _ options: [String], password: String? = Account.password) async throws
    -> [Int]
  {
    try await SideBySide.run {
      let line = try MisbehavingServer.line(to: Lab.start(server).port)
      var arguments = [
        "--engine", "postgres", "-h", "localhost", "-p", String(line.port), "-U", Account.user,
      ]
      arguments +=
        ["-d", Account.database, "--format", "json", "--ssl-ca", try Lab.pki + "/ca.pem"] + options
      if password != nil { arguments += ["--password", "env:LAB_PASSWORD"] }
      let result = try Program.run(arguments, environment: ["LAB_PASSWORD": password ?? ""])
      #expect(result.exitCode == 0, "\(result)")
      return try line.roundTrips()
    }
  }

  /// Connect, SSLRequest, the handshake, StartupMessage, and two for SCRAM.
  @Test(arguments: [Mode.preferred, .required, .verifyCA, .verifyIdentity]) func login(mode: Mode)
    async throws
  {
    #expect(try await trips(.optional, ["--ssl", mode.rawValue, "--until", "auth"]) == [6])
  }

  /// The question for the version is one more.
  @Test(arguments: [Mode.preferred, .required, .verifyCA, .verifyIdentity]) func test(mode: Mode) async throws
  {
    #expect(try await trips(.optional, ["--ssl", mode.rawValue]) == [7])
  }

  /// Connect, StartupMessage, and two for SCRAM; the question for the version is one more.
  @Test func inPlainText() async throws {
    #expect(try await trips(.plain, ["--ssl", "disabled", "--until", "auth"]) == [4])
    #expect(try await trips(.plain, ["--ssl", "disabled"]) == [5])
  }

  /// TLS 1.2's handshake costs two.
  @Test func tls12() async throws {
    #expect(try await trips(.tls12, ["--ssl", "verify-ca", "--until", "auth"]) == [7])
  }

  @Test func untilTLS() async throws {
    #expect(try await trips(.optional, ["--ssl", "verify-ca", "--until", "tls"]) == [3])
  }

  /// Preferred finds out that there is no TLS, and goes on with a connection of its own.
  @Test func preferredWithoutTLS() async throws {
    #expect(try await trips(.plain, ["--ssl", "preferred", "--until", "auth"]) == [2, 4])
  }

  /// A login without a password.
  @Test func trust() async throws {
    let server = PostgresServer(certificate: "good", hba: ["host all all all trust"])
    #expect(try await trips(server, ["--ssl", "required", "--until", "auth"], password: nil) == [4])
  }
}
