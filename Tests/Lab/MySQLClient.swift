import Foundation

/// Other people's clients of MySQL, which prove that a fake is like MySQL (`mysql_client.py`).
public enum MySQLClient: String, Encodable, CaseIterable, Sendable {
  case pymysql
  /// Oracle's, written in Python.
  case connector
  /// Oracle's C library, which the same package brings.
  case libmysqlclient

  /// What it does about TLS.
  public enum TLS: String, Encodable, Sendable { case none, required, verified }

  /// What came of a login.
  public struct Answer: Decodable, Sendable {
    /// The session's cipher, empty without TLS; nil if it failed.
    public let cipher: String?
    /// The rows of each query.
    public let rows: [[[String?]]]?
    /// The number of the error that it failed with; 0 if it had none.
    public let code: Int?
    /// Its text.
    public let text: String?
  }

  private struct Wanted: Encodable {
    var client: MySQLClient
    var host: String
    var port: Int
    var user: String
    var password: String
    var database: String
    var tls: TLS
    var ca: String
    var certificate: [String]?
    var queries: [String]
    var timeout: Int
  }

  /// Logs in, puts the queries, and goes; `certificate` is the name of the client's own among the PKI's.
  public func login(
    port: Int, host: String = "localhost", user: String = Account.user, password: String = Account.password,
    database: String = Account.database, tls: TLS = .none, certificate: String? = nil,
    queries: [String] = [], timeout: Int = 10
  ) throws -> Answer {
    let pki = try Lab.pki
    let wanted = Wanted(
      client: self, host: host, port: port, user: user, password: password, database: database, tls: tls,
      ca: pki + "/ca.pem", certificate: certificate.map { ["\(pki)/\($0).crt", "\(pki)/\($0).key"] },
      queries: queries, timeout: timeout)
    return try Self.helpers[self]!.get().ask("login", wanted, for: Answer.self)
  }

  /// A process for each, since Oracle's library brings an OpenSSL that does not go with another's.
  private static let helpers = Dictionary(
    uniqueKeysWithValues: allCases.map { client in
      (client, Result { try Helper("mysql_client.py", [client.rawValue]) })
    })
}
