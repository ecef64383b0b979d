import ConnectCore
import Testing

@testable import SQLServerDriver

@Suite struct RulesTests {
  static let target = ConnectionTarget(
    engine: .sqlserver, hosts: [HostPort(host: "db", port: 1433)], ssl: SSLSettings(mode: .required))

  static func finding(_ text: String, _ code: String? = nil) -> Finding? {
    SQLServerRules().finding(
      for: ConnectionFailure(
        stage: .auth, event: .serverReported,
        error: ServerError(text: text, nativeCode: code, origin: .server)),
      target: target)
  }

  /// Texts as SQL Server, Azure and other clients print them.
  static let recorded: [(text: String, cause: Cause)] = [
    ("Msg 18456, Level 14, State 1, Server LAB\nLogin failed for user 'sa'.", .authenticationFailed),
    (
      "Login failed for user 'mydb'. Reason: Failed to open the explicity specified database 'mydb'.\nError: 18456, Severity: 14, State: 38.",
      .databaseNotFound
    ),
    ("ConnectionError: Login failed for user 'myUserName'. ELOGIN", .authenticationFailed),
    (
      "Msg 40532 (severity 20, state 1) from MYSERVER:\nCannot open server \"MYSERVER\" requested by the login. The login failed.",
      .databaseNotFound
    ),
    (
      "com.microsoft.sqlserver.jdbc.SQLServerException: Cannot open server 'myserver' requested by the login. Client with IP address '203.0.113.7' is not allowed to access the server.",
      .accessDenied
    ),
    ("(4060, b'Cannot open database \"x\" requested by the login. The login failed.')", .databaseNotFound),
    ("Cannot open user default database. Login failed.", .databaseNotFound),
    (
      "Login failed. The login is from an untrusted domain and cannot be used with Windows authentication.",
      .authenticationFailed
    ),
    ("Login failed for user 'x'. Reason: The account is disabled.", .authenticationFailed),
    (
      "Database 'd' on server 's' is not currently available.  Please retry the connection later.",
      .serverNotReady
    ),
    (
      "Could not connect because the maximum number of '1' user connections has already been reached.",
      .tooManyConnections
    ),
    (
      "The instance of SQL Server you attempted to connect to requires encryption but this machine does not support it.",
      .serverRequiresTLS
    ),
  ]

  @Test(arguments: recorded) func texts(text: String, cause: Cause) {
    #expect(Self.finding(text)?.cause == cause)
  }

  @Test(arguments: [
    (18456, Cause.authenticationFailed), (18452, .authenticationFailed), (18470, .authenticationFailed),
    (18486, .authenticationFailed), (18487, .authenticationFailed), (18488, .authenticationFailed),
    (4060, .databaseNotFound), (4064, .databaseNotFound), (233, .tooManyConnections),
    (17809, .tooManyConnections), (17810, .tooManyConnections), (40613, .serverNotReady),
    (40197, .serverNotReady),
    (40501, .serverNotReady), (40615, .accessDenied), (40914, .accessDenied), (10928, .tooManyConnections),
    (10929, .tooManyConnections), (49918, .tooManyConnections), (49919, .tooManyConnections),
    (49920, .tooManyConnections),
  ]) func numbers(number: Int, cause: Cause) {
    #expect(Self.finding("in another language", String(number))?.cause == cause)
  }

  @Test(arguments: [102, 208, 50000]) func otherNumbersSayNothing(number: Int) {
    #expect(Self.finding("something", String(number)) == nil)
  }

  @Test func theStateIsTold() {
    func note(_ state: Int) -> String? {
      Self.finding("Msg 18456, Level 14, State \(state), Server S\nLogin failed for user 'x'.", "18456")?
        .notes.first
    }
    #expect(note(1)?.contains("hides the reason") == true)
    #expect(note(5)?.contains("no such login") == true)
    #expect(note(8)?.contains("password is wrong") == true)
    #expect(note(58)?.contains("Windows logins only") == true)
    #expect(note(77) == "state 77")
  }

  @Test func theFirewallsAddressIsTold() {
    let text = "Client with IP address '203.0.113.7' is not allowed to access the server."
    #expect(Self.finding(text, "40615")?.notes.first?.contains("203.0.113.7") == true)
  }

  /// Of several errors the one that says most names the cause, and all of them are told.
  @Test func severalErrors() {
    func message(_ number: Int, _ severity: Int, _ text: String) -> TDSServerMessage {
      TDSServerMessage(number: number, state: 1, severity: severity, text: text, server: "S")
    }
    let error = SQLServerErrors.error([
      message(5701, 0, "Changed database context"), message(4060, 11, "Cannot open database"),
      message(18456, 14, "Login failed"),
    ])
    #expect(error?.nativeCode == "4060")
    #expect(
      error?.text
        == "Msg 4060, Level 11, State 1, Server S\nCannot open database\nMsg 18456, Level 14, State 1, Server S\nLogin failed"
    )
    #expect(SQLServerErrors.error([message(5701, 0, "Changed")]) == nil)
  }

  @Test(arguments: [
    (
      "Microsoft SQL Server 2022 (RTM-CU15) (KB5041321) - 16.0.4145.4 (X64) \n\tAug 28",
      "Microsoft SQL Server 2022"
    ),
    ("Microsoft SQL Azure (RTM) - 12.0.2000.8 \n\tOct", "Azure SQL"),
    ("Microsoft SQL Server 2008 R2 (SP3) - 10.50.6000.34 (X64)", "Microsoft SQL Server 2008 R2"),
    (
      "Babelfish for Amazon Aurora PostgreSQL with SQL Server Compatibility - 12.0.2000.8\nDec",
      "Babelfish for Amazon Aurora PostgreSQL with SQL Server Compatibility"
    ),
  ]) func products(text: String, product: String) {
    #expect(SQLServerIdentity.product(text) == product)
  }

  @Test func identityWithoutProperties() {
    let text = "Microsoft SQL Server 2022 (RTM) - 16.0.1000.6 (X64)"
    #expect(
      SQLServerIdentity.identity([text, nil, nil])
        == ServerIdentity(product: "Microsoft SQL Server 2022", version: "16.0.1000.6"))
    #expect(SQLServerIdentity.identity([nil]) == nil)
    #expect(SQLServerIdentity.identity([]) == nil)
  }
}
