import Foundation
import Lab
import Testing

/// What lies in the home folder and in the environment of MariaDB's clients × five modes: none of it changes a mode.
@Suite struct MySQLEnvironmentTests {
  typealias Certificates = CertificateTable<MariaDBServer>

  static func good(_ title: String, _ server: MariaDBServer = .optional) -> Situation {
    MySQLServerTests.takesAll(title, server)
  }

  static func ignored(_ name: String, _ value: String) -> Situation {
    good("\(name) ignored").with(\.environment, [name: value]).with(\.remark, name)
  }

  /// What would change where a connection goes, and as whom; MariaDB's client obeys it in `theClientObeys`.
  static let file = """
    [client]
    port = 1
    user = nobody-here
    password = not-it-2c9f
    ssl-ca = /nonexistent/ca.pem
    ssl-cert = /nonexistent/client.crt
    ssl-key = /nonexistent/client.key
    tls-version = TLSv1.1
    plugin-dir = /nonexistent
    """

  static let variables = [
    good("~/.my.cnf").with(\.homeTexts, [".my.cnf": file]),
    good("~/.my.cnf, TLS 1.2", .tls12).with(\.homeTexts, [".my.cnf": file]),
    Certificates.untrusted("~/.my.cnf: the right CA", "good", "")
      .with(\.homeTexts, [".my.cnf": "[client]\nssl-ca = {pki}/ca.pem\n"]),
    Situation(
      "~/.my.cnf: TLS, on a server without", mariadb: .plain, "", .plain, .fallback, MySQLServerTests.lacks,
      MySQLServerTests.lacks, MySQLServerTests.lacks
    ).with(\.homeTexts, [".my.cnf": "[client]\nssl\nssl-verify-server-cert\n"]),
    good("options before MYSQL_HOST and the like").with(
      \.environment, ["MYSQL_HOST": "192.0.2.1", "MYSQL_TCP_PORT": "1", "MYSQL_PWD": "not-it-2c9f"]),
    MySQLLoginTests.fails("an empty --password before MYSQL_PWD", .optional, .authentication)
      .with(\.password, "").with(\.environment, ["MYSQL_PWD": MySQLAccount.password]),
    good("MYSQL_PWD").with(\.password, nil).with(\.environment, ["MYSQL_PWD": MySQLAccount.password]),
    good("MYSQL_HOME").with(\.environment, ["MYSQL_HOME": "/nonexistent"]),
    good("MARIADB_HOME").with(\.environment, ["MARIADB_HOME": "/nonexistent"]),
    good("MARIADB_PLUGIN_DIR").with(\.user, MySQLAccount.ed25519)
      .with(\.environment, ["MARIADB_PLUGIN_DIR": "/nonexistent"]),
    good("LIBMYSQL_PLUGINS").with(\.environment, ["LIBMYSQL_PLUGINS": "nowhere;none"]),
    ignored("MYSQL_UNIX_PORT", "/nonexistent/mysql.sock"),
    ignored("MYSQL_GROUP_SUFFIX", "_nowhere"),
    ignored("LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN", "1"),
    ignored("MARIADB_TLS_DISABLE_PEER_VERIFICATION", "1"),
    Certificates.untrusted(
      "MARIADB_TLS_DISABLE_PEER_VERIFICATION: self-signed", "self-signed", Certificates.ca
    )
    .with(\.environment, ["MARIADB_TLS_DISABLE_PEER_VERIFICATION": "1"]),
  ]

  @Test(arguments: Row.all(variables)) func variable(_ row: Row) throws { try row.judge() }

  /// Host, port and password from the environment, in every mode.
  @Test(arguments: Mode.allCases) func everythingFromTheEnvironment(mode: Mode) throws {
    let port = try String(Lab.start(mariadb: .optional).port)
    for engine in ["mysql", "mariadb"] {
      let result = try Program.run(
        [
          "--engine", engine, "-U", MySQLAccount.user, "--ssl", mode.rawValue, "--ssl-ca",
          Lab.pki + "/ca.pem",
          "--format", "json",
        ],
        environment: ["MYSQL_HOST": "127.0.0.1", "MYSQL_TCP_PORT": port, "MYSQL_PWD": MySQLAccount.password])
      let report = try #require(Report(result.output), "\(result)")
      #expect(report.ok && report.host == "127.0.0.1" && report.address == "127.0.0.1:\(port)", "\(result)")
    }
  }

  /// The variables of another engine's clients are not this one's.
  @Test func theVariablesOfOthers() throws {
    let port = try String(Lab.start(mariadb: .optional).port)
    let result = try Program.run(
      ["--engine", "mysql", "-h", "localhost", "-p", port, "-U", MySQLAccount.user, "--format", "json"],
      environment: ["PGPASSWORD": MySQLAccount.password, "PGSSLMODE": "disable"])
    #expect(result.exitCode == Cause.authentication.exitCode, "\(result)")
    #expect(Report(result.output)?.ssl.requested == "preferred", "\(result)")
  }

  // MARK: The proof that it would have changed something

  /// MariaDB's own client, without `--no-defaults`.
  static func client(_ environment: [String: String], _ options: [String] = []) throws -> ProgramResult {
    let port = try Lab.start(mariadb: .optional).port
    return try Command.run(
      [try Lab.mariadbClient()] + options + [
        "--protocol=tcp", "--host=127.0.0.1", "--port=\(port)", "--batch", "--execute=select 1",
      ],
      environment: Program.cleanEnvironment.merging(environment) { $1 })
  }

  static let login = ["--user=\(MySQLAccount.user)", "--password=\(MySQLAccount.password)"]

  @Test(arguments: ["HOME", "MYSQL_HOME"]) func theClientObeys(variable: String) throws {
    let folder = try TemporaryFolder()
    let name = variable == "HOME" ? ".my.cnf" : "my.cnf"
    let place = folder.path + "/" + name
    try "[client]\nuser = nobody-here\npassword = not-it-2c9f\n".write(
      toFile: place, atomically: true, encoding: .utf8)
    let client = try Self.client(["HOME": "/nonexistent"].merging([variable: folder.path]) { $1 })
    #expect(client.errors.contains("'nobody-here'"), "\(client)")
    try Self.file.write(toFile: place, atomically: true, encoding: .utf8)
    let stopped = try Self.client(
      ["HOME": "/nonexistent"].merging([variable: folder.path]) { $1 }, Self.login)
    #expect(stopped.exitCode != 0, "\(stopped)")
    // What stops the client does not stop us.
    let situation = Self.good("the same \(name)").with(\.environment, [variable: folder.path])
    for mode in Mode.allCases where variable == "MYSQL_HOME" {
      try Row(situation: situation, mode: mode).judge()
    }
  }

  /// A plugin that leaves a trace when it is loaded, at start or in place of the one that the server asks for.
  @Test func noPluginOfAnothersIsLoaded() throws {
    let folder = try TemporaryFolder()
    let trace = folder.path + "/trace"
    let source = """
      #include <fcntl.h>
      #include <unistd.h>
      __attribute__((constructor)) static void leave(void) { close(open("\(trace)", O_CREAT | O_WRONLY, 0600)); }
      int _mysql_client_plugin_declaration_;
      """
    try source.write(toFile: folder.path + "/spy.c", atomically: true, encoding: .utf8)
    for name in ["spy", "client_ed25519", "caching_sha2_password", "mysql_native_password"] {
      let built = try Command.run(
        ["cc", "-shared", "-fPIC", "-o", "\(folder.path)/\(name).so", folder.path + "/spy.c"])
      try #require(built.exitCode == 0, "\(built)")
    }
    let atStart = ["MARIADB_PLUGIN_DIR": folder.path, "LIBMYSQL_PLUGINS": "spy"]
    for (environment, user) in [
      (atStart, MySQLAccount.user), (["MARIADB_PLUGIN_DIR": folder.path], MySQLAccount.ed25519),
    ] {
      let client = try Self.client(
        environment, ["--no-defaults", "--user=\(user)", "--password=\(MySQLAccount.password)"])
      #expect(FileManager.default.fileExists(atPath: trace), "the client did not load it: \(client)")
      try? FileManager.default.removeItem(atPath: trace)
      for mode in Mode.allCases {
        let situation = Self.good("a spy").with(\.environment, environment).with(\.user, user)
        try Row(situation: situation, mode: mode).judge()
        #expect(!FileManager.default.fileExists(atPath: trace), "\(environment), \(user)")
      }
    }
  }
}
