import Foundation

/// What a fake SQL Server saw of one connection.
public struct TDSConnection: Decodable, Sendable {
  /// PRELOGIN of the client (MS-TDS 2.2.6.5).
  public struct Prelogin: Decodable, Sendable {
    /// ENCRYPTION: 0 OFF, 1 ON, 2 NOT_SUP, 3 REQ; nil: it is not among the options.
    public let encryption: Int?
    /// INSTOPT.
    public let instance: String
    /// The names of all options, in their order.
    public let options: [String]
  }

  /// The ClientHello, whether or not a handshake came of it.
  public struct Hello: Decodable, Sendable {
    /// SNI; nil: none was sent.
    public let serverName: String?
    /// The protocols of ALPN.
    public let alpn: [String]
    /// The newest version that it offers, such as `TLSv1.3`.
    public let newest: String
  }

  /// A handshake that was completed.
  public struct Session: Decodable, Sendable {
    /// Such as `TLSv1.2`.
    public let version: String
    /// OpenSSL's name of the cipher.
    public let cipher: String
    /// The protocol chosen with ALPN.
    public let alpn: String?
  }

  /// LOGIN7 (MS-TDS 2.2.6.4), but for the password.
  public struct Login: Decodable, Sendable {
    public let user: String
    public let database: String
    public let application: String
    /// The client's own name.
    public let client: String
    /// The server's name, as the client has it.
    public let server: String
    public let library: String
    /// `7.4`, or `8.0`.
    public let tdsVersion: String
    public let readOnlyIntent: Bool
    /// Whether it asks for Windows's own authentication.
    public let integrated: Bool
    public let passwordGiven: Bool
    /// Whether it is the one that belongs to the user.
    public let passwordRight: Bool
    /// Whether it came inside TLS.
    public let encrypted: Bool
  }

  /// A batch or a remote procedure call.
  public struct Query: Decodable, Sendable {
    /// Its SQL.
    public let text: String
    /// Whether it came inside TLS.
    public let encrypted: Bool
  }

  /// The address that it came from and the port there.
  public let peer: String
  /// Everything that was on the line, records of TLS as they were.
  public let wire: [UInt8]
  /// Everything that came inside TLS.
  public let inner: [UInt8]
  /// The types of the packets that came outside TLS: 18 PRELOGIN, 16 LOGIN7, 2 the login of TDS 5.0 …
  public let plainPackets: [Int]
  /// Whether TLS came first, as TDS 8.0 has it.
  public let strict: Bool
  public let prelogin: Prelogin?
  public let hello: Hello?
  public let tls: Session?
  /// What TLS says of a handshake that failed, such as the alert that came.
  public let tlsFailure: String?
  public let login: Login?
  /// Whether the login was accepted.
  public let accepted: Bool
  /// Whether all that follows the login is encrypted; nil: it did not get that far.
  public let sessionEncrypted: Bool?
  public let queries: [Query]
  /// `open`, `closed` by the client, `broken` by it (RST), or `ours`: the fake broke it or gave it up.
  public let end: String
}

extension TDSConnection {
  /// Whether a text was sent outside TLS, in UTF-8 or UTF-16, or as LOGIN7 disguises passwords (2.2.6.4).
  public func showed(_ text: String) -> Bool { Self.forms(of: text).contains { Self.find($0, in: wire) } }

  /// Whether a text was sent, inside TLS or outside.
  public func got(_ text: String) -> Bool {
    showed(text) || Self.forms(of: text).contains { Self.find($0, in: inner) }
  }

  private static func forms(of text: String) -> [[UInt8]] {
    let wide = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    return [Array(text.utf8), wide, wide.map { ($0 << 4 | $0 >> 4) ^ 0xa5 }]
  }

  private static func find(_ bytes: [UInt8], in all: [UInt8]) -> Bool {
    Data(all).range(of: Data(bytes)) != nil
  }

  private enum Key: String, CodingKey {
    case peer, wire, inner, plainPackets, strict, prelogin, hello, tls, tlsFailure, login, accepted
    case sessionEncrypted, queries, end
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    peer = try fields.decode(String.self, forKey: .peer)
    wire = try Array(fields.decode(Data.self, forKey: .wire))
    inner = try Array(fields.decode(Data.self, forKey: .inner))
    plainPackets = try fields.decode([Int].self, forKey: .plainPackets)
    strict = try fields.decode(Bool.self, forKey: .strict)
    prelogin = try fields.decodeIfPresent(Prelogin.self, forKey: .prelogin)
    hello = try fields.decodeIfPresent(Hello.self, forKey: .hello)
    tls = try fields.decodeIfPresent(Session.self, forKey: .tls)
    tlsFailure = try fields.decodeIfPresent(String.self, forKey: .tlsFailure)
    login = try fields.decodeIfPresent(Login.self, forKey: .login)
    accepted = try fields.decode(Bool.self, forKey: .accepted)
    sessionEncrypted = try fields.decodeIfPresent(Bool.self, forKey: .sessionEncrypted)
    queries = try fields.decode([Query].self, forKey: .queries)
    end = try fields.decode(String.self, forKey: .end)
  }
}
