import Testing

@testable import ConnectCore

/// Where a SQL Server is, out of the ways in which that is written.
@Suite struct SQLServerTargetTests {
  static func host(_ value: String) -> Given { Given(value, from: .option, as: "-h/--host") }

  @Test(arguments: [
    ("db", "db", nil, nil), ("db,1444", "db", "1444", nil), ("db, 1444", "db", "1444", nil),
    ("tcp:db,1444", "db", "1444", nil), ("db\\EXPRESS", "db", nil, "EXPRESS"),
    ("db\\EXPRESS,1444", "db", "1444", "EXPRESS"),
    (".", "localhost", nil, nil), ("(local)\\X", "localhost", nil, "X"), (".\\X", "localhost", nil, "X"),
    ("::1,1444", "::1", "1444", nil),
  ]) func hosts(text: String, host: String, port: String?, instance: String?) throws {
    let place = try SQLServerPlace(host: Self.host(text), port: nil, instance: nil)
    #expect(place.host?.value == host)
    #expect(place.port?.value == port)
    #expect(place.instance?.value == instance)
    #expect(try place.instanceToAskFor() == (port == nil ? instance : nil))
    #expect(place.warnings.isEmpty == (port == nil || instance == nil))
  }

  @Test(arguments: ["db,", "db,0", "db,70000", "db,other", "/tmp"]) func noPlaces(text: String) {
    #expect(throws: UsageError.self) { try SQLServerPlace(host: Self.host(text), port: nil, instance: nil) }
  }

  @Test(arguments: ["", "a b", "a;b", "a\\b", String(repeating: "x", count: 33)]) func noInstances(
    name: String
  ) throws {
    let place = try SQLServerPlace(
      host: Self.host("db"), port: nil, instance: Given(name, from: .option, as: "--instance"))
    #expect(throws: UsageError.self) { try place.instanceToAskFor() }
  }

  @Test func theDefaultInstanceHasTheDefaultPort() throws {
    let place = try SQLServerPlace(host: Self.host("db\\MSSQLSERVER"), port: nil, instance: nil)
    #expect(try place.instanceToAskFor() == nil)
  }

  /// The port that was typed wins over one that is part of the host.
  @Test func twoPorts() throws {
    let typed = Given("1500", from: .option, as: "-p/--port")
    #expect(try SQLServerPlace(host: Self.host("db,1444"), port: typed, instance: nil).port?.value == "1500")
  }

  @Test func jdbc() throws {
    let url = try ConnectionURL(
      "jdbc:sqlserver://db.example.test\\EXPRESS:1444;databaseName=a b;user=me;password={p;w}}d};encrypt=true;trustServerCertificate=false;hostNameInCertificate=other.example.test;loginTimeout=7;applicationName=x;applicationIntent=ReadOnly"
    )
    #expect(url.layer[.host]?.value == "db.example.test\\EXPRESS")
    #expect(url.layer[.port]?.value == "1444")
    #expect(url.layer[.database]?.value == "a b")
    #expect(url.layer[.user]?.value == "me")
    #expect(url.layer[.password]?.value == "p;w}d")
    #expect(url.layer[.mode]?.value == "verify-identity")
    #expect(url.layer[.serverName]?.value == "other.example.test")
    #expect(url.layer[.timeout]?.value == "7")
    #expect(url.layer.parameters == ["application_name": "x"])
    #expect(url.warnings == ["The URL's parameter applicationIntent is not used."])
  }

  @Test(arguments: [
    ("encrypt=true;trustServerCertificate=true", "required"), ("encrypt=false", "disabled"),
    ("encrypt=optional", "disabled"), ("encrypt=disable", "disabled"),
    ("encrypt=mandatory", "verify-identity"),
    ("encrypt=strict;trustServerCertificate=true", "verify-identity"), ("trustServerCertificate=true", nil),
  ]) func encryption(text: String, mode: String?) throws {
    #expect(try ConnectionURL("jdbc:sqlserver://db;\(text)").layer[.mode]?.value == mode)
    let query = text.replacing(";", with: "&")
    #expect(try ConnectionURL("sqlserver://db?\(query)").layer[.mode]?.value == mode)
  }

  /// A pattern is no name that could be asked for.
  @Test func namesWithAWildcard() throws {
    let url = try ConnectionURL("jdbc:sqlserver://db;hostNameInCertificate=*.database.windows.net")
    #expect(url.layer[.serverName] == nil)
    #expect(url.warnings.first?.contains("hostNameInCertificate") == true)
  }

  @Test(arguments: [
    "jdbc:sqlserver:db", "jdbc:sqlserver://user:s3cret@db", "jdbc:sqlserver://db:s3cret",
    "jdbc:sqlserver://db;s3cret",
    "jdbc:sqlserver://db;password={s3cret", "jdbc:sqlserver://db;password={s3cret}x",
    "jdbc:sqlserver://db;p@ss s3cret=x",
  ]) func unreadable(url: String) throws {
    let error = #expect(throws: UsageError.self) { try ConnectionURL(url) }
    #expect(error?.message.contains("s3cret") == false)
  }
}
