import Foundation

/// A fake MySQL server, or somebody in the middle, that was started on 127.0.0.1 and ::1. It stays for the run.
public final class RunningFakeMySQL: Sendable {
  /// What one connection has sent so far, and what it gave away by that.
  public struct Received: Decodable, Sendable {
    /// The login that was understood.
    public struct Login: Decodable, Sendable {
      /// As the client named it.
      public let user: String
      /// Empty if none was named.
      public let database: String
      /// Empty if none was named.
      public let plugin: String
      /// The client's flags.
      public let capabilities: UInt32
      /// What the client says about itself.
      public let attributes: [String: String]
    }

    /// The TLS session that was agreed on.
    public struct TLS: Decodable, Sendable {
      /// `TLSv1.3` and the like.
      public let version: String
      /// The name that the client asked for (SNI).
      public let serverName: String?
      /// Whether the client has shown a certificate.
      public let clientCertificate: Bool
    }

    /// What came in clear, that is outside TLS: SSLRequest and the handshake's records included.
    public let plain: [UInt8]
    /// What came inside TLS, decrypted.
    public let decrypted: [UInt8]
    /// Nil until the handshake is done.
    public let tls: TLS?
    /// Nil until one has come.
    public let login: Login?
    /// The names of everything that is made of an account's password and was found in either: `password`,
    /// `password, decrypted`, and the names of plugins for their scrambles.
    public let proofs: [String]
    /// Those of them that were found in clear.
    public let proofsInClear: [String]
    /// What the client said to each thing that a rogue asked for.
    public let answers: [[UInt8]]
    /// The queries, in their order.
    public let queries: [String]
    /// Whether it has ended with COM_QUIT.
    public let quit: Bool

    private enum Key: String, CodingKey {
      case plain, decrypted, tls, login, proofs, proofsInClear, answers, queries, quit
    }

    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      plain = try [UInt8](hexadecimal: fields.decode(String.self, forKey: .plain))
      decrypted = try [UInt8](hexadecimal: fields.decode(String.self, forKey: .decrypted))
      tls = try fields.decodeIfPresent(TLS.self, forKey: .tls)
      login = try fields.decodeIfPresent(Login.self, forKey: .login)
      proofs = try fields.decode([String].self, forKey: .proofs)
      proofsInClear = try fields.decode([String].self, forKey: .proofsInClear)
      answers = try fields.decode([String].self, forKey: .answers).map { [UInt8](hexadecimal: $0) }
      queries = try fields.decode([String].self, forKey: .queries)
      quit = try fields.decode(Bool.self, forKey: .quit)
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
    var server: FakeMySQL
    var pki: String
  }
  private struct Middle: Encodable {
    var to: Int
    /// Without one, it takes the offer of TLS out of the greeting.
    var certificate: String?
    var passwords: [String]
  }

  private static let helper = Result { try Helper("mysql8.py") }

  /// The same on both addresses.
  public let port: Int
  private let key: Int

  /// Starts one of its own for one test, so that the test knows whose bytes it has received.
  public convenience init(_ server: FakeMySQL) throws {
    try self.init("serve", Wanted(server: server, pki: Lab.pki))
  }

  private init(_ action: String, _ request: some Encodable) throws {
    let place = try Self.helper.get().ask(action, request, for: Place.self)
    (key, port) = (place.key, place.port)
  }

  /// Somebody between the client and the server at a port of 127.0.0.1, real or fake, which has to offer TLS: it
  /// shows the client that certificate of the PKI, and hands on and records what comes inside the TLS session.
  public static func middle(to port: Int, certificate: String) throws -> RunningFakeMySQL {
    let request = try Middle(to: port, certificate: Lab.pki + "/" + certificate, passwords: Self.passwords)
    return try RunningFakeMySQL("middle", request)
  }

  /// Somebody in the middle who takes the offer of TLS out of the greeting, and hands on and records the rest.
  public static func stripping(to port: Int) throws -> RunningFakeMySQL {
    try RunningFakeMySQL("middle", Middle(to: port, certificate: nil, passwords: Self.passwords))
  }

  private static let passwords = [Account.password, Account.keeperPassword]

  /// What each connection has sent so far, in their order. Nothing is missing of those whose clients have gone;
  /// for others it waits for some seconds.
  public func received() throws -> [Received] {
    try Self.helper.get().ask("received", key, for: [Received].self)
  }
}

extension Lab {
  private static let fakes = Fakes()

  /// The fake of that description: started when it is first asked for, then shared by all tests.
  public static func start(fake: FakeMySQL) throws -> RunningFakeMySQL { try fakes.server(fake) }
}

private final class Fakes: @unchecked Sendable {
  private let lock = NSLock()
  private var running: [FakeMySQL: RunningFakeMySQL] = [:]

  func server(_ description: FakeMySQL) throws -> RunningFakeMySQL {
    try lock.withLock {
      let server = try running[description] ?? RunningFakeMySQL(description)
      running[description] = server
      return server
    }
  }
}
