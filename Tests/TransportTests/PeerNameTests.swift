import Testing
import Transport

@Suite struct PeerNameTests {
  @Test(arguments: [
    ("db.example.test", PeerName.dns("db.example.test")),
    ("localhost.", .dns("localhost")),
    ("127.0.0.1", .address("127.0.0.1")),
    ("::1", .address("::1")),
    ("[::1]", .address("::1")),
    ("fe80::1%lo", .address("fe80::1")),
    ("127.1", .dns("127.1")),
  ])
  func hostsBecomeNamesOrAddresses(host: String, name: PeerName) {
    #expect(PeerName(host: host) == name)
  }

  @Test(arguments: ["", ".", "[]"])
  func nothingIsNoName(host: String) { #expect(PeerName(host: host) == nil) }

  @Test func onlyNamesAreSentAsSNI() {
    #expect(PeerName.dns("a").serverNameIndication == "a")
    #expect(PeerName.address("::1").serverNameIndication == nil)
  }
}
