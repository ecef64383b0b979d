import Testing

@testable import ConnectCore

/// What a URL should become.
struct URLRow: Sendable, CustomTestStringConvertible {
  var url: String
  var hosts: [HostPort]
  var user = "me"
  var password: String?
  var database: String?
  var mode = SSLMode.preferred
  var engine = Engine.postgres

  var testDescription: String { url }
}

@Suite("URLs") struct ConnectionURLTests {
  static let local = HostPort(host: "localhost", port: 5432)

  @Test(arguments: [
    URLRow(url: "postgres://db", hosts: [HostPort(host: "db", port: 5432)]),
    URLRow(url: "POSTGRESQL://db", hosts: [HostPort(host: "db", port: 5432)]),
    URLRow(url: "postgresql://", hosts: [local]),
    URLRow(url: "postgresql:///shop", hosts: [local], database: "shop"),
    URLRow(url: "postgres://db/", hosts: [HostPort(host: "db", port: 5432)]),
    URLRow(url: "postgres://db:/shop", hosts: [HostPort(host: "db", port: 5432)], database: "shop"),
    URLRow(
      url: "postgres://al:s3cret@db.example.com:5433/shop",
      hosts: [HostPort(host: "db.example.com", port: 5433)], user: "al", password: "s3cret", database: "shop"),
    URLRow(url: "postgres://al@db", hosts: [HostPort(host: "db", port: 5432)], user: "al"),
    URLRow(url: "postgres://al:@db", hosts: [HostPort(host: "db", port: 5432)], user: "al", password: ""),
    URLRow(url: "postgres://:pw@db", hosts: [HostPort(host: "db", port: 5432)], password: "pw"),
    URLRow(
      url: "postgres://a%40b:p%2F%3a%25%20%C3%A9@db/my%20db", hosts: [HostPort(host: "db", port: 5432)],
      user: "a@b", password: "p/:% é", database: "my db"),
    // What needs escaping and was not, but still says one thing.
    URLRow(
      url: "postgres://al:p:w@db", hosts: [HostPort(host: "db", port: 5432)], user: "al", password: "p:w"),
    URLRow(
      url: "postgres://al:p@w@db", hosts: [HostPort(host: "db", port: 5432)], user: "al", password: "p@w"),
    URLRow(
      url: "postgres://al:p?w@db/x", hosts: [HostPort(host: "db", port: 5432)], user: "al", password: "p?w",
      database: "x"),
    URLRow(
      url: "postgres://al:p#w@db", hosts: [HostPort(host: "db", port: 5432)], user: "al", password: "p#w"),
    URLRow(
      url: "postgres://al:p+w@db", hosts: [HostPort(host: "db", port: 5432)], user: "al", password: "p+w"),
    // Several hosts, addresses, sockets.
    URLRow(
      url: "postgres://a:1,b,[::1]:3/x",
      hosts: [HostPort(host: "a", port: 1), HostPort(host: "b", port: 5432), HostPort(host: "::1", port: 3)],
      database: "x"),
    URLRow(url: "postgres://[::1]", hosts: [HostPort(host: "::1", port: 5432)]),
    URLRow(
      url: "postgres://u@[2001:db8::7]:6/d", hosts: [HostPort(host: "2001:db8::7", port: 6)], user: "u",
      database: "d"),
    URLRow(url: "postgres://[fe80::1%25eth0]", hosts: [HostPort(host: "fe80::1%eth0", port: 5432)]),
    URLRow(url: "postgres://[fe80::1%eth0]", hosts: [HostPort(host: "fe80::1%eth0", port: 5432)]),
    URLRow(
      url: "postgres://%2Ftmp%2Fsock/db", hosts: [HostPort(host: "/tmp/sock", port: 5432)], database: "db"),
    URLRow(url: "postgres:///db?host=/tmp", hosts: [HostPort(host: "/tmp", port: 5432)], database: "db"),
    URLRow(
      url: "postgresql://?host=/tmp&dbname=db", hosts: [HostPort(host: "/tmp", port: 5432)], database: "db"),
    // Parameters.
    URLRow(
      url: "postgres://db?user=al&password=p%26w&port=7&dbname=x", hosts: [HostPort(host: "db", port: 7)],
      user: "al", password: "p&w", database: "x"),
    URLRow(url: "postgres://db?user=me@corp", hosts: [HostPort(host: "db", port: 5432)], user: "me@corp"),
    URLRow(url: "postgres://a/x?host=b&dbname=y", hosts: [HostPort(host: "b", port: 5432)], database: "y"),
    URLRow(
      url: "postgres://?host=a,b&port=1,2",
      hosts: [HostPort(host: "a", port: 1), HostPort(host: "b", port: 2)]),
    URLRow(
      url: "postgres://?host=a,b&port=9",
      hosts: [HostPort(host: "a", port: 9), HostPort(host: "b", port: 9)]),
    URLRow(
      url: "postgres://?host=a,b&port=,8",
      hosts: [HostPort(host: "a", port: 5432), HostPort(host: "b", port: 8)]),
    URLRow(
      url: "postgres://a,b?hostaddr=10.0.0.1,10.0.0.2",
      hosts: [
        HostPort(host: "a", port: 5432, address: "10.0.0.1"),
        HostPort(host: "b", port: 5432, address: "10.0.0.2"),
      ]),
    URLRow(
      url: "postgres://?hostaddr=::1", hosts: [HostPort(host: "::1", port: 5432, address: "::1")]),
    // Other schemes of the family.
    URLRow(
      url: "redshift://c/dev", hosts: [HostPort(host: "c", port: 5439)], database: "dev", engine: .redshift),
    URLRow(url: "cockroach://c", hosts: [HostPort(host: "c", port: 26257)], engine: .cockroachdb),
    URLRow(
      url: "postgresql://max@c.example:26257/defaultdb?sslmode=verify-full&options=--cluster%3Dblue-1",
      hosts: [HostPort(host: "c.example", port: 26257)], user: "max", database: "defaultdb",
      mode: .verifyIdentity),
    // pgjdbc.
    URLRow(
      url: "jdbc:postgresql://db:5433/shop?user=al&password=a+b%2Bc",
      hosts: [HostPort(host: "db", port: 5433)], user: "al", password: "a b+c", database: "shop"),
    URLRow(url: "jdbc:postgresql:shop", hosts: [local], database: "shop"),
    URLRow(url: "jdbc:postgresql:/", hosts: [local]),
    URLRow(
      url: "jdbc:postgresql://a:1,b:2/x",
      hosts: [HostPort(host: "a", port: 1), HostPort(host: "b", port: 2)], database: "x"),
    URLRow(
      url: "jdbc:redshift://c/dev", hosts: [HostPort(host: "c", port: 5439)], database: "dev",
      engine: .redshift),
  ]) func shape(_ row: URLRow) throws {
    let target = try resolved(row.url).target
    #expect(target.engine == row.engine)
    #expect(target.hosts == row.hosts)
    #expect(target.user == row.user)
    #expect(target.password?.exposed == row.password)
    #expect(target.database == row.database ?? row.user)
    #expect(target.ssl.mode == row.mode)
  }

  @Test(
    arguments: [
      ("postgres://u:s3cret@h:port/db?x=s3cret", "postgres://…@h:port/db"),
      ("postgres://u:s3c/ret@h/db", "postgres://…@h/db"),
      ("postgres://u:s3cret@h:0/db", "postgres://…@h:0/db"),
      ("postgres://u:s3cret@h:65536", "postgres://…@h:65536"),
      ("postgres://u:s3cret@h:-1", "postgres://…@h:-1"),
      ("postgres://u:s3cret", "postgres://…"),
      ("postgres://u:s3cret/db", "postgres://…"),
      ("postgres://u:%zzs3cret@h/db;s3cret", "postgres://…@h/db"),
      ("postgres://u:s3cret%00@h/db", "postgres://…@h/db"),
      ("postgres://u:s3cret%FF@h/db", "postgres://…@h/db"),
      ("postgres://u:12?s3cret%@h/", "postgres://…"),
      ("postgres://u:s3cret@[::1/db", "postgres://…@[::1/db"),
      ("postgres://u:s3cret@h/db?s3c ret", "postgres://…@h/db"),
      ("postgres://h?user=u&password=a&s3cret", "postgres://…"), ("postgres:u:s3cret@h", nil),
      ("postgres:/u:s3cret@h", nil),
      ("s3cret", nil),
      ("u:s3cret@h/db", nil),
      ("foo://u:s3cret@h/db", "foo://…@h/db"),
      ("s3cret word://h", nil),
      ("jdbc:foo://h?password=s3cret", "jdbc:foo://…"),
      ("", nil), ("://", nil), ("postgres", nil),
    ] as [(String, String?)]) func unreadable(url: String, shown: String?) throws
  {
    let message = try #require(refusal(url))
    #expect(!message.contains("s3c"))
    if let shown { #expect(message.contains(shown)) }
  }

  @Test(arguments: ["cassandra://h", "redis://h", "mysql://h"])
  func otherEnginesHaveNoSuchSettings(url: String) throws {
    let resolution = try resolved(
      "\(url)?channel_binding=require&application_name=x", built: [.cassandra, .redis, .mysql])
    #expect(resolution.target.parameters.isEmpty)
    for key in ["channel_binding", "application_name"] {
      #expect(resolution.warnings.contains("The URL's parameter \(key) is not used."))
    }
  }

  @Test func settingsGoToTheDriver() throws {
    let target = try resolved(
      "postgres://h?options=-c%20x%3D1&channel_binding=require&application_name=a"
    ).target
    #expect(
      target.parameters == ["options": "-c x=1", "channel_binding": "require", "application_name": "a"])
    #expect(refusal("postgres://h?channel_binding=maybe")?.contains("channel_binding is \"maybe\"") == true)
    #expect(
      try resolved("jdbc:postgresql://h/?channelBinding=disable&ApplicationName=b").target.parameters
        == ["channel_binding": "disable", "application_name": "b"])
  }

  @Test(arguments: [
    ("connect_timeout=3", 3), ("connect_timeout=0", 10), ("connect_timeout=-1", 10), ("connect_timeout=", 10),
    ("connect_timeout=999999", 86_400),
  ]) func timeout(query: String, seconds: Double) throws {
    #expect(try resolved("postgres://h?\(query)").target.timeout == seconds)
    #expect(try resolved("postgres://h?\(query)") { $0.timeout = "7" }.target.timeout == 7)
  }

  @Test func pgjdbcTimeouts() throws {
    #expect(try resolved("jdbc:postgresql://h/?connectTimeout=4&loginTimeout=5").target.timeout == 5)
    #expect(try resolved("jdbc:postgresql://h/?connectTimeout=4").target.timeout == 4)
    #expect(refusal("postgres://h?connect_timeout=5s")?.contains("connect_timeout is \"5s\"") == true)
  }

  @Test func unknownParametersWarnByTheirKeyAlone() throws {
    let warnings = try resolved("postgres://h?service=s3cret&keepalives=1&sslsni=1&sslsni=0").warnings
    #expect(warnings.count == 3)
    #expect(warnings[0] == "The URL's parameter service is not used.")
    #expect(!warnings.joined().contains("s3cret"))
    #expect(try resolved("postgres://h?sslsni=1&gssencmode=disable&sslcompression=0").warnings.isEmpty)
  }

  @Test(arguments: [
    ("postgres://a,b?port=1,2,3", "ports for 2 hosts"),
    ("postgres://a,b?hostaddr=10.0.0.1", "1 addresses for 2 hosts"),
    ("postgres://a?hostaddr=name", "hostaddr is \"name\""),
    ("postgres://a?port=x", "port is \"x\""),
    ("postgres://a%20b", "a host has no spaces"),
    ("postgres://a%0Ab", "\"a\\nb\""),
    ("postgres://a%0Ab:pw@h", "user holds a control character"),
    ("postgres://h/a%1Bb", "database holds a control character"),
    ("https://h", "--engine"),
    ("mongodb+srv://u:s3cret@h", "MongoDB"), ("rediss://h", "Redis"),
    ("jdbc:sqlserver://h;password=s3cret", "SQL Server"), ("jdbc:oracle:thin:u/s3cret@//h:1/x", "Oracle"),
    ("sqlite:///tmp/x", "SQLite"), ("duckdb:///tmp/x", "DuckDB"),
  ]) func refused(url: String, naming: String) throws {
    let message = try #require(refusal(url))
    #expect(message.contains(naming))
    #expect(!message.contains("s3cret"))
  }
}
