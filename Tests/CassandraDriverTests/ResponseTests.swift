import Testing

@testable import CassandraDriver

/// What a server answers, whole and cut at every place.
@Suite struct ResponseTests {
  static func string(_ text: String) -> [UInt8] { .cqlString(text) }

  static func frame(
    _ opcode: UInt8, _ body: [UInt8], flags: UInt8 = 0, version: UInt8 = 4
  ) -> CQLFrame {
    CQLFrame(version: version, flags: flags, opcode: opcode, body: body)
  }

  private func read(_ frame: CQLFrame) throws -> CQLResponse { try CQLResponse.read(frame).response }

  /// `SELECT release_version, cluster_name FROM system.local`: text columns of one table.
  static let rows: [UInt8] =
    .cqlInt(2) + .cqlInt(1) + .cqlInt(2) + string("system") + string("local")
    + string("release_version") + [0, 0x0D] + string("cluster_name") + [0, 0x0D]
    + .cqlInt(1) + .cqlBytes(Array("4.1.3".utf8)) + .cqlInt(-1)

  @Test func rowsOfOneTable() throws {
    let response = try read(Self.frame(CQLFrame.Opcode.result, Self.rows))
    #expect(response == .rows(["release_version": "4.1.3"]))
  }

  @Test("Each column with its own table, a custom type, more pages")
  func otherMetadata() throws {
    let column = Self.string("system") + Self.string("local")
    let custom: [UInt8] = [0, 0] + Self.string("org.apache.cassandra.db.marshal.UTF8Type")
    let body =
      .cqlInt(2) + .cqlInt(2) + .cqlInt(2) + .cqlBytes([1, 2]) + column + Self.string("a") + custom + column
      + Self.string("b") + [0, 9] + .cqlInt(2) + .cqlBytes([0x78]) + .cqlBytes([0x79]) as [UInt8]
    #expect(try read(Self.frame(CQLFrame.Opcode.result, body)) == .rows(["a": "x", "b": "y"]))
  }

  @Test func noRows() throws {
    let body: [UInt8] =
      .cqlInt(2) + .cqlInt(1) + .cqlInt(1) + Self.string("k") + Self.string("t") + Self.string("a") + [0, 13]
      + .cqlInt(0)
    #expect(try read(Self.frame(CQLFrame.Opcode.result, body)) == .rows([:]))
  }

  static let bodies: [(UInt8, [UInt8])] = [
    (CQLFrame.Opcode.error, .cqlInt(0x100) + string("Provided username x and/or password are incorrect")),
    (CQLFrame.Opcode.authenticate, string("org.apache.cassandra.auth.PasswordAuthenticator")),
    (
      CQLFrame.Opcode.supported,
      [0, 2] + string("CQL_VERSION") + [0, 1] + string("3.4.6") + string("PROTOCOL_VERSIONS") + [0, 2]
        + string("4/v4") + string("5/v5")
    ),
    (CQLFrame.Opcode.authChallenge, .cqlBytes(Array("PLAIN-START".utf8))),
    (CQLFrame.Opcode.result, rows),
  ]

  @Test func whole() throws {
    let read = try Self.bodies.map { try self.read(Self.frame($0.0, $0.1)) }
    #expect(read[0] == .error(code: 0x100, text: "Provided username x and/or password are incorrect"))
    #expect(read[1] == .authenticate("org.apache.cassandra.auth.PasswordAuthenticator"))
    #expect(read[2] == .supported(["CQL_VERSION": ["3.4.6"], "PROTOCOL_VERSIONS": ["4/v4", "5/v5"]]))
    #expect(read[3] == .authChallenge(Array("PLAIN-START".utf8)))
  }

  @Test("Cut anywhere, a body is malformed", arguments: bodies)
  func cut(opcode: UInt8, body: [UInt8]) {
    for count in 0..<body.count {
      #expect(throws: CQLReader.Malformed.self) { try read(Self.frame(opcode, Array(body.prefix(count)))) }
    }
  }

  @Test("What follows is left alone (section 1)", arguments: bodies)
  func more(opcode: UInt8, body: [UInt8]) throws {
    #expect(try read(Self.frame(opcode, body + [1, 2, 3])) == read(Self.frame(opcode, body)))
  }

  @Test("Tracing, warnings and custom payload come before the message")
  func prefixes() throws {
    let prefix =
      [UInt8](repeating: 9, count: 16) + [0, 1] + Self.string("be careful") + [0, 1] + Self.string("k")
      + .cqlBytes([1])
    let read = try CQLResponse.read(Self.frame(CQLFrame.Opcode.result, prefix + Self.rows, flags: 0x0e))
    #expect(read.response == .rows(["release_version": "4.1.3"]))
    #expect(read.warnings == ["be careful"])
  }

  @Test func compressedIsMalformed() {
    #expect(throws: CQLReader.Malformed.self) { try read(Self.frame(2, [], flags: 1)) }
  }

  @Test("Counts that lie", arguments: [[0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff]] as [[UInt8]])
  func counts(count: [UInt8]) {
    let metadata: [UInt8] = .cqlInt(2) + .cqlInt(0) + count
    #expect(throws: CQLReader.Malformed.self) { try read(Self.frame(8, metadata)) }
    #expect(throws: CQLReader.Malformed.self) { try read(Self.frame(6, Array(count.prefix(2)))) }
  }
}
