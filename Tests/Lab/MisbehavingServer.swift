import Foundation

/// A server that keeps to a script, of which most end badly. It listens on loopback only.
public final class MisbehavingServer: Sendable {
  /// What one connection has heard so far.
  public struct Heard: Sendable {
    /// What came in clear, that is outside TLS.
    public let plain: [UInt8]
    /// What came inside TLS.
    public let inner: [UInt8]
    /// The names of MySQL's plugins whose scramble of a password, with the nonce of `MySQLMessage`, is among it.
    public let scrambles: [String]

    /// Whether a text is among it.
    public func contains(_ text: String) -> Bool {
      let wanted = Data(text.utf8)
      return Data(plain).range(of: wanted) != nil || Data(inner).range(of: wanted) != nil
    }

    /// Whether something came that is made of the password: itself, its MD5, SCRAM's proof, or a scramble.
    public var holdsProof: Bool {
      contains(Account.password) || contains("\0md5") || contains(",p=") || !scrambles.isEmpty
    }
  }

  private struct Place: Decodable {
    var key: Int
    var port: Int
  }
  private struct Scripts: Encodable {
    var scripts: [[Step]]
    var addresses: [String]
    var port: Int?
    var passwords = [Account.password, Account.keeperPassword]
    var nonces = [[UInt8](MySQLMessage.nonce).hexadecimal]
  }
  private struct Address: Encodable {
    var address: String
    var port: Int?
  }
  private struct Target: Encodable { var port: Int }
  private struct Bytes: Decodable {
    var plain: String
    var inner: String
    var scrambles: [String]
  }

  private static let helper = Result { try Helper("misbehave.py") }

  /// The port, the same on all addresses.
  public let port: Int
  private let key: Int

  /// Performs the script for whoever connects; `then` for the second connection and all that follow.
  public convenience init(
    _ script: [Step], then: [Step]? = nil, on addresses: [String] = ["127.0.0.1"], port: Int? = nil
  ) throws {
    let scripts = Scripts(scripts: [script] + (then.map { [$0] } ?? []), addresses: addresses, port: port)
    try self.init("serve", scripts)
  }

  private init(_ action: String, _ request: some Encodable) throws {
    let place = try Self.helper.get().ask(action, request, for: Place.self)
    (key, port) = (place.key, place.port)
  }

  /// A port whose queue of connections is full: nobody is refused, and nobody gets in.
  public static func full(on address: String = "127.0.0.1", port: Int? = nil) throws -> MisbehavingServer {
    try MisbehavingServer("full", Address(address: address, port: port))
  }

  /// A long line to a port of 127.0.0.1, which counts round trips.
  public static func line(to port: Int) throws -> MisbehavingServer {
    try MisbehavingServer("line", Target(port: port))
  }

  /// What each connection has said so far, in their order.
  public func heard() throws -> [Heard] {
    try Self.helper.get().ask("heard", key, for: [Bytes].self).map {
      Heard(
        plain: [UInt8](hexadecimal: $0.plain), inner: [UInt8](hexadecimal: $0.inner),
        scrambles: $0.scrambles)
    }
  }

  /// The round trips of each connection through a line, connecting included, closing not.
  public func roundTrips() throws -> [Int] {
    try Self.helper.get().ask("trips", key, for: [Int].self)
  }
}
