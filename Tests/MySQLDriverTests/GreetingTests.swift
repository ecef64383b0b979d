import ConnectCore
import Testing

@testable import MySQLDriver

/// What a server says first, by its bytes.
@Suite struct GreetingTests {
  static func packet(_ body: [UInt8], sequence: UInt8 = 0, length: Int? = nil) -> [UInt8] {
    let length = length ?? body.count
    return [0, 8, 16].map { UInt8(truncatingIfNeeded: length >> $0) } + [sequence] + body
  }

  /// HandshakeV10 of that version; the capabilities in two halves, as on the wire.
  static func greeting(_ version: String, capabilities: UInt32) -> [UInt8] {
    func bytes(_ value: UInt32) -> [UInt8] { [0, 8].map { UInt8(truncatingIfNeeded: value >> $0) } }
    return packet(
      [10] + Array(version.utf8) + [0] + [42, 0, 0, 0] + Array("nonce678".utf8) + [0] + bytes(capabilities)
        + [45] + [2, 0] + bytes(capabilities >> 16) + [21] + [UInt8](repeating: 0, count: 10)
        + Array("nonce6789012\0".utf8) + Array("mysql_native_password\0".utf8))
  }

  static let mysql = greeting("8.0.36", capabilities: 0xDFFF_FFFF)
  static let mariadb = greeting("5.5.5-10.11.6-MariaDB-0+deb12u1", capabilities: 0x81FF_FFFE)

  @Test func greetings() {
    let mysql = MySQLGreeting(
      version: "8.0.36", capabilities: 0xDFFF_FFFF, plugin: "mysql_native_password")
    #expect(MySQLFirstPacket(Self.mysql) == .greeting(mysql))
    #expect(mysql.offersTLS && !mysql.isMariaDB)
    // What MariaDB puts before its version for old replicas is no part of it.
    let mariadb = MySQLGreeting(
      version: "10.11.6-MariaDB-0+deb12u1", capabilities: 0x81FF_FFFE, plugin: "mysql_native_password")
    #expect(MySQLFirstPacket(Self.mariadb) == .greeting(mariadb))
    #expect(mariadb.offersTLS && mariadb.isMariaDB)
  }

  @Test func theOfferOfTLSIsOneBit() {
    for capabilities: UInt32 in [0, 1, 0xFFFF_F7FF] {
      guard
        case .greeting(let greeting) = MySQLFirstPacket(Self.greeting("8.0.36", capabilities: capabilities))
      else { return #expect(Bool(false), "\(capabilities)") }
      #expect(!greeting.offersTLS)
    }
    #expect(MySQLGreeting(version: "8.0.36", capabilities: 0x800).offersTLS)
  }

  /// A fork of MariaDB's that does not say so, by the capability that its servers leave out.
  @Test func mariaDBWithoutItsName() {
    #expect(MySQLGreeting(version: "10.6.18", capabilities: 0x81FF_FFFE).isMariaDB)
    #expect(MySQLGreeting(version: "11.4.2-MariaDB", capabilities: 0xFFFF_FFFF).isMariaDB)
    // The prefix alone is some server's version.
    #expect(
      MySQLFirstPacket(Self.greeting("5.5.5-m3", capabilities: 0x801))
        == .greeting(MySQLGreeting(version: "5.5.5-m3", capabilities: 0x801)))
  }

  @Test(arguments: [mysql, mariadb, packet([0xFF, 0x10, 0x04] + Array("Too many connections".utf8))])
  func atEveryLength(whole: [UInt8]) {
    for count in 0..<whole.count {
      #expect(MySQLFirstPacket(Array(whole.prefix(count))) == .incomplete, "\(count)")
    }
    #expect(MySQLFirstPacket(whole) != .incomplete)
    #expect(MySQLFirstPacket.surplus(of: whole).isEmpty)
    #expect(MySQLFirstPacket(whole + [1, 2, 3]) == MySQLFirstPacket(whole))
    #expect(MySQLFirstPacket.surplus(of: whole + [1, 2, 3]) == [1, 2, 3])
  }

  /// A packet that says it is whole, and holds only the beginning of a greeting.
  @Test func aGreetingCutShort() {
    let body = Array(Self.mysql.dropFirst(4))
    // Up to the lower half of the capabilities, which is the least that tells anything.
    let least = 1 + "8.0.36".utf8.count + 1 + 4 + 8 + 1 + 2
    for count in 1..<body.count {
      let packet = MySQLFirstPacket(Self.packet(Array(body.prefix(count))))
      if count < least {
        guard case .foreign = packet else { return #expect(Bool(false), "\(count): \(packet)") }
      } else {
        guard case .greeting(let greeting) = packet else {
          return #expect(Bool(false), "\(count): \(packet)")
        }
        #expect(greeting.version == "8.0.36" && greeting.offersTLS)
      }
    }
  }

  @Test func errors() {
    let early = Self.packet([0xFF, 0x10, 0x04] + Array("Too many connections".utf8))
    #expect(
      MySQLFirstPacket(early)
        == .error(
          ServerError(text: "ERROR 1040: Too many connections", nativeCode: "1040", origin: .server)))
    let withState = Self.packet([0xFF, 0x6A, 0x04] + Array("#HY000Host 'x' is not allowed".utf8))
    #expect(
      MySQLFirstPacket(withState)
        == .error(
          ServerError(
            text: "ERROR 1130 (HY000): Host 'x' is not allowed", sqlState: "HY000", nativeCode: "1130",
            origin: .server)))
    // Less than a number is no error.
    for body in [[0xFF], [0xFF, 0x10]] as [[UInt8]] {
      guard case .foreign = MySQLFirstPacket(Self.packet(body)) else { return #expect(Bool(false)) }
    }
    let cut = Self.packet([0xFF, 0x10, 0x04] + Array("#08".utf8))
    #expect(
      MySQLFirstPacket(cut)
        == .error(ServerError(text: "ERROR 1040: #08", nativeCode: "1040", origin: .server)))
    let broken = MySQLFirstPacket(Self.packet([0xFF, 0x10, 0x04, 0xC3, 0x28]))
    #expect(
      broken == .error(ServerError(text: "ERROR 1040: \u{FFFD}(", nativeCode: "1040", origin: .server)))
  }

  @Test(
    arguments: [
      ("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "SSH"), ("HTTP/1.1 400 Bad Request\r\n", "HTTP"),
      ("220 mail.example.test ESMTP\r\n", "SMTP or FTP"), ("-ERR unknown command\r\n", "Redis"),
      ("E\0\0\0WSFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0", nil),
      ("garbage that nobody knows", nil), ("\u{16}\u{3}\u{3}\0\u{7a}", "TLS"),
    ])
  func strangers(text: String, name: String?) {
    let bytes = Array(text.utf8)
    #expect(
      MySQLFirstPacket(bytes) == .foreign(ForeignAnswer(protocolName: name, bytes: bytes)))
  }

  /// Packets that no server begins with: empty, too long, not the first, of another kind.
  @Test(
    arguments: [
      packet([]), packet([10, 1], length: 8_193), packet([10, 1], length: 0xFF_FFFF),
      packet(Array(mysql.dropFirst(4)), sequence: 1), packet([0, 0, 0, 2, 0, 0, 0]), packet([0xFE]),
      packet([11] + Array("9.9.9\0".utf8)), packet([10] + Array("a version without an end".utf8)),
    ])
  func noGreeting(bytes: [UInt8]) {
    guard case .foreign(let answer) = MySQLFirstPacket(bytes) else {
      return #expect(Bool(false), "\(MySQLFirstPacket(bytes))")
    }
    // It is not what it would have to be.
    #expect(answer.protocolName == nil && answer.bytes == bytes)
  }

  @Test func protocol9() {
    let old = Self.packet([9] + Array("3.20.32\0".utf8))
    #expect(MySQLFirstPacket(old) == .foreign(ForeignAnswer(protocolName: "MySQL 3.20", bytes: old)))
  }
}

/// What a connection's bytes show beside what libmariadb tells.
@Suite struct WireTests {
  @Test func byteByByte() {
    var wire = MySQLWire()
    #expect(wire.heardNothing)
    for byte in GreetingTests.mysql {
      #expect(wire.greeting == nil)
      wire.read([byte])
      #expect(!wire.heardNothing)
    }
    #expect(wire.greeting?.version == "8.0.36" && wire.surplus.isEmpty && wire.greetingWasRead)
    // What comes later is not the greeting's.
    wire.read([1, 2, 3])
    #expect(wire.surplus.isEmpty)
  }

  @Test func moreThanAGreeting() throws {
    var wire = MySQLWire()
    wire.read(GreetingTests.mysql + [7, 0, 0, 2, 0])
    #expect(wire.surplus == [7, 0, 0, 2, 0])
    var other = MySQLWire()
    other.read(Array("HTTP/1.1 400 Bad Request\r\n".utf8))
    guard case .foreign(let answer) = other.packet else {
      throw ConnectionFailure(stage: .tls, event: .closed)
    }
    #expect(answer.protocolName == "HTTP" && !other.greetingWasRead)
  }

  /// What lies on the socket is judged with what was read, and counts as read only when it was.
  @Test func lookingAhead() {
    var wire = MySQLWire()
    let (head, rest) = (GreetingTests.mysql.prefix(10), Array(GreetingTests.mysql.dropFirst(10)))
    wire.read(head)
    wire.sawAhead(Array(rest.dropLast()))
    #expect(wire.packet == .incomplete && !wire.heardNothing)
    wire.sawAhead(rest)
    #expect(wire.greeting != nil && !wire.greetingWasRead && wire.surplus.isEmpty)
    // What came between the look and the reading is surplus.
    wire.read(rest + [1])
    #expect(wire.greetingWasRead && wire.surplus == [1])
  }

  /// The packet that answers a ClientHello in clear has number 2, by some servers 1.
  @Test func anErrorInsteadOfTLS() {
    let body: [UInt8] = [0xFF, 0x13, 0x04] + Array("#08S01Bad handshake".utf8)
    for (sequence, isError): (UInt8, Bool) in [(0, false), (1, true), (2, true), (3, false)] {
      var wire = MySQLWire()
      wire.tlsAnswer = GreetingTests.packet(body, sequence: sequence)
      #expect((wire.errorInsteadOfTLS?.nativeCode == "1043") == isError)
    }
    var alert = MySQLWire()
    alert.tlsAnswer = [0x15, 3, 3, 0, 2, 2, 70, 0, 0]
    #expect(alert.errorInsteadOfTLS == nil && !MySQLTLSAnswer.goesOn(alert.tlsAnswer))
  }

  /// A record of 767 bytes has a header that looks like an error's.
  @Test func aTLSRecordIsNoError() {
    for type: UInt8 in 0x14...0x17 {
      #expect(MySQLTLSAnswer.error(in: [type, 3, 3, 2, 0xFF, 1, 2, 3, 4]) == nil)
      #expect(!MySQLTLSAnswer.goesOn([type, 3, 3, 2, 0xFF]))
    }
    // An error of 22 bytes begins with the type of a handshake.
    #expect(
      MySQLTLSAnswer.error(
        in: GreetingTests.packet([0xFF, 0x13, 4] + Array("#08S01Bad handshake".utf8), sequence: 2)) != nil)
  }

  @Test func howMuchOfThatErrorIsWaitedFor() {
    let whole = GreetingTests.packet([0xFF, 0x13, 0x04] + Array("#08S01Bad handshake".utf8), sequence: 2)
    for count in 0...whole.count {
      var wire = MySQLWire()
      wire.tlsAnswer = Array(whole.prefix(count))
      // Before its fifth byte it could be anything.
      #expect(MySQLTLSAnswer.goesOn(wire.tlsAnswer) == (5..<whole.count).contains(count), "\(count)")
    }
    var endless = MySQLWire()
    endless.tlsAnswer = [0xFF, 0xFF, 0xFF, 2, 0xFF] + Array(repeating: 0x61, count: 1_022)
    #expect(MySQLTLSAnswer.goesOn(endless.tlsAnswer))
    endless.tlsAnswer += [0x61]
    #expect(!MySQLTLSAnswer.goesOn(endless.tlsAnswer))
  }

  /// By the greeting, or by the last AuthSwitchRequest.
  @Test func thePluginThatIsAskedFor() {
    var wire = MySQLWire()
    #expect(wire.requestedPlugin == nil)
    wire.read(GreetingTests.mysql)
    #expect(wire.requestedPlugin == "mysql_native_password")
    let request = GreetingTests.packet([0xFE] + Array("dialog\0nonce".utf8), sequence: 2)
    for byte in request { wire.read([byte]) }
    #expect(wire.requestedPlugin == "dialog")
    wire.read(GreetingTests.packet([0xFE], sequence: 4))
    #expect(wire.requestedPlugin == "mysql_old_password")
    // A packet of another kind changes nothing.
    wire.read(GreetingTests.packet([1, 4], sequence: 6))
    #expect(wire.requestedPlugin == "mysql_old_password")
  }
}
