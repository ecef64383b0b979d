import Foundation
import Lab
import Testing

/// The accounts of the lab's MariaDB servers are as the tables say, found by MariaDB's own client.
@Suite struct MariaDBAccountTests {
  static let denied = "ERROR 1045 (28000): Access denied for user"
  static let crowded =
    "ERROR 1226 (42000): User 'crowded' has exceeded the 'max_user_connections' resource (current value: -1)"

  /// What the client hears in plain text and over TLS.
  @Test(
    arguments: [
      (MySQLAccount.user, "plain", "TLSv1.3"),
      (MySQLAccount.needsSSL, denied, "TLSv1.3"),
      (MySQLAccount.needsX509, denied, denied),
      (MySQLAccount.needsSubject, denied, denied),
      (MySQLAccount.expiring, "plain", "TLSv1.3"),
      (MySQLAccount.ed25519, "plain", "TLSv1.3"),
      (
        MySQLAccount.locked, "ERROR 4151 (HY000): Access denied, this account is locked",
        "ERROR 4151 (HY000): Access denied, this account is locked"
      ),
      (
        MySQLAccount.poor, "ERROR 1044 (42000): Access denied for user 'poor'@'%' to database 'appdb'",
        "ERROR 1044 (42000): Access denied for user 'poor'@'%' to database 'appdb'"
      ),
      (MySQLAccount.crowded, crowded, crowded),
      ("nobody", denied, denied),
    ])
  func accounts(user: String, inPlain: String, overTLS: String) throws {
    let answers = try [MariaDBServerTests.plain, MariaDBServerTests.tls].map {
      try MariaDBServerTests.login(.optional, $0, user: user)
    }
    #expect(answers[0].hasPrefix(inPlain), "\(answers[0])")
    #expect(answers[1].hasPrefix(overTLS), "\(answers[1])")
  }

  /// To somebody unknown the server behaves as if to some account that it picks by the name, so either number may
  /// come.
  @Test(arguments: [MySQLAccount.bySocket, MySQLAccount.elsewhere])
  func whoCannotLogInFromHere(user: String) throws {
    let answer = try MariaDBServerTests.login(.optional, MariaDBServerTests.plain, user: user)
    let withoutPassword = "ERROR 1698 (28000): Access denied for user '\(user)'@'127.0.0.1'"
    let accepted = user == MySQLAccount.bySocket ? [withoutPassword] : [withoutPassword, Self.denied]
    #expect(accepted.contains { answer.hasPrefix($0) }, "\(answer)")
  }

  @Test func passwords() throws {
    func login(_ user: String, _ password: String?) throws -> String {
      try MariaDBServerTests.login(.optional, MariaDBServerTests.plain, user: user, password: password)
    }
    #expect(try login(MySQLAccount.keeper, MySQLAccount.keeperPassword) == "plain")
    #expect(try login(MySQLAccount.nopass, nil) == "plain")
    #expect(try login(MySQLAccount.nopass, "any").contains("1045 (28000)"))
    #expect(try login(MySQLAccount.user, nil).contains("(using password: NO)"))
    #expect(try login(MySQLAccount.user, "wrong").contains("(using password: YES)"))
    // Nothing is told of an account to somebody who does not know its password.
    for user in [MySQLAccount.locked, MySQLAccount.expired, MySQLAccount.poor, MySQLAccount.crowded] {
      #expect(try login(user, "wrong").hasPrefix(Self.denied))
    }
  }

  @Test func anExpiredPassword() throws {
    func login(_ server: MariaDBServer, _ options: String = "", _ statement: String) throws -> String {
      try MariaDBServerTests.login(
        server, MariaDBServerTests.plain + options, user: MySQLAccount.expired, statement: statement)
    }
    #expect(try login(.optional, "", "").isEmpty)
    let refused = "ERROR 1820 (HY000) at line 1: You must SET PASSWORD before executing this statement"
    #expect(try login(.optional, "", "select 1").contains(refused))
    #expect(
      try login(.endsExpired, "", "").hasPrefix(
        "ERROR 1862 (HY000): Your password has expired. To log in you must change it using a client that supports"
      ))
    #expect(try login(.endsExpired, " --connect-expired-password", "select 1").contains(refused))
  }

  @Test func databases() throws {
    func login(_ database: String?, _ user: String = MySQLAccount.user) throws -> String {
      try MariaDBServerTests.login(.optional, MariaDBServerTests.plain, user: user, database: database)
    }
    #expect(try login(MySQLAccount.unmade).contains("ERROR 1049 (42000): Unknown database 'unmade'"))
    // Whoever may not use a database is not told that there is none.
    let nowhere = "ERROR 1044 (42000): Access denied for user 'tester'@'%' to database 'nowhere'"
    #expect(try login("nowhere").contains(nowhere))
    #expect(try login(nil) == "plain")
    #expect(try login(nil, MySQLAccount.poor) == "plain")
  }

  @Test(
    arguments: [
      (MySQLAccount.needsX509, "client", "TLSv1.3"), (MySQLAccount.needsX509, "client-somebody", "TLSv1.3"),
      (MySQLAccount.needsSubject, "client", "TLSv1.3"),
      (MySQLAccount.needsSubject, "client-somebody", denied),
      (MySQLAccount.needsX509, nil, denied), (MySQLAccount.needsSubject, nil, denied),
    ])
  func clientCertificates(user: String, certificate: String?, answer: String) throws {
    let options = certificate.map { MariaDBServerTests.with($0) } ?? MariaDBServerTests.tls
    let actual = try MariaDBServerTests.login(.mutual, options, user: user)
    #expect(actual.hasPrefix(answer), "\(actual)")
  }

  /// The server ends the handshake also where nobody needs a certificate, and where it has no CA to check any with.
  @Test(
    arguments: [
      (MariaDBServer.mutual, "client-unknown", "alert unknown ca"),
      (.mutual, "client-expired", "alert certificate expired"), (.optional, "client", "alert unknown ca"),
    ])
  func rejectedCertificates(server: MariaDBServer, certificate: String, alert: String) throws {
    let port = try Lab.start(mariadb: server).port
    let pki = try Lab.pki
    let result = try Command.run([
      "openssl", "s_client", "-starttls", "mysql", "-connect", "127.0.0.1:\(port)", "-tls1_2",
      "-cert", "\(pki)/\(certificate).crt", "-key", "\(pki)/\(certificate).key",
    ])
    #expect(result.errors.contains(alert), "\(result)")
    let client = try MariaDBServerTests.login(server, MariaDBServerTests.with(certificate))
    #expect(
      client.hasPrefix("ERROR 2026 (HY000): TLS/SSL error:") || client.hasPrefix("ERROR 2013"), "\(client)")
  }

  /// It always asks for a client certificate, and names no CA: the request says nothing about whether one is needed.
  @Test(arguments: [MariaDBServer.optional, .mutual, .requiresTLS])
  func theServerAsksForACertificate(server: MariaDBServer) throws {
    let port = try Lab.start(mariadb: server).port
    for version in ["-tls1_2", "-tls1_3"] {
      let result = try Command.run([
        "openssl", "s_client", "-starttls", "mysql", "-connect", "127.0.0.1:\(port)", "-msg", version,
      ])
      #expect(result.output.contains("CertificateRequest"), "\(result)")
      #expect(result.output.contains("No client certificate CA names sent"), "\(result)")
    }
  }

  @Test func theLogsTellWhoCame() throws {
    let server = MariaDBServer.optional.own("the logs")
    #expect(try MariaDBServerTests.login(server, MariaDBServerTests.tls) == "TLSv1.3")
    #expect(
      try MariaDBServerTests.login(server, MariaDBServerTests.plain, password: "wrong").hasPrefix(Self.denied)
    )
    let running = try Lab.start(mariadb: server)
    let general = try running.generalLogText()
    #expect(general.contains("Connect\ttester@127.0.0.1 on appdb using SSL/TLS"))
    #expect(general.contains("Connect\ttester@127.0.0.1 on appdb using TCP/IP"))
    #expect(
      try running.logText().contains("Access denied for user 'tester'@'127.0.0.1' (using password: YES)"))
    #expect(try running.port != Lab.start(mariadb: .optional).port)
  }
}
