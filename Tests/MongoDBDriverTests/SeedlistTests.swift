import ConnectCore
import Testing
import Transport

@testable import MongoDBDriver

/// What SRV and TXT records of mongodb+srv:// amount to.
@Suite struct SeedlistTests {
  static func complete(
    _ servers: [String], _ texts: [String] = [], _ parameters: [String: String] = [:],
    host: String = "cluster.example.test"
  ) -> Result<ConnectionTarget, MongoSeedlist.Fault> {
    let target = PlanTests.target(hosts: [HostPort(host: host, port: 27017)], parameters)
    let services = servers.enumerated().map {
      DNSMessage.Service(port: 27017 + UInt16($0.offset), target: $0.element)
    }
    return Result { () throws(MongoSeedlist.Fault) in try MongoSeedlist.complete(target, services, texts) }
  }

  static func fault(_ result: Result<ConnectionTarget, MongoSeedlist.Fault>) -> String? {
    if case .failure(let fault) = result { fault.words } else { nil }
  }

  @Test func hostsInTheDomain() throws {
    let target = try Self.complete(["a.example.test", "b.sub.Example.Test"]).get()
    #expect(
      target.hosts == [
        HostPort(host: "a.example.test", port: 27017), HostPort(host: "b.sub.Example.Test", port: 27018),
      ])
  }

  @Test(arguments: [
    ("cluster.example.test", "a.example.org"), ("cluster.example.test", "aexample.test"),
    ("cluster.example.test", "example.test"), ("cluster.example.test", "a.example.test.evil.org"),
    // A short name has to be the whole domain.
    ("example.test", "a.other.test"), ("localhost", "localhost"),
  ]) func outsideTheDomain(host: String, server: String) {
    #expect(Self.fault(Self.complete([server], host: host))?.contains("outside its domain") == true)
  }

  @Test func shortNames() {
    #expect(Self.fault(Self.complete(["a.example.test"], host: "example.test")) == nil)
    #expect(Self.fault(Self.complete(["a.localhost"], host: "localhost")) == nil)
  }

  @Test func optionsOfTheRecord() throws {
    let target = try Self.complete(["a.example.test"], ["authSource=thisDB&replicaset=rs0"]).get()
    #expect(target.parameters["authSource"] == "thisDB")
    #expect(target.parameters["replicaSet"] == "rs0")
    let mine = try Self.complete(["a.example.test"], ["authSource=thisDB"], ["authSource": "mine"]).get()
    #expect(mine.parameters["authSource"] == "mine")
  }

  @Test(arguments: [["ssl=false"], ["authSource"], ["authSource=a", "replicaSet=b"], ["socketTimeoutMS=5"]])
  func optionsThatARecordMayNotHave(texts: [String]) {
    #expect(Self.fault(Self.complete(["a.example.test"], texts)) != nil)
  }

  /// Such a host would be a Unix socket, or end elsewhere for C than for Swift.
  @Test(arguments: ["/tmp/s.example.test", "a b.example.test", "a\0.example.test", "x@evil.example.test"])
  func noHosts(server: String) {
    #expect(Self.fault(Self.complete([server]))?.contains("which is no host") == true)
  }

  @Test func valuesOfTheRecord() throws {
    #expect(
      try Self.complete(["a.example.test"], ["authSource=%61dmin"]).get().parameters["authSource"] == "admin")
    for text in ["authSource=%0a", "authSource=%", "loadBalanced=yes", "replicaSet=%00"] {
      #expect(Self.fault(Self.complete(["a.example.test"], [text])) != nil, "\(text)")
    }
  }

  /// Whose word it is that does not fit.
  @Test func contradictionsOfTheRecord() {
    let balanced = Self.fault(Self.complete(["a.example.test"], ["loadBalanced=true"], ["replicaSet": "rs0"]))
    #expect(balanced == "the TXT record says loadBalanced, which does not go with the replicaSet of the URL")
    let set = Self.fault(Self.complete(["a.example.test"], ["replicaSet=r"], ["loadBalanced": "true"]))
    #expect(set == "the URL says loadBalanced, which does not go with the replicaSet of the TXT record")
  }

  @Test func noRecords() { #expect(Self.fault(Self.complete([]))?.contains("no SRV records") == true) }

  @Test func limits() throws {
    let servers = ["a.example.test", "b.example.test", "c.example.test"]
    #expect(try Self.complete(servers, [], ["srvMaxHosts": "2"]).get().hosts.count == 2)
    #expect(try Self.complete(servers, [], ["srvMaxHosts": "0"]).get().hosts.count == 3)
    #expect(Self.fault(Self.complete(servers, ["replicaSet=r"], ["srvMaxHosts": "2"])) != nil)
    #expect(Self.fault(Self.complete(servers, ["loadBalanced=true"])) != nil)
  }
}
