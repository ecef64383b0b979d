import ConnectCore
import Testing

@testable import PostgreSQLDriver

/// What answers SSLRequest, by its bytes.
@Suite struct TLSAnswerTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private func error(_ text: String, length: Int? = nil) -> [UInt8] {
    let fields = bytes("SFATAL\0VFATAL\0C57P03\0M\(text)\0\0")
    let length = UInt32(length ?? fields.count + 4)
    return bytes("E") + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + fields
  }

  @Test func oneLetter() {
    #expect(TLSAnswer(bytes("S")) == .yes)
    #expect(TLSAnswer(bytes("N")) == .no)
    #expect(TLSAnswer([]) == .incomplete)
  }

  /// It is the client's turn after either letter.
  @Test(arguments: ["SR\0\0\0\u{8}", "NR\0\0\0\u{8}", "SS", "?", "\0"])
  func whatComesBehindIsNotPostgreSQL(text: String) {
    #expect(TLSAnswer(bytes(text)) == .foreign(ForeignAnswer(protocolName: nil, bytes: bytes(text))))
  }

  @Test(arguments: [
    ("SSH-2.0-OpenSSH_9.2p1\r\n", "SSH"), ("ERROR\r\n", "memcached"),
    ("HTTP/1.1 400 Bad Request\r\n", "HTTP"),
    ("-ERR unknown command\r\n", "Redis"), ("\u{4e}\0\0\0\u{a}8.0.36\0", "MySQL"),
    ("\u{53}\0\0\0\u{a}8.0.36\0", "MySQL"),
    ("\u{45}\0\0\0\u{a}8.0.36\0", "MySQL"),
  ])
  func strangersAreKnownByMoreThanALetter(text: String, name: String) {
    #expect(TLSAnswer(bytes(text)) == .foreign(ForeignAnswer(protocolName: name, bytes: bytes(text))))
  }

  @Test func mysqlRefusal() {
    let refusal: [UInt8] = [0x45, 0, 0, 0, 0xFF, 0x6A, 0x04] + bytes("Host 'x' is not allowed")
    #expect(
      TLSAnswer(refusal) == .foreign(ForeignAnswer(protocolName: "MySQL", bytes: Array(refusal))))
  }

  @Test func errors() {
    let whole = error("the database system is starting up")
    let expected = ServerError(
      text: "FATAL: the database system is starting up", sqlState: "57P03", origin: .server)
    #expect(TLSAnswer(whole) == .error(expected))
    for count in 1..<whole.count { #expect(TLSAnswer(Array(whole.prefix(count))) == .incomplete, "\(count)") }
  }

  /// An error of 255 bytes begins as an error of MySQL's does.
  @Test func anErrorOfThatLength() {
    let text = String(repeating: "x", count: 255 - 4 - 24)
    let whole = error(text)
    #expect(whole[4] == 0xFF)
    guard case .error = TLSAnswer(whole) else { return #expect(Bool(false), "\(TLSAnswer(whole))") }
  }

  @Test func oldForm() {
    let text = "could not fork new process for connection: Cannot allocate memory\n"
    #expect(TLSAnswer(bytes("E" + text)) == .incomplete)
    #expect(TLSAnswer(bytes("E\(text)\0")) == .error(ServerError(text: text, origin: .server)))
  }

  @Test func longErrors() {
    let text = String(repeating: "lorem ipsum ", count: 6_000)
    #expect(
      TLSAnswer(error(text))
        == .error(ServerError(text: "FATAL: \(text)", sqlState: "57P03", origin: .server)))
    let beginning = PostgreSQLMessages.beginningOfError(Array(error(text).prefix(64)))
    #expect(beginning?.sqlState == "57P03" && beginning?.text.hasPrefix("FATAL: lorem") == true)
    #expect(PostgreSQLMessages.beginningOfError(bytes("R\0\0\0\u{8}\0")) == nil)
  }
}

/// When it is asked who listens.
@Suite struct ListenerTests {
  @Test func silenceLeavesItOpen() {
    func open(_ event: FailureEvent, _ stage: ConnectionStage) -> Bool {
      PostgreSQLRules.leavesListenerOpen(ConnectionFailure(stage: stage, event: event))
    }
    #expect(open(.closed, .tls) && open(.reset(errno: 104), .auth))
    #expect(
      !open(.reset(errno: 104), .connect) && !open(.tlsNotOffered, .tls) && !open(.serverReported, .auth))
    // That was asked before the time was over.
    #expect(!open(.timedOut, .tls))
  }
}
