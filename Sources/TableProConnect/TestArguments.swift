import ArgumentParser
import ConnectCore

/// The options of `test`. All of them are texts, since the parser would show a bad value in its error even
/// where that is a secret; `TargetResolver` and `OptionValues` read them.
struct TestArguments: ParsableArguments {
  @OptionGroup(title: "Where to") var server: ServerArguments
  @OptionGroup(title: "SSL") var ssl: SSLArguments
  @OptionGroup(title: "The test") var course: CourseArguments
  @OptionGroup(title: "The report") var output: OutputArguments
}

struct ServerArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp("scheme://[user[:password]@]host[:port][/database][?param=value]", valueName: "URL"))
  var url: String?

  @Option(
    help: ArgumentHelp("What kind of server it is.", valueName: "engine"),
    completion: .list(Engine.allCases.map(\.rawValue)))
  var engine: String?

  @Option(
    name: [.customShort("h"), .long],
    help: "Name or address, several with commas, or a Unix socket's folder. (default: localhost)")
  var host: String?

  @Option(name: [.customShort("p"), .long], help: "Port. (default: the engine's)")
  var port: String?

  @Option(name: [.customShort("U"), .customShort("u"), .long], help: "User. (default: the system's user)")
  var user: String?

  @Option(
    name: [.customShort("d"), .long],
    help: "Database, or the file of SQLite or DuckDB. (default: the user's name)")
  var database: String?

  @Option(help: ArgumentHelp("Password, from \(SecretSource.forms).", valueName: "source"))
  var password: String?

  @Option(help: ArgumentHelp("MongoDB: the database that knows the user.", valueName: "database"))
  var authSource: String?

  @Option(help: ArgumentHelp("Oracle: the service.", valueName: "service"))
  var serviceName: String?

  @Option(help: ArgumentHelp("Oracle: the instance's SID.", valueName: "sid"))
  var sid: String?

  @Option(help: ArgumentHelp("SQL Server: the named instance.", valueName: "name"))
  var instance: String?
}

struct SSLArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "\(SSLMode.allCases.map(\.rawValue).joined(separator: ", ")). (default: preferred)", valueName: "mode"),
    completion: .list(SSLMode.allCases.map(\.rawValue)))
  var ssl: String?

  @Option(
    help: ArgumentHelp(
      "Trusted certificates, a PEM file, or \"system\". (default: system)", valueName: "file"),
    completion: .file())
  var sslCa: String?

  @Option(
    help: ArgumentHelp("The client's certificate, a PEM file; it may hold the key.", valueName: "file"),
    completion: .file())
  var sslCert: String?

  @Option(help: ArgumentHelp("The client's private key, a PEM file.", valueName: "file"), completion: .file())
  var sslKey: String?

  @Option(help: ArgumentHelp("The key's pass phrase, as for --password.", valueName: "source"))
  var sslKeyPassphrase: String?

  @Option(
    help: ArgumentHelp("Revoked certificates, a PEM file of CRLs.", valueName: "file"), completion: .file())
  var sslCrl: String?

  @Option(help: ArgumentHelp("The name to send and to verify, instead of the host.", valueName: "name"))
  var serverName: String?

  @Option(
    help: ArgumentHelp("The lowest TLS version: 1.0, 1.1, 1.2 or 1.3. (default: 1.2)", valueName: "version"),
    completion: .list(TLSVersion.allCases.map(\.rawValue)))
  var tlsMin: String?
}

struct CourseArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Stop after connect, tls, auth or query. (default: query)", valueName: "stage"),
    completion: .list(["connect", "tls", "auth", "query"]))
  var until: String?

  @Option(help: ArgumentHelp("Deadline, 0.1 to 86400. (default: 10)", valueName: "seconds"))
  var timeout: String?

  @Option(
    help: ArgumentHelp(
      "Keep trying for that long while the cause may pass, 0 to 86400.", valueName: "seconds"))
  var wait: String?

  @Option(
    help: ArgumentHelp("Exit 0 if it ends so, 2 if not: \"connected\" or a cause.", valueName: "cause"),
    completion: .list(["connected"] + Cause.allCases.map(\.rawValue)))
  var expect: String?

  @Flag(name: [.customShort("4"), .long], help: "Use IPv4 addresses only.")
  var ipv4 = false

  @Flag(name: [.customShort("6"), .long], help: "Use IPv6 addresses only.")
  var ipv6 = false
}

struct OutputArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("text or json. (default: text)", valueName: "format"),
    completion: .list(["text", "json"]))
  var format: String?

  @Flag(help: "Print the server's certificates as PEM.")
  var showCerts = false

  @Flag(help: "Print no report, only set the exit code.")
  var quiet = false

  @Flag(help: "Say more.")
  var verbose = false

  @Option(
    help: ArgumentHelp("auto, always or never. (default: auto)", valueName: "when"),
    completion: .list(["auto", "always", "never"]))
  var color: String?
}
