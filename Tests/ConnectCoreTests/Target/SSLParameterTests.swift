import Testing

@testable import ConnectCore

@Suite("SSL parameters of URLs") struct SSLParameterTests {
  @Test(
    arguments: [
      ("", .preferred),
      ("sslmode=disable", .disabled), ("sslmode=allow", .preferred), ("sslmode=prefer", .preferred),
      ("sslmode=require", .required), ("sslmode=verify-ca", .verifyCA),
      ("sslmode=verify-full", .verifyIdentity),
      ("sslMode=VERIFY_IDENTITY", .verifyIdentity), ("ssl-mode=REQUIRED", .required),
      ("ssl_mode=verify_ca", .verifyCA), ("sslmode=no-verify", .required), ("sslmode=", .preferred),
      ("tlsmode=0", .disabled), ("tlsmode=1", .preferred), ("tlsmode=2", .required), ("tlsmode=3", .verifyCA),
      ("tlsmode=4", .verifyIdentity),
      ("ssl=true", .required), ("ssl=false", .disabled), ("tls=true", .required), ("tls=False", .disabled),
      ("ssl", .required), ("ssl=1", .required), ("ssl=0", .disabled),
      ("encrypt=true&trustServerCertificate=true", .required),
      ("encrypt=true&trustServerCertificate=false", .verifyIdentity), ("encrypt=true", .verifyIdentity),
      ("encrypt=false", .disabled),
      ("tls=true&tlsAllowInvalidHostnames=true", .verifyCA),
      ("tls=true&tlsAllowInvalidHostnames=false", .required),
      ("tlsAllowInvalidCertificates=true", .required), ("tls=true&tlsInsecure=true", .required),
      ("tlsAllowInvalidCertificates=true&tlsAllowInvalidHostnames=true", .required),
      ("ssl=false&sslmode=verify-full", .verifyIdentity), ("sslmode=verify-full&ssl=false", .verifyIdentity),
      ("sslrootcert=system", .verifyIdentity), ("sslrootcert=system&sslmode=require", .required),
      ("sslmode=require&sslmode=disable", .disabled),
    ] as [(String, SSLMode)]) func mode(query: String, mode: SSLMode) throws
  {
    let target = try resolved("postgres://h?\(query)").target
    #expect(target.ssl.mode == mode)
    #expect(target.sources.mode == (query.isEmpty || query == "sslmode=" ? .defaultValue : .url))
  }

  @Test(
    arguments: [
      ("ssl=true", .verifyIdentity), ("ssl", .verifyIdentity), ("ssl=false", .disabled),
      ("ssl=true&sslmode=require", .required),
      ("ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory", .required),
      ("sslfactory=org.postgresql.ssl.NonValidatingFactory", .required),
      ("ssl=true&sslfactory=org.postgresql.ssl.LibPQFactory", .verifyIdentity),
      ("sslmode=verify-full&sslfactory=org.postgresql.ssl.NonValidatingFactory", .verifyIdentity),
    ] as [(String, SSLMode)]) func pgjdbc(query: String, mode: SSLMode) throws
  {
    #expect(try resolved("jdbc:postgresql://h/x?\(query)").target.ssl.mode == mode)
  }

  @Test(arguments: [
    ("sslmode=strict", "sslmode", "strict"), ("tlsmode=5", "tlsmode", "5"), ("tlsmode=-1", "tlsmode", "-1"),
    ("tlsmode=", "tlsmode", ""), ("ssl=maybe", "ssl", "maybe"), ("encrypt=x", "encrypt", "x"),
    ("trustServerCertificate=x", "trustServerCertificate", "x"), ("tlsInsecure=2", "tlsInsecure", "2"),
    ("ssl_min_protocol_version=SSLv3", "ssl_min_protocol_version", "SSLv3"),
    ("sslfactory=com.example.Mine", "sslfactory", "com.example.Mine"),
    ("sslmode=%1B[31m", "sslmode", "\\u{1b}[31m"),
  ]) func unknownValue(query: String, key: String, value: String) throws {
    let message = try #require(refusal("postgres://h?\(query)"))
    #expect(message.contains("the URL's \(key) is \"\(value)\""))
  }

  @Test func contradiction() {
    #expect(refusal("postgres://h?tls=false&tlsInsecure=true")?.contains("tlsInsecure") == true)
  }

  @Test func files() throws {
    let ssl = try resolved(
      """
      postgres://h?sslmode=verify-full&sslrootcert=/ca&sslcert=/c&sslkey=/k&sslpassword=p%20w&sslcrl=/crl\
      &ssl_min_protocol_version=TLSv1.3
      """
    ).target.ssl
    #expect(ssl.trust == .file("/ca"))
    #expect(ssl.certificateFile == "/c")
    #expect(ssl.keyFile == "/k")
    #expect(ssl.keyPassphrase?.exposed == "p w")
    #expect(ssl.crlFile == "/crl")
    #expect(ssl.minimumVersion == .tls13)
  }

  @Test func otherSpellingsOfFiles() throws {
    let mongo = try resolved(
      "postgres://h?sslmode=verify-ca&tlsCAFile=/ca&tlsCertificateKeyFile=/both&tlsCertificateKeyFilePassword=x"
    ).target.ssl
    #expect(mongo.trust == .file("/ca"))
    #expect(mongo.certificateFile == "/both")
    #expect(mongo.keyFile == nil)
    #expect(mongo.keyPassphrase?.exposed == "x")
    let mysql = try resolved("postgres://h?ssl-mode=verify_ca&ssl-ca=/ca&ssl-cert=/c&ssl-key=/k&ssl-crl=/r")
      .target.ssl
    #expect(mysql.trust == .file("/ca"))
    #expect(mysql.certificateFile == "/c")
    #expect(mysql.crlFile == "/r")
  }

  @Test func allowWarns() throws {
    #expect(try resolved("postgres://h?sslmode=allow").warnings.contains { $0.contains("allow") })
  }
}
