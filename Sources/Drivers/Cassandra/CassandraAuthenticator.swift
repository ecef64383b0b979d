/// How to answer an authenticator that a server names in AUTHENTICATE.
enum CassandraAuthenticator: Equatable {
  /// It takes user and password at once.
  case plain
  /// It first wants to hear that it will be PLAIN.
  case announcedPlain
  /// It knows the client by its certificate, and gets an empty token.
  case certificate
  /// It gets nothing: it does something else with a password than those, or may be anything.
  case refused

  /// By the class name.
  init(className: String) {
    self =
      switch className {
      case "com.datastax.bdp.cassandra.auth.DseAuthenticator": .announcedPlain
      case "org.apache.cassandra.auth.MutualTlsAuthenticator": .certificate
      default: Self.passwords.contains(className) ? .plain : .refused
      }
  }

  /// The authenticators that are known to be PasswordAuthenticator or to do as it does. Every other class may do
  /// anything with what it is sent.
  private static let passwords: Set<String> = [
    "org.apache.cassandra.auth.PasswordAuthenticator",
    "org.apache.cassandra.auth.MutualTlsWithPasswordFallbackAuthenticator",
    "com.datastax.bdp.cassandra.auth.PasswordAuthenticator",
    "com.scylladb.auth.TransitionalAuthenticator",
    "com.scylladb.auth.SaslauthdAuthenticator",
    "com.amazon.helenus.auth.HelenusAuthenticator",
    "io.aiven.cassandra.auth.AivenAuthenticator",
    "com.instaclustr.cassandra.auth.SharedSecretAuthenticator",
    "com.instaclustr.cassandra.auth.InstaclustrPasswordAuthenticator",
    "com.ericsson.bss.cassandra.ecaudit.auth.AuditPasswordAuthenticator",
    "com.ericsson.bss.cassandra.ecaudit.auth.AuditAuthenticator",
  ]

  /// What a class that is refused seems to be, for the reader.
  static func kind(of className: String) -> String? {
    let name = className.lowercased()
    if name.contains("kerberos") || name.contains("gssapi") { return "Kerberos" }
    if name.contains("ldap") { return "LDAP" }
    if name.contains("scram") { return "SCRAM" }
    if name.contains("oauth") || name.contains("jwt") || name.contains("oidc") { return "tokens" }
    return nil
  }
}
