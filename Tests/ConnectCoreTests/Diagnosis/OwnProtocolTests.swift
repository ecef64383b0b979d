import Testing

@testable import ConnectCore

/// Servers that answer TLS in their own protocol, and what is known of how an engine's servers end.
@Suite struct OwnProtocolTests {
  /// ERROR, version 4, stream 0.
  static let cql: [UInt8] = [0x84, 0, 0, 0, 0, 0, 0, 0, 0x5b]

  @Test(arguments: [cql, Array(cql.prefix(5)), [0x85, 0, 0, 0, 0], [0x83, 2, 1, 3, 0, 0, 0]] as [[UInt8]])
  func cassandraIsRecognised(bytes: [UInt8]) {
    #expect(ForeignAnswer(recognising: bytes).protocolName == "Cassandra")
  }

  @Test(
    arguments: [
      Array(cql.prefix(4)), [0x04, 0, 0, 0, 0], [0x87, 0, 0, 0, 0], [0x84, 0x20, 0, 0, 0],
      [0x84, 0, 0, 0, 6],
      Array("Ä HTTP".utf8),
    ] as [[UInt8]])
  func othersAreNot(bytes: [UInt8]) {
    #expect(ForeignAnswer(recognising: bytes).protocolName == nil)
  }

  @Test("Cassandra's answer to a ClientHello proves that it has no TLS, to who expects Cassandra")
  func lacksTLS() {
    let observation = Samples.failed(.notTLS(ForeignAnswer(recognising: Self.cql)))
    let cassandra = Samples.diagnosis(observation, Samples.target(.verifyCA, engine: .cassandra))
    #expect(cassandra?.cause == .serverLacksTLS && cassandra?.recommendedMode == .disabled)
    for engine in [Engine.postgres, .redis] {
      let diagnosis = Samples.diagnosis(observation, Samples.target(.verifyCA, engine: engine))
      #expect(diagnosis?.cause == .wrongProtocol)
      #expect(diagnosis?.message.contains("Cassandra server") == true)
    }
  }

  @Test("Only the rules of engines without negotiation are asked about a connection that was closed")
  func closed() {
    let rules = FixedRules(.connectionLost, notes: ["by the rule"])
    func notes(_ engine: Engine) -> [String] {
      let observation = Samples.failed(.closed, at: .auth)
      return Samples.diagnosis(observation, Samples.target(.disabled, engine: engine), rules: rules)?.notes
        ?? []
    }
    #expect(notes(.cassandra).contains("By the rule."))
    #expect(!notes(.postgres).contains("By the rule."))
  }
}

/// What a server says of itself beside product and version.
@Suite struct ServerDetailsTests {
  private func report(_ details: [String]) -> Report {
    let server = ServerIdentity(product: "Cassandra", version: "4.1.3", details: details)
    let observation = Samples.connected { $0.outcome = .connected(Session(server: server)) }
    return Samples.report(observation, Samples.target(.verifyIdentity, engine: .cassandra))
  }

  @Test func inJSON() {
    #expect(report([]).json(showCertificates: false).contains(#""version":"4.1.3"}"#))
    #expect(
      report(["cluster \u{1b}[2J", "data center dc1"]).json(showCertificates: false)
        .contains(#""version":"4.1.3","details":["#))
    #expect(report(["cluster \u{1b}[2J"]).server?.details.first?.contains("\u{1b}") == false)
    #expect(report(["hunter22"]).server?.details == ["***"])
  }

  @Test func inText() {
    let text = report(["cluster Weather", "data center dc1"]).text(TextStyle())
    #expect(text.contains("Cassandra 4.1.3 (cluster Weather, data center dc1)"))
    #expect(!report([]).text(TextStyle()).contains("4.1.3 ("))
  }

  @Test("A password that nobody asked for")
  func passwordNotAsked() {
    let observation = Samples.connected { $0.remarks = [.passwordNotAsked] }
    let warnings = Samples.report(observation, Samples.target(.verifyIdentity, engine: .cassandra)).warnings
    #expect(
      warnings == [
        "The server asked for no password: the one that was given was not sent, and nothing is known of it."
      ])
  }
}
