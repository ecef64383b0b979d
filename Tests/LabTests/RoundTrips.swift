import Lab
import Testing

/// Counts the round trips of a test against a server of the lab.
enum RoundTrips {
  /// Runs the program against the server, over a long line, and compares the round trips of each of its connections.
  static func expect(
    _ wanted: [Int], _ server: any LabServer, _ options: [String], user: String = Account.user,
    password: String? = Account.password, exitCode: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let found = try await SideBySide.run {
      let line = try MisbehavingServer.line(to: server.place().port)
      var arguments = [
        "--engine", server.engine, "-h", "localhost", "-p", String(line.port), "-U", user,
      ]
      if let database = type(of: server).database { arguments += ["-d", database] }
      arguments += ["--format", "json", "--ssl-ca", try Lab.pki + "/ca.pem"] + options
      if password != nil { arguments += ["--password", "env:LAB_PASSWORD"] }
      let result = try Program.run(arguments, environment: ["LAB_PASSWORD": password ?? ""])
      #expect(result.exitCode == exitCode, "\(result)", sourceLocation: sourceLocation)
      return try line.roundTrips()
    }
    #expect(found == wanted, sourceLocation: sourceLocation)
  }
}
