import Lab
import Testing

/// What is right and wrong with a MongoDB server's certificate, its revocation and the files that say so × five modes.
@Suite struct MongoDBCertificateTests {
  typealias Table = CertificateTable<MongoServer>
  typealias Files = FileTable<MongoServer>

  @Test(arguments: Row.all(Table.chains)) func chain(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.times)) func time(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.names)) func name(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Files.revocations)) func revocation(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Files.files + Files.broken)) func file(_ row: Row) throws { try row.judge() }

  /// TLS 1.2 sends certificates in another place of the handshake.
  static let tls12 = ["good", "self-signed", "unknown-ca", "expired", "wrong-name"].map { name in
    let (chain, identity): (Ending, Ending) =
      switch name {
      case "good": (.chain, .identity)
      case "expired": (.fails(.expired), .fails(.expired))
      case "wrong-name": (.chain, Table.wrongHost)
      default: (Table.untrustedCA, Table.untrustedIdentity)
      }
    return Situation.certificate(
      "TLS 1.2: \(name)", any: MongoServer.with(name).with(\.tlsVersion, "1.2"), Table.ca, verifyCA: chain,
      verifyIdentity: identity)
  }

  @Test(arguments: Row.all(tls12)) func olderTLS(_ row: Row) throws { try row.judge() }

  /// A server with a bad certificate hears nothing in the modes that verify, not even hello.
  @Test(arguments: ["self-signed", "unknown-ca", "expired", "future", "revoked", "unchained"])
  func nothingIsConfided(to certificate: String) throws {
    let server = try Lab.start(mongodb: .with(certificate).own("confidence"))
    for mode in ["verify-ca", "verify-identity"] {
      let crl = try certificate == "revoked" ? ["--ssl-crl", Lab.pki + "/crl-root-revoked.pem"] : []
      let result = try Program.run(
        [
          "--engine", "mongodb", "-h", "localhost", "-p", String(server.port), "-U", Account.user,
          "--password", "env:LAB_PASSWORD", "--ssl", mode, "--ssl-ca", Lab.pki + "/ca.pem",
        ] + crl, environment: ["LAB_PASSWORD": Account.password])
      #expect((22...24).contains(result.exitCode), "\(result)")
    }
    let heard = try server.heard()
    #expect(heard.count == 2)
    for connection in heard {
      #expect(connection.commands == [])
      #expect(!connection.contains(Account.user) && !connection.holdsLogin)
    }
  }

  /// The name differs, and nothing else.
  @Test func nothingIsConfidedToAnotherHost() throws {
    let server = try Lab.start(mongodb: .with("wrong-name").own("confidence"))
    let result = try Program.run(
      [
        "--engine", "mongodb", "-h", "localhost", "-p", String(server.port), "-U", Account.user, "--password",
        "env:LAB_PASSWORD", "--ssl", "verify-identity", "--ssl-ca", Lab.pki + "/ca.pem",
      ], environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == Cause.wrongHost.exitCode, "\(result)")
    #expect(try server.heard().allSatisfy { $0.commands == [] && !$0.contains(Account.user) })
  }

  /// Otherwise the two tests above would prove nothing: with a good certificate all of it is heard.
  @Test func aGoodServerHearsTheLogin() throws {
    let server = try Lab.start(mongodb: .with("good").own("confidence"))
    let result = try Program.run(
      [
        "--engine", "mongodb", "-h", "localhost", "-p", String(server.port), "-U", Account.user, "--password",
        "env:LAB_PASSWORD", "--ssl", "verify-identity", "--ssl-ca", Lab.pki + "/ca.pem",
      ], environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == 0, "\(result)")
    let heard = try #require(try server.heard().first)
    #expect(heard.contains(Account.user) && heard.holdsLogin && !heard.saidInClear(Account.user))
    #expect(!heard.contains(Account.password))
  }
}
