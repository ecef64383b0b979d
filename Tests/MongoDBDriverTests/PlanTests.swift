import ConnectCore
import Testing

@testable import MongoDBDriver

/// What libmongoc is told.
@Suite struct PlanTests {
  static func target(
    hosts: [HostPort] = [HostPort(host: "db.example.test", port: 27017)], database: String? = nil,
    user: String? = nil, password: String? = nil, _ parameters: [String: String] = [:]
  ) -> ConnectionTarget {
    ConnectionTarget(
      engine: .mongodb, hosts: hosts, database: database, user: user, password: password.map { Secret($0) },
      ssl: SSLSettings(mode: .required), parameters: parameters)
  }

  @Test func hostsAndOptions() {
    let hosts = [HostPort(host: "a.test", port: 1), HostPort(host: "::1", port: 2)]
    let plan = MongoPlan(
      Self.target(hosts: hosts, ["replicaSet": "rs 0&x=y", "readPreference": "nearest", "srv": "true"]),
      subject: nil)
    #expect(plan.uri == "mongodb://a.test:1,[::1]:2/?replicaSet=rs%200%26x%3Dy&readPreference=nearest")
    #expect(plan.login == nil)
  }

  @Test func everySetOfTags() {
    let plan = MongoPlan(
      Self.target(["readPreference": "nearest", "readPreferenceTags": "dc:ny,rack:1\ndc:la\n"]), subject: nil)
    #expect(
      plan.uri.hasSuffix(
        "/?readPreference=nearest&readPreferenceTags=dc%3Any%2Crack%3A1&readPreferenceTags=dc%3Ala&readPreferenceTags="
      ))
  }

  /// No secret is in the URI, whatever it is made of.
  @Test func secretsStayOut() {
    let password = "p:w/o@r%d?&=#[]ü€'\"\\"
    let plan = MongoPlan(Self.target(user: "a:b/c@d", password: password), subject: nil)
    #expect(plan.uri == "mongodb://db.example.test:27017/")
    #expect(plan.login?.user == "a:b/c@d")
    #expect(plan.login?.password?.exposed == password)
  }

  @Test func whereTheUserIsMade() {
    func source(_ database: String?, _ parameters: [String: String] = [:]) -> String? {
      MongoPlan(Self.target(database: database, user: "u", password: "p", parameters), subject: nil).login?
        .source
    }
    #expect(source(nil) == "admin")
    #expect(source("app") == "app")
    #expect(source("app", ["authSource": "admin"]) == "admin")
    #expect(source("app", ["authMechanism": "PLAIN"]) == "$external")
    #expect(source("app", ["authMechanism": "PLAIN", "authSource": "ldap"]) == "ldap")
  }

  @Test func theCertificateNamesTheUser() {
    let parameters = ["authMechanism": "MONGODB-X509"]
    let plan = MongoPlan(Self.target(password: "unused", parameters), subject: "CN=tester")
    #expect(
      plan.login == .init(user: "CN=tester", password: nil, source: "$external", mechanism: "MONGODB-X509"))
    let named = MongoPlan(Self.target(user: "CN=other", parameters), subject: "CN=tester")
    #expect(named.login?.user == "CN=other")
    #expect(!named.lacksPassword)
  }

  @Test func aUserWithoutAPassword() {
    let plan = MongoPlan(Self.target(user: "u"), subject: nil)
    #expect(plan.login == nil)
    #expect(plan.lacksPassword)
    #expect(!MongoPlan(Self.target(), subject: nil).lacksPassword)
    #expect(!MongoPlan(Self.target(user: "u", password: ""), subject: nil).lacksPassword)
  }
}
