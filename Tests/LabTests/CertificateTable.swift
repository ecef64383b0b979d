import Lab

/// What is right and wrong with the server's certificate × five modes, for servers of any kind.
struct CertificateTable<Server: LabServer> {
  static var ca: String { "--ssl-ca {pki}/ca.pem" }
  static var untrustedCA: Ending { .fails(.untrusted, advising: .verifyCA) }
  static var untrustedIdentity: Ending { .fails(.untrusted, advising: .verifyIdentity) }
  static var wrongHost: Ending { .fails(.wrongHost, advising: .verifyCA) }

  static func trusted(_ title: String, _ certificate: String, _ options: String) -> Situation {
    .certificate(title, any: Server.with(certificate), options, verifyCA: .chain, verifyIdentity: .identity)
  }

  static func untrusted(_ title: String, _ certificate: String, _ options: String) -> Situation {
    .certificate(
      title, any: Server.with(certificate), options, verifyCA: untrustedCA, verifyIdentity: untrustedIdentity)
  }

  static var chains: [Situation] {
    [
      untrusted("self-signed", "self-signed", ca),
      trusted("self-signed, trusted itself", "self-signed", "--ssl-ca {pki}/self-signed.crt"),
      untrusted("self-signed, another trusted itself", "self-signed", "--ssl-ca {pki}/good.crt"),
      untrusted("unknown CA", "unknown-ca", ca),
      trusted("two CAs in the file, the second", "good", "--ssl-ca {pki}/two-cas.pem"),
      trusted("two CAs in the file, the first", "unknown-ca", "--ssl-ca {pki}/two-cas.pem"),
      trusted("intermediate sent", "chained", ca),
      untrusted("intermediate missing", "unchained", ca),
      trusted(
        "intermediate missing but given", "unchained", "--ssl-ca {pki}/root-and-intermediate.pem"),
      untrusted("nothing trusted", "good", ""),
      untrusted("nothing trusted, said in so many words", "good", "--ssl-ca system"),
      trusted("system store: SSL_CERT_FILE", "good", "").with(
        \.environment, ["SSL_CERT_FILE": "{pki}/ca.pem"]),
      trusted("system store: SSL_CERT_DIR", "good", "").with(
        \.environment, ["SSL_CERT_DIR": "{pki}/trusted"]),
      trusted("system store by name", "good", "--ssl-ca system").with(
        \.environment, ["SSL_CERT_FILE": "{pki}/ca.pem"]),
      untrusted("--ssl-ca takes the place of the system store", "good", "--ssl-ca {pki}/other-ca.pem").with(
        \.environment, ["SSL_CERT_FILE": "{pki}/ca.pem", "SSL_CERT_DIR": "{pki}/trusted"]),
      trusted("ends soon", "ending", ca).with(\.warning, "day"),
      trusted("names of every kind", "many-kinds", ca),
    ]
  }

  static var times: [Situation] {
    ["expired", "future"].map {
      Situation.certificate(
        $0, any: Server.with($0), ca, verifyCA: .fails(.expired), verifyIdentity: .fails(.expired))
    }
  }

  /// The chain is good, and the name is or is not.
  static func named(
    _ title: String, _ certificate: String, host: String = "localhost", as name: String? = nil, good: Bool
  ) -> Situation {
    .certificate(
      title, any: Server.with(certificate), ca + (name.map { " --server-name \($0)" } ?? ""),
      verifyCA: .chain,
      verifyIdentity: good ? .identity : wrongHost
    ).with(\.host, host)
  }

  static var names: [Situation] {
    [
      named("another name", "wrong-name", good: false),
      named("another name, mended", "wrong-name", as: "db.example.test", good: true),
      named("right host, wrong --server-name", "good", as: "db.example.test", good: false),
      named("name in capitals", "good", as: "LOCALHOST", good: true),
      named("name with a trailing dot", "good", as: "localhost.", good: true),
      named("address in the certificate", "good", host: "127.0.0.1", good: true),
      named("IPv6 address in the certificate", "good", host: "::1", good: true),
      named("IPv6 address in brackets", "good", host: "[::1]", good: true),
      named("another address", "address", host: "127.0.0.1", good: false),
      named("another address, asked for by name", "address", good: false),
      named("another address, mended", "address", host: "127.0.0.1", as: "10.9.8.7", good: true),
      named("address, but only the name in the certificate", "name-only", host: "127.0.0.1", good: false),
      named("address, mended with the name", "name-only", host: "127.0.0.1", as: "localhost", good: true),
      named("address as the CN", "cn-address", host: "127.0.0.1", good: false),
      named("wildcard, one label", "wildcard", as: "a.example.test", good: true),
      named("wildcard, two labels", "wildcard", as: "a.b.example.test", good: false),
      named("wildcard, no label", "wildcard", as: "example.test", good: false),
      named("wildcard within a label", "partial-wildcard", as: "db1.example.test", good: false),
      named("CN only", "cn-only", good: true),
      named("CN only, another", "cn-only", as: "db.example.test", good: false),
      named("CN beside another name", "cn-and-san", good: false),
      named("CN beside another name, mended", "cn-and-san", as: "other.example.test", good: true),
      named("CN beside an address", "cn-and-address", good: true),
      named("no names", "nameless", good: false),
    ]
  }
}
