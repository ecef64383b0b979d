import Testing

@testable import ConnectCore

@Suite("URLs of MySQL and MariaDB") struct MySQLURLTests {
  @Test(
    arguments: [
      ("", .preferred),
      ("ssl-mode=VERIFY_IDENTITY", .verifyIdentity), ("sslMode=trust", .required),
      ("sslMode=verify-full", .verifyIdentity), ("ssl=true", .required), ("tls=skip-verify", .required),
      ("tls=preferred", .preferred), ("tls=false", .disabled), ("tlsmode=3", .verifyCA),
      ("useSSL=false", .disabled), ("useSSL=true", .preferred), ("useSSL=true&requireSSL=true", .required),
      ("requireSSL=true&useSSL=true&verifyServerCertificate=true", .verifyCA),
      ("useSSL=false&requireSSL=true&verifyServerCertificate=true", .disabled),
      ("sslMode=REQUIRED&useSSL=false", .required), ("ssl-verify-server-cert=true", .verifyIdentity),
    ] as [(String, SSLMode)]) func mode(query: String, mode: SSLMode) throws
  {
    for scheme in ["mysql", "mariadb", "jdbc:mysql", "jdbc:mariadb"] {
      #expect(try resolved("\(scheme)://h/db?\(query)").target.ssl.mode == mode)
    }
  }

  @Test func theHostsOfAFailoverList() throws {
    let target = try resolved("jdbc:mysql://a:1,b,[::1]:3/shop?user=u&password=p").target
    #expect(target.hosts.map(\.description) == ["a:1", "b:3306", "[::1]:3"])
    #expect(target.database == "shop")
    #expect(target.user == "u")
    #expect(target.password == Secret("p"))
  }

  @Test func aSocketIsAHost() throws {
    for key in ["socket", "unix_socket", "unixSocket"] {
      let target = try resolved("mysql://me@localhost/shop?\(key)=/run/mysqld/mysqld.sock").target
      #expect(target.hosts == [HostPort(host: "/run/mysqld/mysqld.sock", port: 3306)])
    }
    let other = try resolved("postgres://h/db?socket=/run/x")
    #expect(other.target.hosts[0].host == "h")
    #expect(other.warnings == ["The URL's parameter socket is not used."])
  }

  @Test func connectTimeoutCountsInMilliseconds() throws {
    #expect(try resolved("jdbc:mysql://h/db?connectTimeout=2500").target.timeout == 2.5)
    #expect(try resolved("mariadb://h/db?connectTimeout=1").target.timeout == 0.1)
    #expect(try resolved("mysql://h/db?connect_timeout=7").target.timeout == 7)
    #expect(try resolved("jdbc:postgresql://h/db?connectTimeout=7").target.timeout == 7)
  }

  @Test func aJDBCURLNeedsSlashes() {
    #expect(throws: UsageError.self) { try resolved("jdbc:mysql:shop") }
  }

  @Test(arguments: ["useSSL=maybe", "tls=custom", "sslMode=some", "ssl-verify-server-cert=2"])
  func unknownValuesAreNamed(query: String) {
    #expect(throws: UsageError.self) { try resolved("mysql://h?\(query)") }
  }

  @Test func theEnginesFilesAndUser() throws {
    let target = try resolved("mysql://h?ssl_ca=/c&ssl_cert=/x&ssl_key=/k&ssl_crl=/r&ssl-mode=verify_ca")
      .target
    #expect(target.ssl.trust == .file("/c"))
    #expect(target.ssl.certificateFile == "/x")
    #expect(target.ssl.keyFile == "/k")
    #expect(target.ssl.crlFile == "/r")
    #expect(target.user == "me")
    #expect(target.database == nil)
  }
}
