import Foundation

/// A fake Cassandra that was started on 127.0.0.1 and ::1.
public final class RunningCassandra: Sendable {
  /// What one connection has sent so far.
  public struct Received: Decodable, Sendable {
    /// What came in clear, that is outside TLS: the handshake's records included.
    public let plain: [UInt8]
    /// What came inside TLS, decrypted.
    public let decrypted: [UInt8]
    /// `TLSv1.3` and the like; nil until the handshake is done.
    public let tls: String?
    /// The name that the client asked for (SNI).
    public let serverName: String?
    /// Whether the client has shown a certificate.
    public let clientCertificate: Bool
    /// The version of the protocol that the last request was of.
    public let version: Int?
    /// The options of STARTUP.
    public let startup: [String: String]
    /// The queries, in their order.
    public let queries: [String]

    private enum Key: String, CodingKey {
      case plain, inner, tls, serverName, clientCertificate, version, startup, queries
    }

    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      plain = try bytes(fields.decode(String.self, forKey: .plain))
      decrypted = try bytes(fields.decode(String.self, forKey: .inner))
      tls = try fields.decodeIfPresent(String.self, forKey: .tls)
      serverName = try fields.decodeIfPresent(String.self, forKey: .serverName)
      clientCertificate = try fields.decode(Bool.self, forKey: .clientCertificate)
      version = try fields.decodeIfPresent(Int.self, forKey: .version)
      startup = try fields.decode([String: String].self, forKey: .startup)
      queries = try fields.decode([String].self, forKey: .queries)
    }

    /// Whether a text is among it.
    public func contains(_ text: String) -> Bool {
      let wanted = Data(text.utf8)
      return Data(plain).range(of: wanted) != nil || Data(decrypted).range(of: wanted) != nil
    }
  }

  private struct Place: Decodable {
    var key: Int
    var port: Int
  }
  private struct Wanted: Encodable {
    var server: CassandraServer
    var pki: String
  }

  private static let helper = Result { try Helper("cassandra_server.py") }

  /// The same on both addresses.
  public let port: Int
  private let key: Int

  /// Starts a server of its own for one test, so that it knows whose bytes it has received.
  public init(_ server: CassandraServer) throws {
    let wanted = try Wanted(server: server, pki: Lab.pki)
    let place = try Self.helper.get().ask("serve", wanted, for: Place.self)
    (key, port) = (place.key, place.port)
  }

  /// What each connection has sent so far, in their order.
  public func received() throws -> [Received] {
    try Self.helper.get().ask("received", key, for: [Received].self)
  }
}

extension Lab {
  private static let cassandras = Cassandras()

  /// The fake of that description: started when it is first asked for, then shared by all tests.
  public static func start(cassandra: CassandraServer) throws -> RunningCassandra {
    try cassandras.server(cassandra)
  }
}

private final class Cassandras: @unchecked Sendable {
  private let lock = NSLock()
  private var running: [CassandraServer: RunningCassandra] = [:]

  func server(_ description: CassandraServer) throws -> RunningCassandra {
    try lock.withLock {
      let server = try running[description] ?? RunningCassandra(description)
      running[description] = server
      return server
    }
  }
}

/// The bytes that hexadecimal digits stand for.
private func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = Array(hexadecimal.utf8)
  return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
    UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
  }
}
