import Foundation
import Lab
import Testing

/// Clients that others wrote (FreeTDS's tsql, python-tds, Microsoft's mssql-python) find the fake SQL Server to be
/// what the tables say it is.
@Suite struct FakeTDSTests {
  /// How an attempt ends: connected, as the server's view says it, or refused by the server or by the client.
  enum Ending: Sendable {
    case plain, loginOnly, whole
    case refused(String)
  }

  static let lacks = ["tsql": "20002", "python-tds": "not supported", "mssql-python": "not supported"]

  static let closed = [
    "tsql": "20017", "python-tds": "Server closed connection", "mssql-python": "handshakes before login",
  ]

  static func ending(_ attempt: TDSAttempt, at encryption: FakeTDS.Encryption) -> Ending {
    switch (encryption, attempt.tls) {
    case (.notSupported, .off), (.notSupported, .login), (.optional, .off): .plain
    case (.notSupported, .whole): .refused(lacks[attempt.client.rawValue] ?? "")
    case (.optional, .login): .loginOnly
    case (.optional, .whole), (.required, .login), (.required, .whole), (.strict, .strict): .whole
    // It is told REQ: python-tds gives up, and tsql goes on with TLS.
    case (.required, .off): attempt.client == .tsql ? .whole : .refused("required by server")
    case (.strict, _): .refused(closed[attempt.client.rawValue] ?? "")
    case (_, .strict): .refused("0x2746")  // Windows's number of a connection that was reset
    }
  }

  static let servers: [FakeTDS.Encryption] = [.notSupported, .optional, .required, .strict]

  @Test(arguments: servers, TDSAttempt.all)
  func logins(encryption: FakeTDS.Encryption, attempt: TDSAttempt) async throws {
    let (answer, connections) = try await SideBySide.run {
      let server = try FakeTDS(encryption).start()
      return try (attempt.made(on: server.port), server.received())
    }
    let seen = try #require(connections.last)
    let ending = Self.ending(attempt, at: encryption)
    if case .refused(let text) = ending {
      #expect(answer.error?.contains(text) == true, "\(answer)")
      #expect(!seen.accepted && !seen.got(Account.password))
      return
    }
    let encrypted = if case .whole = ending { true } else { false }
    let plain = if case .plain = ending { true } else { false }
    let properties = FakeTDS.sqlServer2022
    let row = [
      properties["@@VERSION"], properties["ProductVersion"], properties["Edition"],
      encrypted ? "TRUE" : "FALSE",
    ]
    // tsql shows a line that it breaks where the text does.
    #expect(
      answer.row.map { attempt.client == .tsql ? Array($0.suffix(3)) : $0 }
        == (attempt.client == .tsql ? row.suffix(3) : row), "\(answer)")
    #expect(seen.accepted && seen.sessionEncrypted == encrypted && seen.end == "closed")
    #expect(seen.login?.encrypted == !plain && seen.login?.passwordRight == true)
    #expect(seen.showed(Account.password) == plain && seen.got(Account.password))
    #expect(seen.queries.map(\.encrypted) == [encrypted])
    #expect(seen.showed("encrypt_option") == !encrypted && seen.got("encrypt_option"))
    #expect((seen.tls?.version) == (plain ? nil : attempt.tls == .strict ? "TLSv1.3" : "TLSv1.2"))
  }

  /// What the record holds is what the client sent.
  @Test func records() throws {
    let server = try FakeTDS.optional.start()
    let attempts = [TDSAttempt(.pythonTDS, .off), TDSAttempt(.tsql, .whole), TDSAttempt(.microsoft, .login)]
    for attempt in attempts { _ = try attempt.made(on: server.port) }
    let seen = try server.received()
    try #require(seen.count == 3)
    #expect(seen.map(\.prelogin?.encryption) == [2, 1, 0])
    #expect(seen.map(\.hello?.serverName) == [nil, nil, "localhost"])
    #expect(seen.map { $0.hello?.alpn ?? [] } == [[], [], ["tds/8.0"]])
    #expect(seen.map(\.login?.application) == ["pytds", "TSQL", "MSSQL-Python"])
    #expect(seen.allSatisfy { $0.login?.tdsVersion == "7.4" && $0.login?.database == Account.database })
    #expect(seen.allSatisfy { $0.login?.user == Account.user && $0.login?.integrated == false })
    #expect(seen.map { Array($0.plainPackets.prefix(4)) } == [[18, 16, 1], [18, 18, 18], [18, 18, 18, 1]])
    #expect(seen.map { $0.showed(Account.user) } == [true, false, false])
  }

  @Test(arguments: TDSAttempt.all.filter { $0.tls == .whole || $0.tls == .off })
  func refusals(attempt: TDSAttempt) throws {
    let server = try FakeTDS.optional.start()
    let wrong = try attempt.with(\.password, "wrong").made(on: server.port)
    #expect(wrong.error?.contains("Login failed for user 'tester'") == true, "\(wrong)")
    let missing = try attempt.with(\.database, "nowhere").made(on: server.port)
    // Of two errors, Microsoft's client shows the second.
    let text = attempt.client == .microsoft ? "Login failed" : #"Cannot open database "nowhere""#
    #expect(missing.error?.contains(text) == true, "\(missing)")
    let unknown = try attempt.with(\.user, "nobody").made(on: server.port)
    #expect(unknown.error?.contains("Login failed for user 'nobody'") == true, "\(unknown)")
    let logins = try server.received().map(\.login)
    #expect(logins.map { $0?.passwordRight } == [false, true, false])
  }

  @Test(
    arguments: [
      ("good", "ca.pem", true), ("good", "other-ca.pem", false), ("self-signed", "ca.pem", false),
      ("self-signed", "self-signed.crt", true), ("unknown-ca", "ca.pem", false), ("expired", "ca.pem", false),
      ("future", "ca.pem", false), ("chained", "ca.pem", true), ("unchained", "ca.pem", false),
    ])
  func certificates(name: String, anchor: String, good: Bool) throws {
    let server = try FakeTDS.with(name).start()
    let attempts = TDSAttempt.Client.allCases.map { TDSAttempt($0, .whole).with(\.ca, anchor) }
    for answer in try TDSAttempt.make(attempts, on: server.port) {
      #expect((answer.row != nil) == good, "\(answer)")
    }
    #expect(try server.received().allSatisfy { $0.got(Account.password) == good })
  }

  @Test func names() throws {
    let attempts = [TDSAttempt(.tsql, .whole), TDSAttempt(.microsoft, .whole)]
    let answers = try TDSAttempt.make(attempts, on: Lab.start(sqlserver: FakeTDS.with("wrong-name")).port)
    #expect(answers[0].error?.contains("20002") == true)
    #expect(answers[1].error?.contains("subject name does not match host name") == true, "\(answers)")
  }

  @Test func versions() throws {
    let old = try FakeTDS.tls11.start()
    #expect(try TDSAttempt(.tsql, .whole).made(on: old.port).row?.last == "TRUE")
    #expect(try old.received().first?.tls?.version == "TLSv1.1")
    let refused = try TDSAttempt(.pythonTDS, .whole).made(on: old.port)
    #expect(refused.error?.contains("unsupported protocol") == true, "\(refused)")
    let new = try FakeTDS(.strict).with(\.minTLS, "TLSv1.3").start()
    #expect(try TDSAttempt(.microsoft, .strict).made(on: new.port).row?.last == "TRUE")
    let cipher = try FakeTDS(.required).with(\.ciphers, "ECDHE-ECDSA-AES128-GCM-SHA256").start()
    #expect(try TDSAttempt(.microsoft, .whole).made(on: cipher.port).row?.last == "TRUE")
    #expect(try cipher.received().first?.tls?.cipher == "ECDHE-ECDSA-AES128-GCM-SHA256")
  }

  /// TDS 8.0 beside the older ones, as SQL Server 2022 has it.
  @Test func strictToo() throws {
    let server = try FakeTDS(.required).with(\.takesStrict, true).start()
    for tls in [TDSAttempt.TLS.whole, .strict] {
      #expect(try TDSAttempt(.microsoft, tls).made(on: server.port).row?.last == "TRUE")
    }
    #expect(try server.received().map(\.strict) == [false, true])
    #expect(try server.received().map(\.tls?.alpn) == [nil, "tds/8.0"])
  }
}
