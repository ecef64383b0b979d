import Foundation

/// What a fake Cassandra of the lab is like, or something else that speaks its protocol. Tests that describe the same
/// server share it.
public struct CassandraServer: Hashable, Encodable, Sendable {
  /// An ERROR message that comes instead of an answer.
  public struct Refusal: Hashable, Encodable, Sendable {
    /// Section 9 of the protocol's specification.
    public var code: Int
    public var text: String
    /// What the code has after its text, in hexadecimal.
    public var rest: String

    public init(_ code: Int, _ text: String, rest: String = "") {
      self.code = code
      self.text = text
      self.rest = rest
    }
  }

  /// The requests that can be refused; `auth` is AUTH_RESPONSE, `use` a query that chooses a keyspace.
  public enum Moment: String, CodingKeyRepresentable, Codable, Sendable {
    case options, startup, auth, query, use
  }

  // MARK: TLS

  /// The name of its certificate among the PKI's, such as `good`; nil: it has no TLS.
  public var certificate: String?
  /// The file of the PKI whose CAs may sign client certificates; nil: it asks for none.
  public var clientCA: String?
  /// Whether a client may do without a certificate all the same.
  public var takesAnonymous = false
  /// Whether the port takes clients without TLS too (`optional: true`).
  public var alsoPlain = false
  /// Whether it says nothing to a client that does not begin with TLS.
  public var silent = false
  /// Whether a client that it will not serve gets RST, not FIN.
  public var breaksOff = false
  /// `1.1`, `1.2` or `1.3`.
  public var minimumTLS = "1.2"
  public var maximumTLS = "1.3"

  // MARK: The protocol

  /// The versions of the protocol that it speaks.
  public var versions = [3, 4, 5]
  /// What else it names when it is asked: versions that are not ready, or DataStax's own.
  public var otherVersions = ["6/v6-beta"]
  /// What it says to a version that it does not speak.
  public var refusal =
    "Invalid or unsupported protocol version ({asked}); supported versions are ({supported})"
  /// Whether it breaks every connection off at once (RST), as one does that has too many.
  public var full = false
  /// What stands in AUTHENTICATE; nil: it asks for no login (AllowAllAuthenticator).
  public var authenticator: String?
  /// Passwords by user. Who is known by a certificate is known by its common name.
  public var accounts = [Account.user: Account.password, Account.keeper: Account.keeperPassword]
  public var keyspaces = [Account.database, "CamelCase", "with \"quotes\"; and more"]
  public var errors: [Moment: Refusal] = [:]
  /// What else stands in SUPPORTED.
  public var options: [String: [String]] = [:]
  /// Warnings that come with every result.
  public var warnings: [String] = []

  // MARK: What its tables say

  /// nil: null.
  public var releaseVersion: String? = "4.1.3"
  public var clusterName = "Test Cluster"
  public var dataCenter = "dc1"
  public var dseVersion: String?
  public var scyllaVersion: String?

  public static let passwordAuthenticator = "org.apache.cassandra.auth.PasswordAuthenticator"

  /// A server with that certificate, or without TLS, that wants a user and a password.
  public init(
    certificate: String? = nil, clientCA: String? = nil, alsoPlain: Bool = false,
    authenticator: String? = passwordAuthenticator, errors: [Moment: Refusal] = [:]
  ) {
    self.certificate = certificate
    self.clientCA = clientCA
    self.alsoPlain = alsoPlain
    self.authenticator = authenticator
    self.errors = errors
  }

  /// It has no TLS.
  public static let plain = CassandraServer()
  /// It takes everybody, with TLS and without.
  public static let optional = CassandraServer(certificate: "good", alsoPlain: true)
  /// Its port speaks TLS only.
  public static let encrypted = CassandraServer(certificate: "good")
  /// It demands TLS and a client certificate.
  public static let mutual = CassandraServer(certificate: "good", clientCA: "ca.pem")

  /// Its port speaks TLS only, and shows that certificate.
  public static func with(_ certificate: String) -> CassandraServer {
    CassandraServer(certificate: certificate)
  }

  /// The same server with something else about it.
  public func with<Value>(_ path: WritableKeyPath<CassandraServer, Value>, _ value: Value) -> CassandraServer
  {
    var server = self
    server[keyPath: path] = value
    return server
  }

  private enum Key: String, CodingKey {
    case certificate, clientCA, takesAnonymous, alsoPlain, silent, breaksOff, minimumTLS, maximumTLS
    case versions, otherVersions, refusal, full, authenticator, accounts, keyspaces, errors, options, warnings
    case releaseVersion, clusterName, dataCenter, dseVersion, scyllaVersion
  }

  /// All keys, those without a value too.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(certificate, forKey: .certificate)
    try fields.encode(clientCA, forKey: .clientCA)
    try fields.encode(takesAnonymous, forKey: .takesAnonymous)
    try fields.encode(alsoPlain, forKey: .alsoPlain)
    try fields.encode(silent, forKey: .silent)
    try fields.encode(breaksOff, forKey: .breaksOff)
    try fields.encode(minimumTLS, forKey: .minimumTLS)
    try fields.encode(maximumTLS, forKey: .maximumTLS)
    try fields.encode(versions, forKey: .versions)
    try fields.encode(otherVersions, forKey: .otherVersions)
    try fields.encode(refusal, forKey: .refusal)
    try fields.encode(full, forKey: .full)
    try fields.encode(authenticator, forKey: .authenticator)
    try fields.encode(accounts, forKey: .accounts)
    try fields.encode(keyspaces, forKey: .keyspaces)
    try fields.encode(errors, forKey: .errors)
    try fields.encode(options, forKey: .options)
    try fields.encode(warnings, forKey: .warnings)
    try fields.encode(releaseVersion, forKey: .releaseVersion)
    try fields.encode(clusterName, forKey: .clusterName)
    try fields.encode(dataCenter, forKey: .dataCenter)
    try fields.encode(dseVersion, forKey: .dseVersion)
    try fields.encode(scyllaVersion, forKey: .scyllaVersion)
  }
}
