/// How to answer an authenticator that a server names in AUTHENTICATE.
enum CassandraAuthenticator: Equatable {
  /// It takes user and password at once.
  case plain
  /// It first wants to hear that it will be PLAIN.
  case announcedPlain
  /// It takes user and password at once, and whom it does not know as nobody in particular: its AUTH_SUCCESS proves
  /// nothing (ScyllaDB's auth/transitional.cc).
  case transitional
  /// It knows the client by its certificate, and gets an empty token.
  case certificate
  /// It may be anything. Most such are PasswordAuthenticator under a name of somebody's own, so a server whose
  /// certificate was verified gets user and password, and nobody else.
  case unknown
  /// It gets nothing: its name says that it does something else with a password.
  case refused

  /// By the class name.
  init(className: String) {
    self =
      switch className {
      case "com.datastax.bdp.cassandra.auth.DseAuthenticator": .announcedPlain
      case "com.scylladb.auth.TransitionalAuthenticator": .transitional
      case "org.apache.cassandra.auth.MutualTlsAuthenticator": .certificate
      default:
        if Self.passwords.contains(className) {
          .plain
        } else {
          Self.otherMechanism(of: className) == nil ? .unknown : .refused
        }
      }
  }

  /// The authenticators that are known to be PasswordAuthenticator or to do as it does.
  private static let passwords: Set<String> = [
    "org.apache.cassandra.auth.PasswordAuthenticator",
    "org.apache.cassandra.auth.MutualTlsWithPasswordFallbackAuthenticator",
    "com.datastax.bdp.cassandra.auth.PasswordAuthenticator",
    "com.scylladb.auth.SaslauthdAuthenticator",
    "com.amazon.helenus.auth.HelenusAuthenticator",
    "io.aiven.cassandra.auth.AivenAuthenticator",
    "com.instaclustr.cassandra.auth.SharedSecretAuthenticator",
    "com.instaclustr.cassandra.auth.InstaclustrPasswordAuthenticator",
    "com.ericsson.bss.cassandra.ecaudit.auth.AuditPasswordAuthenticator",
    "com.ericsson.bss.cassandra.ecaudit.auth.AuditAuthenticator",
  ]

  /// The way of logging in that a class is named after, where that is not PLAIN; nil: its name says nothing of it.
  static func otherMechanism(of className: String) -> String? {
    let name = className.lowercased()
    if ["kerberos", "gssapi", "spnego"].contains(where: name.contains) { return "Kerberos" }
    if name.contains("scram") { return "SCRAM" }
    return nil
  }
}
