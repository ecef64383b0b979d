import Foundation
import Lab
import Testing

/// An attempt to log in to SQL Server with a client that others wrote (tds_clients.py).
struct TDSAttempt: Encodable, Sendable, CustomTestStringConvertible {
  enum Client: String, Encodable, CaseIterable, Sendable {
    case tsql
    case pythonTDS = "python-tds"
    case microsoft = "mssql-python"
  }

  /// How much the client wants encrypted; not every client can do each.
  enum TLS: String, Encodable, CaseIterable, Sendable { case off, login, whole, strict }

  var client: Client
  var tls: TLS
  var host = "localhost"
  var port: Int?
  var instance: String?
  var user = Account.user
  var password = Account.password
  var database = Account.database
  /// The file of the PKI whose CAs it trusts.
  var ca = "ca.pem"
  /// Seconds that it gives the login and the query.
  var patience = 5
  var query = """
    SELECT @@VERSION, CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), SERVERPROPERTY('Edition'), \
    encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID
    """

  var testDescription: String { "\(client.rawValue), \(tls.rawValue)" }

  init(_ client: Client, _ tls: TLS) { (self.client, self.tls) = (client, tls) }

  /// What the clients can do: no TLS is none of Microsoft's, and TDS 8.0 is theirs alone.
  static let all = Client.allCases.flatMap { client in
    TLS.allCases.compactMap { tls in
      (client == .microsoft ? tls == .off : tls == .strict) ? nil : TDSAttempt(client, tls)
    }
  }

  /// The same attempt with something else about it.
  func with<Value>(_ path: WritableKeyPath<TDSAttempt, Value>, _ value: Value) -> TDSAttempt {
    var attempt = self
    attempt[keyPath: path] = value
    return attempt
  }

  /// Makes this one attempt.
  func made(on port: Int? = nil) throws -> TDSAnswer { try Self.make([self], on: port)[0] }

  /// Makes attempts, all at once; they trust the same CAs.
  static func make(_ attempts: [TDSAttempt], on port: Int? = nil) throws -> [TDSAnswer] {
    let filled = try attempts.map { attempt in
      attempt.with(\.port, port ?? attempt.port).with(\.ca, try Lab.pki + "/" + attempt.ca)
    }
    let python = Package.folder + "/.venv/bin/python"
    let script = Package.folder + "/Tests/LabHelpers/tds_clients.py"
    let request = String(decoding: try JSONEncoder().encode(filled), as: UTF8.self)
    let result = try Command.run([python, script, request])
    try #require(result.exitCode == 0, "\(result.errors)\nIf a package is missing, run `make setup`.")
    return try JSONDecoder().decode([TDSAnswer].self, from: Data(result.output.utf8))
  }
}

/// What came of an attempt.
struct TDSAnswer: Decodable, Sendable {
  /// The row that answered the query.
  var row: [String?]?
  /// What the client said instead.
  var error: String?
  var seconds: Double
}
