import Foundation
import Lab
import Testing

/// Who logs in where × five modes, and the errors that SQL Server and Azure refuse with.
@Suite struct SQLServerLoginTests {
  static let situations = [
    TDSSituation.login("wrong password", .optional, .authentication).with(\.password, "not-it-2c9f")
      .with(\.response, "Msg 18456, Level 14, State 1"),
    TDSSituation.login("no password", .optional, .authentication).with(\.password, nil)
      .with(\.note, "No password was given"),
    TDSSituation.login("unknown user", .optional, .authentication).with(\.user, "nobody-here")
      .with(\.note, "state 1"),
    TDSSituation.login("unknown database", .optional, .noDatabase).with(\.database, "nowhere")
      .with(\.response, "4060"),
    TDSSituation.login("no database named", .optional).with(\.database, nil),
    TDSSituation.login("a password hard to quote", .optional).with(\.user, Account.keeper)
      .with(\.password, Account.keeperPassword),
    TDSSituation.login("user@server on Azure", .optional.with(\.azureName, "lab")).with(
      \.user, Account.user + "@lab"),
    TDSSituation.login("the host tells Azure which server", .optional.with(\.azureName, "localhost")),
    TDSSituation(
      "wrong password, no TLS", .plain, "", .plain.thenFails(.authentication),
      .fallback.thenFails(.authentication), SQLServerServerTests.lacks, SQLServerServerTests.lacks,
      SQLServerServerTests.lacks
    ).with(\.password, "not-it-2c9f"),
  ]

  @Test(arguments: TDSRow.all(situations)) func login(_ row: TDSRow) async throws { try await row.judge() }

  static func refused(
    _ error: TDSError, _ cause: Cause, note: String? = nil, at stage: TDSStage = .login
  ) -> TDSSituation {
    TDSSituation.login("error \(error.number)", .refusing(error).with(\.refuses, stage), cause)
      .with(\.note, note).with(\.response, "Msg \(error.number)")
  }

  static let errors = [
    refused(TDSError(18456), .authentication, note: "state 1"),
    refused(TDSError(18456, state: 8), .authentication, note: "tate 8: the password is wrong"),
    refused(TDSError(18456, state: 38), .noDatabase),
    refused(TDSError(18452), .authentication), refused(TDSError(18470), .authentication, note: "disabled"),
    refused(TDSError(18486), .authentication, note: "locked"),
    refused(TDSError(18487), .authentication, note: "expired"),
    refused(TDSError(18488), .authentication, note: "changed"),
    refused(TDSError(4060), .noDatabase), refused(TDSError(4064), .noDatabase),
    refused(TDSError(233), .tooMany), refused(TDSError(17809), .tooMany), refused(TDSError(17810), .tooMany),
    refused(TDSError(40613), .notReady), refused(TDSError(40197), .notReady),
    refused(TDSError(40501), .notReady),
    refused(TDSError(40615), .accessDenied, note: "127.0.0.1"), refused(TDSError(40914), .accessDenied),
    refused(TDSError(10928), .tooMany), refused(TDSError(10929), .tooMany),
    refused(TDSError(49918), .tooMany), refused(TDSError(49919), .tooMany),
    refused(TDSError(49920), .tooMany),
    refused(TDSError(17892), .accessDenied), refused(TDSError(18401), .notReady),
    refused(
      TDSError(40532, text: "Cannot open server \"x\" requested by the login.  The login failed."),
      .noDatabase),
  ].map { $0.with(\.host, "127.0.0.1") }

  @Test(arguments: TDSRow.all(errors)) func error(_ row: TDSRow) async throws { try await row.judge() }

  /// A server that takes no more connections says so before anything of TLS.
  @Test(arguments: Mode.allCases) func fullBeforePrelogin(mode: Mode) async throws {
    let server = FakeTDS.refusing(TDSError(17809)).with(\.refuses, .prelogin)
    let row = TDSRow(
      situation: .always("full before PRELOGIN", server, .fails(.tooMany)).with(\.response, "17809"),
      mode: mode)
    try await row.judge()
  }

  /// What is sent is what was given, whatever characters are in it.
  @Test(arguments: [
    "pä ß €", "😀 emoji", "semi;colon#hash", "brace}{", "quote'\"", "back\\slash", "  spaces  ", "[section]",
    String(repeating: "x", count: 128),
  ]) func valuesArriveWhole(value: String) throws {
    let server = try FakeTDS.requiresTLS.with(\.logins, ["üser": value]).with(
      \.databases, ["master", "dä ta;base#"]
    )
    .own(value).start()
    let result = try Program.run(
      [
        "--engine", "sqlserver", "-h", "localhost", "-p", String(server.port), "-U", "üser", "-d",
        "dä ta;base#",
        "--password", "env:LAB_PASSWORD", "--ssl", "required",
      ], environment: ["LAB_PASSWORD": value])
    #expect(result.exitCode == 0, "\(result)")
    let login = try #require(try server.received().first?.login)
    #expect(login.passwordRight && login.user == "üser" && login.database == "dä ta;base#", "\(login)")
    #expect(
      login.application == "tablepro-connect" && login.tdsVersion == "7.4" && login.server == "localhost")
  }

  /// db-lib takes 128 bytes; what is longer is refused before anything is sent.
  @Test(arguments: ["user", "password", "database"]) func longValuesAreRefused(what: String) throws {
    let server = try FakeTDS.optional.own("long \(what)").start()
    let long = String(repeating: "ä", count: 65)
    let result = try Program.run(
      [
        "--engine", "sqlserver", "-h", "localhost", "-p", String(server.port), "--password",
        "env:LAB_PASSWORD",
        "-U", what == "user" ? long : "app", "-d", what == "database" ? long : "appdb",
      ], environment: ["LAB_PASSWORD": what == "password" ? long : "x"])
    #expect(result.exitCode == 64 && result.errors.contains("128"), "\(result)")
    #expect(!result.errors.contains("ää") || what != "password")
    #expect(try server.received(patience: 0).isEmpty)
  }

  /// Who the server says that it is.
  @Test(arguments: [
    (FakeTDS.optional, "Microsoft SQL Server 2022", "16.0.4145.4", "Developer Edition (64-bit)"),
    (.optional.with(\.properties, FakeTDS.azure), "Azure SQL", "12.0.2000.8", "SQL Azure"),
  ]) func identity(server: FakeTDS, product: String, version: String, edition: String) throws {
    let result = try Program.run(
      [
        "--engine", "sqlserver", "-h", "localhost", "-p", String(Lab.start(sqlserver: server).port), "-U",
        Account.user,
        "--password", "env:LAB_PASSWORD", "--ssl", "required",
      ], environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == 0 && result.output.contains("\(product) \(version), \(edition)"), "\(result)")
  }

  /// What the server's table of connections says is compared with what is known.
  @Test(arguments: [(Mode.required, "FALSE"), (.disabled, "TRUE")])
  func encryptOptionThatDiffers(mode: Mode, says: String) throws {
    let server = try Lab.start(sqlserver: .optional.with(\.encryptOption, says))
    let result = try Program.run(
      [
        "--engine", "sqlserver", "-h", "localhost", "-p", String(server.port), "-U", Account.user,
        "--password",
        "env:LAB_PASSWORD", "--ssl", mode.rawValue,
      ], environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == 0, "\(result)")
    #expect(result.output.contains("something on the way ends or adds TLS"), "\(result)")
  }
}
