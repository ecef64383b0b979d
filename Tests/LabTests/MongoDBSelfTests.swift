import Foundation
import Lab
import Testing

/// pymongo finds the lab's fakes of MongoDB's server as the tables say they are.
@Suite struct MongoDBSelfTests {
  /// What pymongo says of a login.
  struct Answer: Decodable, Equatable {
    var user: String?
    var databases: [String]?
    var version: String?
    var error: String?
  }

  func login(_ port: Int, _ options: [String: String] = [:], tls: Bool = false) throws -> Answer {
    var fields: [String: any Sendable] = options
    if tls { fields["tls"] = true }
    let text = String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self)
    let result = try Command.run([
      Package.folder + "/.venv/bin/python", Package.folder + "/Tests/LabHelpers/mongo_login.py", String(port),
      text,
    ])
    return try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
  }

  func login(_ server: MongoServer, _ options: [String: String] = [:], tls: Bool = false) throws -> Answer {
    try login(Lab.start(mongodb: server).port, options, tls: tls)
  }

  static let good = ["username": MongoAccount.user, "password": Account.password]
  static let ca = Result { ["tlsCAFile": try Lab.pki + "/ca.pem"] }

  static let welcome = Answer(user: MongoAccount.user, databases: ["admin", "appdb"], version: "6.0.14")

  @Test(arguments: [nil, "SCRAM-SHA-1", "SCRAM-SHA-256"]) func scram(mechanism: String?) throws {
    let options = Self.good.merging(mechanism.map { ["authMechanism": $0] } ?? [:]) { $1 }
    #expect(try login(.plain, options) == Self.welcome)
    #expect(try login(.optional, options.merging(Self.ca.get()) { $1 }, tls: true) == Self.welcome)
    let wrong = options.merging(["password": "another"]) { $1 }
    #expect(try login(.plain, wrong).error?.contains("Authentication failed") == true)
  }

  @Test func namesThatAreHardToQuote() throws {
    let options = ["username": MongoAccount.hard, "password": MongoAccount.hardPassword]
    #expect(try login(.plain, options).user == MongoAccount.hard)
  }

  @Test func usersOfADatabase() throws {
    let options = ["username": MongoAccount.local, "password": Account.password]
    #expect(try login(.plain, options.merging(["authSource": "appdb"]) { $1 }).user == MongoAccount.local)
    #expect(try login(.plain, options).error?.contains("Authentication failed") == true)
  }

  @Test func nobodyIsLoggedIn() throws {
    #expect(try login(.plain).error?.contains("requires authentication") == true)
    #expect(try login(.open).databases == ["admin", "appdb"])
  }

  @Test func certificates() throws {
    let trust = try Self.ca.get()
    let mine = try trust.merging(["tlsCertificateKeyFile": Lab.pki + "/client-both.pem"]) { $1 }
    let x509 = mine.merging(["authMechanism": "MONGODB-X509"]) { $1 }
    #expect(try login(.mutual, x509, tls: true).user == "CN=tester")
    #expect(try login(.mutual, Self.good.merging(trust) { $1 }, tls: true) == Self.welcome)
    for version in ["1.2", "1.3"] {
      let strict = MongoServer.mutual.with(\.demandsClient, true).with(\.tlsVersion, version)
      #expect(try login(strict, Self.good.merging(mine) { $1 }, tls: true) == Self.welcome, "\(version)")
      let error = try login(strict, Self.good.merging(trust) { $1 }, tls: true).error
      #expect(error != nil, "\(version)")
    }
  }

  @Test func plain() throws {
    let options = [
      "username": MongoAccount.directory, "password": Account.password, "authMechanism": "PLAIN",
      "authSource": "$external",
    ]
    let server = MongoServer.optional.with(\.mechanisms, ["PLAIN"])
    #expect(
      try login(server, options.merging(Self.ca.get()) { $1 }, tls: true).user == MongoAccount.directory)
  }

  @Test func whereTLSIsWanted() throws {
    let trust = try Self.ca.get()
    #expect(try login(.requiresTLS, Self.good).error != nil)
    #expect(try login(.requiresTLS, Self.good.merging(trust) { $1 }, tls: true) == Self.welcome)
    #expect(try login(.plain, Self.good.merging(trust) { $1 }, tls: true).error != nil)
    #expect(
      try login(.with("unknown-ca"), Self.good.merging(trust) { $1 }, tls: true).error?
        .contains("certificate verify failed") == true)
  }

  /// A replica set as pymongo finds it: a secondary that names its primary.
  @Test func replicaSets() throws {
    let ports = try (0..<2).map { _ in try Lab.unusedPort() }
    let members = ports.map { "localhost:\($0)" }
    let member = MongoServer.plain.with(\.members, members).with(\.primary, members[1])
    _ = try Lab.start(mongodb: member.with(\.role, .secondary).with(\.port, ports[0]))
    _ = try Lab.start(mongodb: member.with(\.role, .primary).with(\.port, ports[1]))
    #expect(try login(ports[0], Self.good.merging(["replicaSet": "rs0"]) { $1 }) == Self.welcome)
    #expect(try login(ports[0], Self.good.merging(["replicaSet": "rs1"]) { $1 }).error != nil)
  }

  #if os(Linux) && arch(x86_64)
    /// A server that is not ours, and cannot share our mistakes.
    @Test func aServerOfOthers() throws {
      let plain = try Lab.briskDB()
      let secured = try Lab.briskDB(certificate: "good")
      func test(_ port: Int, _ mode: Mode) throws -> ProgramResult {
        try Program.run([
          "mongodb://localhost:\(port)", "--ssl", mode.rawValue, "--ssl-ca", Lab.pki + "/ca.pem", "--format",
          "json",
        ])
      }
      for mode in Mode.allCases {
        let one = try test(plain, mode)
        #expect(one.exitCode == (mode == .disabled ? 0 : Cause.lacksTLS.exitCode), "\(mode): \(one)")
        let other = try test(secured, mode)
        #expect(other.exitCode == (mode == .disabled ? Cause.requiresTLS.exitCode : 0), "\(mode): \(other)")
        #expect(
          Report(other.output)?.ssl.verified
            == (mode == .verifyIdentity ? "identity" : mode == .verifyCA ? "chain" : "none"))
      }
    }
  #endif
}
