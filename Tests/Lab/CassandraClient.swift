import Foundation

/// DataStax's Python driver, run once (`cassandra_client.py`).
public struct CassandraClient: Encodable, Sendable {
  public struct TLS: Encodable, Sendable {
    public var ca: String
    public var certificate: String?
    public var key: String?
    public var passphrase: String?
    /// `1.2`, or as the driver would have it.
    public var maximum: String?

    public init(
      ca: String, certificate: String? = nil, key: String? = nil, passphrase: String? = nil,
      maximum: String? = nil
    ) {
      self.ca = ca
      self.certificate = certificate
      self.key = key
      self.passphrase = passphrase
      self.maximum = maximum
    }
  }

  /// What came of it: an error, or what the server said of itself.
  public struct Answer: Decodable, Sendable {
    public var error: String?
    /// The protocol's version.
    public var version: Int?
    public var release: String?
    public var cluster: String?
    public var dataCenter: String?
  }

  public var port: Int
  public var version: Int?
  public var user: String? = Account.user
  public var password: String? = Account.password
  public var keyspace: String? = Account.database
  public var tls: TLS?

  public init(port: Int, version: Int? = nil, tls: TLS? = nil) {
    self.port = port
    self.version = version
    self.tls = tls
  }

  public func connect() throws -> Answer {
    let request = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    let script = Package.folder + "/Tests/LabHelpers/cassandra_client.py"
    let result = try Command.run([Package.folder + "/.venv/bin/python", script, request])
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(result.output.utf8)) else {
      throw LabFailure(
        "the Cassandra driver failed; run `make setup`: \(result.output)\(result.errors.suffix(2_000))")
    }
    return answer
  }
}
