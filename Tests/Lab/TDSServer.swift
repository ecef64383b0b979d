import Foundation

/// What a fake SQL Server (TDS 7.4 and 8.0, MS-TDS) of the lab is like. Tests that describe the same one share it.
public struct FakeTDS: Hashable, Encodable, Sendable {
  /// What it makes of encryption (MS-TDS 2.2.6.5).
  public enum Encryption: String, Hashable, Encodable, Sendable {
    /// It has no TLS and answers NOT_SUP.
    case notSupported
    /// It answers OFF or ON, as it is asked: with OFF, nothing but the login packet is encrypted.
    case optional
    /// It answers ON, or REQ where less was asked for, and then closes the connection of who has no TLS.
    case required
    /// TDS 8.0 only: TLS from the first byte, with ALPN `tds/8.0`. Everybody else's connection is closed.
    case strict
  }

  /// Another server, to which the answer of the login sends the client (ENVCHANGE type 20).
  public struct Routing: Hashable, Encodable, Sendable {
    /// Its host, as the client is told.
    public var host: String
    /// Its port.
    public var port: Int

    /// To that host and port.
    public init(host: String = "localhost", port: Int) { (self.host, self.port) = (host, port) }
  }

  /// What it makes of encryption.
  public var encryption: Encryption
  /// The name of its certificate among the PKI's, such as `good`.
  public var certificate = "good"
  /// `TLSv1.2` and the like; nil: TLS 1.2.
  public var minTLS: String?
  /// `TLSv1.2` and the like; nil: TLS 1.2, and 1.3 with TDS 8.0, as SQL Server has it. Inside PRELOGIN packets no
  /// client gets through a handshake of TLS 1.3: FreeTDS and Microsoft's driver say their last flight without.
  public var maxTLS: String?
  /// OpenSSL's list of ciphers for TLS 1.2 and older; nil: Python's.
  public var ciphers: String?
  /// The byte that its PRELOGIN says of encryption, whatever was asked, and what it keeps to if that has a meaning;
  /// nil: as MS-TDS has it.
  public var answers: UInt8?
  /// Whether it, when it requires encryption, closes the connection of who logs in without; else it goes on.
  public var insists = true
  /// Whether it takes TDS 8.0 too, as SQL Server 2022 does.
  public var takesStrict = false
  /// Who may log in, and with which password.
  public var logins = [Account.user: Account.password, Account.keeper: Account.keeperPassword]
  /// The databases that it has; the first is the one of a login that names none.
  public var databases = ["master", Account.database]
  /// The part behind the @ in `user@server`, if it is one of Azure's; nil: @ means nothing.
  public var azureName: String?
  /// With what it refuses, in this order; empty: it does not.
  public var errors: [TDSError] = []
  /// What it refuses: the login, the query, or PRELOGIN.
  public var refuses = TDSStage.login
  /// Where it sends those whom it would let in; nil: nowhere.
  public var routing: Routing?
  /// What it says of itself, by the names of SERVERPROPERTY; `@@VERSION` is among them.
  public var properties = FakeTDS.sqlServer2022
  /// Whether its logins may read sys.dm_exec_connections; if not, errors 300 and 297 answer.
  public var showsConnections = true
  /// What `encrypt_option` says; nil: the truth.
  public var encryptOption: String?
  /// How it misbehaves, and where; nil: it does not.
  public var misbehaviour: TDSMisbehaviour?
  /// What it gets wrong, so that a test that finds nothing wrong can be seen to fail; nil: nothing.
  public var mistake: Mistake?
  /// The name of its instance; a client that names another in PRELOGIN is told so. nil: the default instance.
  public var instance: String?
  /// The addresses that it listens on, those that the machine has.
  public var listen = ["127.0.0.1", "::1"]
  /// The port that it has to have; nil: any.
  public var port: Int?
  /// What it is like for the second connection, the third, and so on; the last one for all that follow.
  public var later: [FakeTDS] = []
  private var owner: String?

  /// What a server may get wrong.
  public enum Mistake: String, Hashable, Encodable, CaseIterable, Sendable {
    /// The answer to the login has no LOGINACK.
    case noLoginAck
    /// A token says that it is longer than it is.
    case wrongLength
    /// Lengths of packets have their bytes in the wrong order.
    case wrongByteOrder
    /// TLS's handshake comes without PRELOGIN packets around it.
    case bareHandshake
    /// The password is not looked at.
    case takesEveryPassword
    /// The database is not looked at.
    case takesEveryDatabase
  }

  /// A server that makes that of encryption.
  public init(_ encryption: Encryption = .optional, certificate: String = "good") {
    self.encryption = encryption
    self.certificate = certificate
  }

  /// It has no TLS.
  public static let plain = FakeTDS(.notSupported)
  /// It takes everybody, with TLS and without.
  public static let optional = FakeTDS()
  /// It takes logins over TLS only.
  public static let requiresTLS = FakeTDS(.required)
  /// It takes TDS 8.0 only.
  public static let strict = FakeTDS(.strict)
  /// It takes everybody, with TLS 1.1 only.
  public static let tls11 = FakeTDS().with(\.minTLS, "TLSv1.1").with(\.maxTLS, "TLSv1.1")
  /// It takes everybody, with TLS and without, and has that certificate.
  public static func with(_ certificate: String) -> FakeTDS { FakeTDS(certificate: certificate) }

  /// It takes everybody's connection and then refuses the login, with texts of SQL Server's.
  public static func refusing(_ errors: TDSError..., encryption: Encryption = .optional) -> FakeTDS {
    FakeTDS(encryption).with(\.errors, errors)
  }

  /// It takes everybody until there.
  public static func misbehaving(
    _ misbehaviour: TDSMisbehaviour, encryption: Encryption = .optional
  ) -> FakeTDS {
    FakeTDS(encryption).with(\.misbehaviour, misbehaviour)
  }

  /// A server like this with something else about it.
  public func with<Value>(_ path: WritableKeyPath<FakeTDS, Value>, _ value: Value) -> FakeTDS {
    var server = self
    server[keyPath: path] = value
    return server
  }

  /// A server like this that no other test shares, for one whose connections are looked at.
  public func own(_ name: String = UUID().uuidString) -> FakeTDS { with(\.owner, name) }
}

extension FakeTDS {
  /// What SQL Server 2022 says of itself.
  public static let sqlServer2022 = [
    "@@VERSION": """
    Microsoft SQL Server 2022 (RTM-CU15) (KB5041321) - 16.0.4145.4 (X64) \n\tAug 28 2024 17:02:08 \n\t\
    Copyright (C) 2022 Microsoft Corporation\n\tDeveloper Edition (64-bit) on Linux (Ubuntu 22.04.4 LTS) <X64>
    """,
    "ProductVersion": "16.0.4145.4", "ProductLevel": "RTM", "ProductUpdateLevel": "CU15",
    "Edition": "Developer Edition (64-bit)", "EngineEdition": "3", "ServerName": "LAB", "MachineName": "LAB",
  ]

  /// What Azure SQL Database says of itself.
  public static let azure = [
    "@@VERSION": """
    Microsoft SQL Azure (RTM) - 12.0.2000.8 \n\tOct 2 2024 11:51:41 \n\tCopyright (C) 2022 Microsoft \
    Corporation\n
    """,
    "ProductVersion": "12.0.2000.8", "ProductLevel": "RTM", "Edition": "SQL Azure", "EngineEdition": "5",
    "ServerName": "lab",
  ]
}
