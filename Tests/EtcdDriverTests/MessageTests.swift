import ConnectCore
import Testing

@testable import EtcdDriver

/// etcd's messages as etcd 3.4.23 has sent them, and what is asked of it.
@Suite struct MessageTests {
  /// A healthy member, alone.
  static let healthy: [UInt8] =
    [0x0A, 0x18, 0x08, 0xC1, 0xC6, 0xE2, 0xBB, 0xFE, 0xB2, 0xDD, 0xC5, 0x38, 0x10, 0x8F, 0x9A, 0xA0, 0xE0]
    + [0xA5, 0xB6, 0x84, 0xC7, 0x3A, 0x18, 0x01, 0x20, 0x04, 0x12, 0x06] + Array("3.4.23".utf8)
    + [0x18, 0x80, 0x80, 0x02, 0x20, 0x8F, 0x9A, 0xA0, 0xE0, 0xA5, 0xB6, 0x84, 0xC7, 0x3A, 0x28, 0x16, 0x30]
    + [0x04, 0x38, 0x16, 0x48, 0x80, 0x80, 0x01]

  @Test func status() throws {
    let status = try EtcdStatus(Self.healthy)
    #expect(status.version == "3.4.23" && status.member == 4_219_329_358_638_615_823 && status.errors == [])
  }

  @Test func statusWithoutALeader() throws {
    let words = "etcdserver: no leader"
    let status = try EtcdStatus(
      Self.healthy + [0x42, UInt8(words.utf8.count)] + Array(words.utf8) + [0x50, 1])
    #expect(status.errors == [words])
  }

  @Test("Cut anywhere, it is another message or none", arguments: 0..<healthy.count)
  func cut(count: Int) {
    let status = try? EtcdStatus(Array(Self.healthy.prefix(count)))
    #expect(status?.errors ?? [] == [])
  }

  @Test func token() throws {
    let token: [UInt8] = [0x0A, 0x00, 0x12, 0x04] + Array("ab.1".utf8)
    #expect(try EtcdLoginAnswer.token(token) == "ab.1")
  }

  /// None, an empty one, what no header can hold, and what is too long for one.
  @Test(arguments: ["", "a\r\nb", "a b", "é", "a\u{7F}", String(repeating: "a", count: 60_000)])
  func tokensThatAreNone(text: String) {
    var writer = ProtobufWriter()
    writer.put(text, field: 2)
    #expect(throws: ProtobufReader.Malformed.self) { try EtcdLoginAnswer.token(writer.bytes) }
  }

  /// Two bytes a field, and none of them says anything.
  @Test func errorsWithoutEnd() throws {
    #expect(try EtcdStatus(Self.healthy + [0x42, 0, 0x42, 1, 0x41]).errors == ["A"])
    let many = [[UInt8]](repeating: [0x42, 0], count: 500_000).flatMap { $0 }
    let begun = ContinuousClock.now
    #expect(throws: ProtobufReader.Malformed.self) { try EtcdStatus(Self.healthy + many) }
    #expect(begun.duration(to: .now) < .milliseconds(200))
  }

  @Test func membersWithoutEnd() throws {
    let many = [[UInt8]](repeating: [0x12, 2, 0x08, 1], count: 900).flatMap { $0 }
    #expect(try EtcdMembers(many).all.count == 100)
  }

  /// The header of member 2, and members 2 and 3.
  static let list: [UInt8] =
    [0x0A, 0x02, 0x10, 0x02]
    + [0x12, 0x0D, 0x08, 0x02, 0x12, 0x01, 0x61, 0x1A, 0x02, 0x3A, 0x31, 0x22, 0x02, 0x3A, 0x32]
    + [0x12, 0x05, 0x08, 0x03, 0x12, 0x01, 0x62]

  @Test func members() throws {
    let members = try EtcdMembers(Self.list)
    #expect(members.all.map(\.name) == ["a", "b"])
    #expect(members.all[0].peerURLs == [":1"] && members.all[0].clientURLs == [":2"])
    #expect(members.all[1] == EtcdMembers.Member(id: 3, name: "b"))
  }

  @Test func requests() {
    #expect(EtcdRequest.read.message == [0x0A, 6] + Array("health".utf8) + [0x48, 1])
    let login = EtcdRequest.authenticate(user: "u", password: "p:é")
    #expect(login.message == [0x0A, 1, 0x75, 0x12, 4, 0x70, 0x3A, 0xC3, 0xA9])
    #expect(EtcdRequest.authenticate(user: "u", password: "").message == [0x0A, 1, 0x75])
    #expect(EtcdRequest.roles(ofUser: "u").message == [0x0A, 1, 0x75])
    #expect(EtcdRequest.status.message == [] && EtcdRequest.memberList.message == [])
  }

  @Test("A secret is in no path")
  func paths() {
    for request in [
      EtcdRequest.status, .memberList, .read, .authenticate(user: "u", password: "p"), .roles(ofUser: "u"),
    ] {
      #expect(request.path.split(separator: "/").count == 2 && request.path.hasPrefix("/etcdserverpb."))
    }
  }
}

/// What a member is told to be.
@Suite struct IdentityTests {
  private func identity(
    port: UInt16, peers: [String] = ["http://a:2380"], clients: [String] = ["http://a:2379"]
  ) throws -> EtcdIdentity {
    var members = try EtcdMembers(MessageTests.list)
    var status = try EtcdStatus(MessageTests.healthy)
    status.member = 2
    members.all[0].peerURLs = peers
    members.all[0].clientURLs = clients
    return EtcdIdentity(status, members, port: port)
  }

  @Test func server() throws {
    let server = try identity(port: 2379).server
    #expect(server == ServerIdentity(product: "etcd", version: "3.4.23", details: ["member a of 2"]))
    let bare = EtcdIdentity(try EtcdStatus(MessageTests.healthy), nil, port: 2379)
    #expect(bare.server.details == [] && bare.urlsBesidePeerPort == nil)
  }

  @Test func peerPort() throws {
    #expect(try identity(port: 2379).urlsBesidePeerPort == nil)
    #expect(try identity(port: 2380).urlsBesidePeerPort == ["http://a:2379"])
    // Behind a port that is mapped, nothing is known.
    #expect(try identity(port: 32_380).urlsBesidePeerPort == nil)
    #expect(try identity(port: 380).urlsBesidePeerPort == nil)
    #expect(try identity(port: 2380, clients: ["http://a:2380"]).urlsBesidePeerPort == nil)
    #expect(try identity(port: 2380, clients: []).urlsBesidePeerPort == [])
  }
}
