import Testing

@testable import ConnectCore

@Suite("Targets of engines that open a file")
struct FileTargetTests {
  private static let built: Set<Engine> = [.sqlite, .duckdb]

  private func target(
    _ url: String? = nil, engine: String? = nil, environment: [String: String] = [:],
    _ change: (inout TargetOptions) -> Void = { _ in }
  ) throws(UsageError) -> ResolvedTarget {
    try resolved(url, engine: engine, environment: environment, built: Self.built, change)
  }

  @Test(
    "A URL names a path",
    arguments: [
      ("sqlite:shop.db", "shop.db"), ("sqlite:a/b.db", "a/b.db"), ("sqlite:/a/b.db", "/a/b.db"),
      ("sqlite:///a/b.db", "/a/b.db"), ("sqlite:////a/b.db", "/a/b.db"), ("sqlite://a/b.db", "a/b.db"),
      ("sqlite://localhost/a.db", "/a.db"), ("sqlite://localhost", "localhost"),
      ("sqlite:./a.db", "./a.db"), ("SQLite:a.db", "a.db"), ("sqlite:a%20b%3Fc%25.db", "a b?c%.db"),
      ("sqlite:a.db?x=1", "a.db"), ("sqlite:me@home:1.db", "me@home:1.db"),
      ("sqlite:///me@home/a", "/me@home/a"),
      ("sqlite:file:a.db", "file:a.db"), ("sqlite::memory:", ":memory:"), ("sqlite:///:memory:", ":memory:"),
      ("sqlite://:memory:", ":memory:"), ("duckdb:a.duckdb", "a.duckdb"), ("duckdb:///a.duckdb", "/a.duckdb"),
      ("duckdb::memory:", ":memory:"), ("duckdb:md:x", "md:x"),
    ])
  func path(url: String, path: String) throws {
    let target = try target(url).target
    #expect(target.database == path)
    #expect(target.engine.rawValue == url.lowercased().prefix { $0 != ":" })
    #expect(target.hosts == [.none] && target.user == nil && target.password == nil)
    #expect(target.sources.engine == .url && target.sources.host == .url)
  }

  @Test("An option comes before the URL, and the URL before a default")
  func precedence() throws {
    let typed = try target("sqlite:a.db?connect_timeout=3") { $0.database = "b.db" }.target
    #expect(typed.database == "b.db" && typed.sources.host == .option && typed.timeout == 3)
    let variable = try target(environment: ["DATABASE_URL": "sqlite:a.db"]).target
    #expect(variable.sources.host == .environment("DATABASE_URL"))
    #expect(try target(engine: "sqlite") { $0.database = "x" }.target.timeout == 10)
  }

  @Test(
    "What has no meaning for a file is refused",
    arguments: [
      ("sqlite:", "needs a file"), ("sqlite://", "needs a file"), ("sqlite:?x=1", "needs a file"),
      ("sqlite://u:s3cret@h/x", "cannot be read"), ("sqlite://h:1/x", "cannot be read"),
      ("sqlite:a%zz", "hexadecimal"), ("sqlite:a%0Ab", "control character"),
      ("sqlite:a%00b", "cannot be read"),
      ("sqlite:x?sslmode=disable", "the URL's sslmode does not apply"), ("sqlite:x?ssl", "does not apply"),
      ("duckdb:x?tlsmode=1", "does not apply"), ("sqlite:x?sslmode=maybe", "sslmode"),
      ("sqlite:s3://bucket/x", "a server's URL"),
    ])
  func refused(url: String, words: String) throws {
    let message = try #require(refusal(url, built: Self.built))
    #expect(message.contains(words))
    #expect(!message.contains("s3cret"))
  }

  @Test("Stages that a file does not have are refused")
  func stages() {
    func message(_ until: String, _ path: String = "x") -> String? {
      refusal("sqlite:\(path)", built: Self.built) { $0.until = until }
    }
    #expect(message("tls")?.contains("no TLS") == true)
    #expect(message("auth")?.contains("no login") == true)
    #expect(message("connect") == nil)
    #expect(message("query") == nil)
    #expect(message("connect", ":memory:")?.contains(":memory: is none") == true)
  }

  @Test("What belongs to a network or a login is not used, and no secret is read")
  func unused() throws {
    let warnings = try target("sqlite:x?password=s3cret&vfs=unix") {
      $0.host = "h"
      $0.port = "1"
      $0.user = "u"
      $0.password = "env:NOT_SET"
      $0.ipv6 = true
      $0.instance = "i"
    }.warnings
    #expect(
      warnings.map { $0.prefix { $0 != ":" && $0 != ";" } } == [
        "The URL's parameter password is not used.", "The URL's parameter vfs is not used.",
        "-h/--host is not used", "-p/--port is not used", "-U/--user is not used", "--password is not used",
        "-6 is not used", "--instance is for SQL Server",
      ])
  }

  @Test("Every problem of a file has advice of its own, which names it")
  func advice() throws {
    for engine in [Engine.sqlite, .duckdb] {
      for problem in DatabaseFileProblem.allCases {
        let target = ConnectionTarget(
          engine: engine, hosts: [.none], database: "/data/shop", ssl: SSLSettings(mode: .disabled))
        let failure = ConnectionFailure(
          stage: .query, event: .databaseFile(DatabaseFileFault(problem, detail: "it is so")))
        let diagnosis = try #require(
          Diagnosis(of: Observation(outcome: .failed(failure), host: .none), target: target, rules: NoRules())
        )
        #expect(diagnosis.cause == problem.cause)
        #expect(diagnosis.message.contains("“/data/shop”") && diagnosis.recommendedMode == nil)
        #expect(!diagnosis.suggestion.contains("--ssl") && !diagnosis.suggestion.contains("SSL"))
        #expect(diagnosis.notes == ["It is so."])
      }
    }
  }

  @Test("Reports leave out what a file does not have")
  func report() throws {
    let resolved = try target("sqlite:shop.db")
    let observation = Observation(
      outcome: .connected(Session(server: ServerIdentity(product: "SQLite", version: "3"))), host: .none,
      address: "/data/shop.db", stages: [StageTiming(stage: .query, milliseconds: 1, ok: true)],
      remarks: [.databaseIsEmpty])
    let report = Report(
      of: ConnectionTest(target: resolved.target), observation: observation, diagnosis: nil,
      elapsed: .milliseconds(1))
    let json = report.json(showCertificates: false)
    #expect(try JSONSchema.ofReports().problems(in: json) == [])
    #expect(json.contains(#""host":null,"port":null,"address":"/data/shop.db","database":"shop.db""#))
    #expect(json.contains(#""ssl":{"requested":null,"encrypted":null"#))
    let text = report.text(TextStyle())
    #expect(text.hasPrefix("SQLite file shop.db (/data/shop.db): connected\n"))
    #expect(text.contains("not applicable (no network protocol)"))
    #expect(text.contains("Warning: The file is empty"))
    // No engine with a network may do without a host.
    #expect(try !JSONSchema.ofReports().problems(in: json.replacing("sqlite", with: "postgres")).isEmpty)
  }
}
