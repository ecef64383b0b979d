import Foundation
import Lab
import Testing

/// What the fake SQL Server answers, seen by clients that others wrote.
@Suite struct FakeTDSAnswerTests {
  static let numbers = [
    18456, 18452, 18470, 18486, 18487, 18488, 4060, 4064, 233, 17809, 17810, 40613, 40197, 40501, 40615,
    40914,
    10928, 10929, 49918, 49919, 49920,
  ]

  @Test func errors() async throws {
    for number in Self.numbers {
      let server = try FakeTDS.refusing(TDSError(number, state: 7)).start()
      let answer = try TDSAttempt(.tsql, .whole).made(on: server.port)
      #expect(answer.error?.contains("Msg \(number) (severity ") == true, "\(answer)")
      #expect(answer.error?.contains(", state 7)") == true, "\(answer)")
      #expect(answer.error?.contains("{") == false, "\(answer)")
    }
    let own = TDSError(50001, state: 2, severity: 16, text: "Höhere Gewalt")
    let answer = try TDSAttempt(.tsql, .off).made(on: FakeTDS.refusing(own).start().port)
    #expect(answer.error?.contains("Msg 50001 (severity 16, state 2)") == true, "\(answer)")
    #expect(answer.error?.contains("Höhere Gewalt") == true, "\(answer)")
  }

  @Test func errorsElsewhere() throws {
    let attempt = TDSAttempt(.tsql, .off)
    let query = try FakeTDS.refusing(TDSError(40197)).with(\.refuses, .query).start()
    #expect(try attempt.made(on: query.port).error?.contains("Msg 40197") == true)
    #expect(try query.received().allSatisfy(\.accepted))
    let prelogin = try FakeTDS.refusing(TDSError(17809)).with(\.refuses, .prelogin).start()
    #expect(try attempt.made(on: prelogin.port).error?.contains("20002") == true)
    #expect(try prelogin.received().allSatisfy { $0.prelogin != nil && $0.login == nil })
    let closed = try FakeTDS.optional.with(\.showsConnections, false).start()
    let denied = try attempt.made(on: closed.port).error
    #expect(denied?.contains("Msg 300") == true && denied?.contains("Msg 297") == true)
  }

  /// The language that it speaks, and that it says so when it does not understand.
  @Test(
    arguments: [
      (
        "SELECT SERVERPROPERTY('EngineEdition'), DB_NAME(), SUSER_SNAME(), 'a''b, c' AS x, -5",
        "3|appdb|tester|a'b, c|-5"
      ),
      ("SET NOCOUNT ON; SELECT v = CONVERT(varchar(20), SERVERPROPERTY('productversion'))", "16.0.4145.4"),
      ("SELECT COALESCE(SERVERPROPERTY('Nothing'), N'none') -- and no more", "none"),
      (
        "select (select encrypt_option from sys.dm_exec_connections c where c.session_id = @@spid), 1",
        "FALSE|1"
      ),
      ("SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')", "1"),
      ("SELECT COUNT(*) FROM sys.tables", "Msg 208"), ("SELECT nothing", "Msg 207"),
      ("DROP TABLE x", "Msg 102"),
      ("EXEC sp_nothing", "Msg 2812"), ("USE nowhere", "Msg 911"),
    ]) func language(query: String, answer: String) throws
  {
    let found = try TDSAttempt(.tsql, .off).with(\.query, query).made(
      on: Lab.start(sqlserver: FakeTDS.optional).port)
    let row = found.row.map { $0.map { $0 ?? "NULL" }.joined(separator: "|") }
    #expect((row ?? found.error ?? "").contains(answer), "\(found)")
  }

  /// With TLS, FreeTDS takes the first server's TLS along to the second and fails, so it goes without.
  @Test(arguments: [TDSAttempt(.tsql, .off), TDSAttempt(.pythonTDS, .whole), TDSAttempt(.microsoft, .whole)])
  func routing(attempt: TDSAttempt) throws {
    let second = try FakeTDS.optional.start()
    let first = try FakeTDS.optional.with(\.routing, FakeTDS.Routing(port: second.port)).start()
    let answer = try attempt.made(on: first.port)
    #expect(answer.row != nil, "\(answer)")
    #expect(try first.received().map(\.queries.count) == [0])
    #expect(try second.received().map(\.queries.count) == [1])
  }

  @Test func azure() throws {
    let server = try FakeTDS.optional.with(\.azureName, "lab").with(\.properties, FakeTDS.azure).start()
    let attempt = TDSAttempt(.tsql, .whole)
    let good = try attempt.with(\.user, "tester@lab").made(on: server.port)
    #expect(good.row?.contains("SQL Azure") == true, "\(good)")
    #expect(try attempt.with(\.user, "tester@other").made(on: server.port).error?.contains("40532") == true)
  }

  @Test(arguments: [TDSAttempt(.tsql, .off), TDSAttempt(.pythonTDS, .off), TDSAttempt(.microsoft, .login)])
  func instances(attempt: TDSAttempt) async throws {
    let (answers, asked, seen) = try await SideBySide.run {
      let browser = try FakeSQLBrowser(["SALES": .optional])
      let silent = try FakeSQLBrowser(["SALES": .optional], .silent)
      let right = attempt.with(\.host, browser.address).with(\.instance, "sales")
      let wrong = [right.with(\.instance, "nothing"), right.with(\.host, silent.address)]
      // tsql asks a Browser that says nothing for 16 seconds.
      let answers = try TDSAttempt.make([right] + (attempt.client == .tsql ? [] : wrong))
      let seen = try #require(browser.instances["SALES"]).received()
      return try (answers, [browser.asked().count, silent.asked().count], seen)
    }
    #expect(answers[0].row?.last == "FALSE", "\(answers)")
    #expect(answers.dropFirst().allSatisfy { $0.row == nil }, "\(answers)")
    if answers.count > 1 { #expect(asked[0] >= 2 && asked[1] >= 1) }
    #expect(seen.map { $0.prelogin?.instance.lowercased() } == ["sales"])
  }

  /// An instance that is asked for another says so, and Microsoft's client listens.
  @Test func anotherInstance() throws {
    let browser = try FakeSQLBrowser(["SALES": .optional, "STOCK": .optional], .swapped)
    let attempt = TDSAttempt(.microsoft, .login).with(\.host, browser.address)
    let answer = try attempt.with(\.instance, "SALES").made()
    #expect(answer.error?.contains("requested instance was not available") == true, "\(answer)")
  }
}
