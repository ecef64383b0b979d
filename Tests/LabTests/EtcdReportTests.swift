import Foundation
import Lab
import Testing

/// What is told of etcd's members, what its URLs say, and what nobody is told.
@Suite struct EtcdReportTests {
  @Test func productAndVersion() throws {
    let port = try Lab.start(etcd: .plain).port
    let result = try Program.run(
      ["etcd://\(EtcdAccount.user)@127.0.0.1:\(port)", "--format", "json"],
      environment: ["ETCDCTL_PASSWORD": Account.password])
    let report = try #require(Report(result.output), "\(result)")
    #expect(report.server?.product == "etcd", "\(result)")
    #expect(report.server?.version.hasPrefix("3.") == true, "\(result)")
    #expect(report.server?.details == ["member default of 1"], "\(result)")
    #expect(report.stages.map(\.name) == ["connect", "auth", "query"], "\(result)")
    // The password went in clear, and the report says so.
    #expect(report.warnings.contains { $0.contains("clear text") }, "\(result)")
  }

  @Test func aURLSaysItAll() throws {
    let running = try Lab.start(etcd: .good)
    let login = "\(Account.user):\(Account.password)@localhost:\(running.port)"
    for scheme in ["etcds", "https"] {
      let result = try Program.run(["\(scheme)://\(login)", "--engine", "etcd", "--format", "json"])
      let report = try #require(Report(result.output), "\(result)")
      #expect(
        result.exitCode == 0 && report.ssl.requested == "required" && report.ssl.encrypted == true,
        "\(result)")
      #expect(
        report.warnings.contains { $0.contains("\(scheme)://") && $0.contains("verify-identity") },
        "\(result)")
    }
    let verified = try Program.run([
      "etcd://\(login)?sslmode=verify-full&sslrootcert=\(try Lab.pki)/ca.pem", "--format", "json",
    ])
    #expect(Report(verified.output)?.ssl.verified == "identity", "\(verified)")
    let plain = try Lab.start(etcd: .plain).port
    let http = try Program.run([
      "http://\(Account.user):\(Account.password)@localhost:\(plain)/", "--engine", "etcd",
    ])
    #expect(http.exitCode == 0, "\(http)")
    #expect(try !running.logText().contains(Account.password))
  }

  /// Neither by the program nor by the server's log.
  @Test(arguments: ["text", "json"]) func noSecretIsTold(format: String) throws {
    for (server, user, code) in [
      (EtcdServer.plain, EtcdAccount.keeper, 0), (.plain, "nobody", Cause.authentication.exitCode),
      (.plain, EtcdAccount.nopass, Cause.authentication.exitCode),
    ] {
      let running = try Lab.start(etcd: server)
      let result = try Program.run(
        ["--engine", "etcd", "-h", "localhost", "-p", String(running.port), "-U", user]
          + ["--password", "env:LAB_PASSWORD", "--verbose", "--format", format],
        environment: ["LAB_PASSWORD": Account.keeperPassword])
      #expect(result.exitCode == code, "\(result)")
      let log = try running.logText()
      for part in [Account.keeperPassword, "xK!w9", "Zq7"] {
        #expect(!result.output.contains(part) && !result.errors.contains(part), "\(result)")
        #expect(!log.contains(part))
      }
    }
  }

  /// Connecting, TLS 1.3's one, and four calls: status, login, read, members. With a user alone: status, read, whether
  /// authentication is on, members.
  @Test func roundTrips() async throws {
    try await RoundTrips.expect([5], EtcdServer.plain, ["--ssl", "disabled"])
    try await RoundTrips.expect([6], EtcdServer.good, ["--ssl", "verify-identity"])
    try await RoundTrips.expect([2], EtcdServer.good, ["--ssl", "verify-identity", "--until", "tls"])
    try await RoundTrips.expect([5], EtcdServer.plain.open, ["--ssl", "disabled"], password: nil)
  }

  /// What ends TLS in front of etcd may not know HTTP/2, and clients of gRPC's that demand it are told of.
  @Test func notAgreedByALPN() throws {
    let server = try MisbehavingServer([
      .secure(), .hearHTTP2, .send(EtcdMessage.greeting), .hearHTTP2,
      .send(HTTP2Message.answer(EtcdMessage.header, stream: 3)), .hearHTTP2,
      .send(HTTP2Message.answer(EtcdMessage.members, stream: 5)), .stall,
    ])
    let good = try Lab.start(etcd: .good.open).port
    for (port, isWarned) in [(server.port, true), (good, false)] {
      let result = try Program.run(["etcds://127.0.0.1:\(port)", "--format", "json"])
      let report = try #require(Report(result.output), "\(result)")
      #expect(result.exitCode == 0, "\(result)")
      #expect(report.warnings.contains { $0.contains("agree on h2 by ALPN") } == isWarned, "\(result)")
    }
  }
}
