import Testing

@testable import MongoDBDriver

/// By which names servers may call each other.
@Suite struct MemberNameTests {
  @Test(arguments: [
    ("a:1", "a", 1), ("db-0.example.test.:27018", "db-0.example.test.", 27018), ("a_b", "a_b", 27017),
    ("[::1]:5", "::1", 5), ("[2001:db8::1]", "2001:db8::1", 27017), ("127.0.0.1:65535", "127.0.0.1", 65535),
  ]) func names(text: String, host: String, port: UInt16) throws {
    let name = try #require(MemberName(text))
    #expect(name.host == host)
    #expect(name.port == port)
    #expect(MemberName.isHost(host))
  }

  /// libmongoc 1.23 ends the program for some of these; the first two would be Unix sockets.
  @Test(arguments: [
    "/tmp/mongodb-27017.sock", "/tmp/x:27017", "", ":", ":1", "a:", "a:0", "a:65536", "a:99999", "a:-1",
    "a:+1", "a:1:2",
    "a:1 ", " a:1", "a b:1", "a/b:1", "a@b:1", "a\0:1", "a\0", "é:1", ".", "..:1", "[::1", "[::1]5", "[::1]:",
    "[a]:1",
    "[]:1", "[fe80::1%lo]:1", "[::\0\0]:1", "[::1\0]", "::1", "a:1\n", "a:١",
    String(repeating: "a", count: 256),
    String(repeating: "a", count: 250) + ":27017",
  ]) func noNames(text: String) { #expect(MemberName(text) == nil) }

  @Test(arguments: [
    "/tmp/x", "", "a:1", "a b", "a\0b", "[::1]", "fe80::1%lo", "::1\0", String(repeating: "a", count: 256),
  ])
  func noHosts(text: String) { #expect(!MemberName.isHost(text)) }
}
