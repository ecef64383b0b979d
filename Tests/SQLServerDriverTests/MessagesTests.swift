import ConnectCore
import Testing

@testable import SQLServerDriver

@Suite struct MessagesTests {
  // MARK: Packets

  @Test(arguments: [0, 1, 4_087, 4_088, 4_089, 9_000]) func messagesSurvivePackets(count: Int) {
    let data = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let packets = TDSPacket.message(0x10, data)
    var collector = TDSMessageCollector()
    // A byte at a time.
    for byte in packets.dropLast() {
      collector.add([byte])
      #expect(collector.next() == .incomplete)
    }
    collector.add([packets[packets.count - 1]])
    #expect(collector.next() == .message(.init(kind: 0x10, data: data, packets: packets)))
    #expect(collector.next() == .incomplete)
  }

  @Test(arguments: [
    [UInt8](arrayLiteral: 4, 1, 0, 7, 0, 0, 1, 0), [4, 1, 0xFF, 0xFF, 0, 0, 1, 0], [4, 1, 0, 9, 0, 0, 1, 9],
    Array("HTTP/1.1 ".utf8),
  ]) func noPackets(bytes: [UInt8]) {
    var collector = TDSMessageCollector()
    collector.add(bytes)
    #expect(collector.next() == .foreign)
  }

  @Test func aMessageOfTwoTypesIsNone() {
    var collector = TDSMessageCollector()
    collector.add([4, 0, 0, 9, 0, 0, 1, 0, 1, 18, 1, 0, 9, 0, 0, 1, 0, 1])
    #expect(collector.next() == .foreign)
  }

  @Test func aFloodIsNoMessage() {
    var collector = TDSMessageCollector()
    collector.add([UInt8](repeating: 4, count: TDSMessageCollector.most + 1))
    #expect(collector.next() == .foreign)
  }

  // MARK: PRELOGIN

  @Test func preloginSurvives() throws {
    let message = PreloginMessage(encryption: 1, instance: "SQLEXPRESS")
    #expect(PreloginMessage(message.data) == message)
    #expect(message.withoutEncryption.encryption == 2)
    #expect(PreloginMessage(message.withoutEncryption.data)?.encryption == 2)
  }

  @Test func preloginCutAnywhereIsNone() {
    let data = PreloginMessage(encryption: 1).data
    for count in 0..<data.count { #expect(PreloginMessage(Array(data[..<count])) == nil, "\(count)") }
  }

  @Test func answersToPrelogin() {
    let good = TDSPacket.message(4, PreloginMessage(encryption: 3).data)
    #expect(PreloginAnswer(good) == .prelogin(PreloginMessage(encryption: 3)))
    #expect(PreloginAnswer(Array(good.dropLast())) == .incomplete)
    #expect(PreloginAnswer(good + [0]) == .foreign)
    #expect(PreloginAnswer([]) == .incomplete)
    #expect(PreloginAnswer(Array("SSH-2.0".utf8)) == .foreign)
    let full = TDSPacket.message(4, Self.error(17809, "full") + Self.done)
    guard case .errors(let error) = PreloginAnswer(full) else {
      Issue.record("\(PreloginAnswer(full))")
      return
    }
    #expect(error.nativeCode == "17809")
  }

  // MARK: Tokens

  static let done: [UInt8] = [0xFD] + [UInt8](repeating: 0, count: 12)

  static func wide(_ text: String) -> [UInt8] { text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } }

  static func token(_ kind: UInt8, _ data: [UInt8]) -> [UInt8] {
    [kind, UInt8(data.count & 0xFF), UInt8(data.count >> 8)] + data
  }

  static func error(_ number: Int, _ text: String) -> [UInt8] {
    let head = (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } + [1, 14]
    let count = UInt8(text.utf16.count)
    return token(0xAA, head + [count, 0] + wide(text) + [1] + wide("S") + [0, 1, 0, 0, 0])
  }

  static func routing(_ host: String, _ port: Int, protocol number: UInt8 = 0) -> [UInt8] {
    let name = wide(host)
    let value = [number, UInt8(port & 0xFF), UInt8(port >> 8), UInt8(host.utf16.count), 0] + name
    return token(0xE3, [20, UInt8(value.count & 0xFF), UInt8(value.count >> 8)] + value + [0, 0])
  }

  static let acknowledgement = token(0xAD, [1, 0x74, 0, 0, 4, 1] + wide("x") + [16, 0, 0, 0])

  @Test func anAcceptedLogin() throws {
    let features: [UInt8] = [0xAE, 0x0A, 1, 0, 0, 0, 1, 0xFF]
    let tokens = try #require(
      TDSTokens(
        Self.token(0xE3, [1, 1] + Self.wide("d") + [0]) + Self.token(0xAB, [0, 0, 0, 0])
          + Self.acknowledgement
          + features + Self.done))
    #expect(tokens.isAccepted && tokens.routing == nil && tokens.errors.isEmpty)
  }

  @Test func aRefusedLogin() throws {
    let tokens = try #require(TDSTokens(Self.error(18456, "Login failed für “é”.") + Self.done))
    #expect(!tokens.isAccepted)
    #expect(tokens.errors.map(\.number) == [18456] && tokens.errors.first?.text == "Login failed für “é”.")
  }

  @Test func aRedirection() throws {
    let tokens = try #require(
      TDSTokens(Self.acknowledgement + Self.routing("db.example.test", 11_000) + Self.done))
    #expect(tokens.routing == HostPort(host: "db.example.test", port: 11_000))
  }

  /// Nothing unread is let through to db-lib, which would follow a redirection by itself.
  @Test(arguments: [
    [UInt8](), [0x81, 0, 0], acknowledgement + [0x99], acknowledgement + done.dropLast(), [0xAA, 3, 0, 1],
    routing("h", 0), routing("h", 1, protocol: 1), routing("", 1), token(0xE3, []), [0xAE, 1, 9, 0, 0, 0],
    [0xEE, 0xFF, 0xFF, 0xFF, 0xFF],
  ]) func unreadable(data: [UInt8]) {
    #expect(TDSTokens(data) == nil)
  }

  // MARK: LOGIN7

  /// The login that db-lib 1.3.17 made of user é, password, database db, with the features behind it.
  static let login: [UInt8] = {
    var data = [UInt8](repeating: 0, count: 94)
    func put(_ value: Int, _ place: Int, _ size: Int = 2) {
      for index in 0..<size { data[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    var texts: [UInt8] = []
    func field(_ place: Int, _ text: [UInt8], units: Int) {
      put(94 + texts.count, place)
      put(units, place + 2)
      texts += text
    }
    field(36, wide("vm"), units: 2)
    field(40, wide("é"), units: 1)
    field(44, wide("pw"), units: 2)
    field(48, wide("app"), units: 3)
    field(52, wide("server"), units: 6)
    let pointer = 94 + texts.count
    field(56, [0, 0, 0, 0], units: 4)
    field(60, wide("DB-Library"), units: 10)
    field(64, wide("us_english"), units: 10)
    field(68, wide("db"), units: 2)
    put(94 + texts.count, 78)
    put(94 + texts.count, 82)
    put(94 + texts.count, 86)
    let features = 94 + texts.count
    data += texts + [0x0A, 1, 0, 0, 0, 1, 0xFF]
    for index in 0..<4 { data[pointer + index] = UInt8(truncatingIfNeeded: features >> (8 * index)) }
    for index in 0..<4 { data[index] = UInt8(truncatingIfNeeded: data.count >> (8 * index)) }
    return data
  }()

  static func text(_ data: [UInt8], _ place: Int) -> String {
    let start = Int(data[place]) | Int(data[place + 1]) << 8
    let count = Int(data[place + 2]) | Int(data[place + 3]) << 8
    var reader = TDSReader(Array(data[start...]))
    return reader.text(characters: count) ?? "?"
  }

  @Test(arguments: ["db.example.test", "x", "", "a,11000", "größe.example"]) func theServersName(name: String)
    throws
  {
    let data = try #require(Login7.data(Self.login, namingServer: name, password: "ß€"))
    #expect(Self.text(data, 52) == name)
    #expect(
      [36, 40, 48, 60, 64, 68].map { Self.text(data, $0) } == [
        "vm", "é", "app", "DB-Library", "us_english", "db",
      ])
    // The password is there, in the disguise that the protocol has for it: "ß" is DF 00, "€" AC 20.
    let place = Int(data[44]) | Int(data[45]) << 8
    let disguised: [UInt8] = [0x58, 0xA5, 0x6F, 0xA7]
    #expect(Array(data[place..<(place + 4)]) == disguised)
    #expect(Int(data[0]) | Int(data[1]) << 8 == data.count)
    let pointer = Int(data[56]) | Int(data[57]) << 8
    let features = Int(data[pointer]) | Int(data[pointer + 1]) << 8
    #expect(Array(data[features...]) == [0x0A, 1, 0, 0, 0, 1, 0xFF])
  }

  /// What db-lib gets has the password's length and none of its characters in their place, and differs each time.
  @Test func thePlaceholder() {
    let secret = "Zq7/xK!w9 %vLm €"
    let placeholder = Login7.placeholder(for: secret)
    #expect(
      placeholder.utf16.count == secret.utf16.count && placeholder.allSatisfy { $0.isLowercase && $0.isASCII }
    )
    #expect(placeholder != Login7.placeholder(for: secret))
    #expect(Login7.placeholder(for: "").isEmpty)
    // A login of db-lib's own, with another length, is not touched and not sent.
    #expect(Login7.data(Self.login, namingServer: "x", password: "longer") == nil)
  }

  /// db-lib reads on until a DONE behind which nothing comes: an answer without one could hide a redirection.
  @Test func completeAnswers() {
    let acknowledged: [UInt8] = [0xAD, 10, 0, 1, 0x74, 0, 0, 4, 0, 0, 0, 0, 0]
    let done: [UInt8] = [0xFD] + [UInt8](repeating: 0, count: 12)
    let more: [UInt8] = [0xFD, 1] + [UInt8](repeating: 0, count: 11)
    #expect(TDSTokens(acknowledged + done)?.isComplete == true)
    #expect(TDSTokens(acknowledged)?.isComplete == false)
    #expect(TDSTokens(acknowledged + more)?.isComplete == false)
    #expect(TDSTokens(acknowledged + done + [0xAB, 0, 0])?.isComplete == false)
    // Before TDS 7.2 a DONE is shorter, which would hide what follows.
    #expect(TDSTokens([0xAD, 10, 0, 1, 0x71, 0, 0, 1, 0, 0, 0, 0, 0] + done) == nil)
    #expect(TDSTokens([0xED, 1, 0, 0])?.continuesLogin == true)
    #expect(TDSTokens([0xED, 1, 0, 0] + acknowledged)?.continuesLogin == false)
  }

  @Test func otherThingsAreNoLogin() {
    #expect(Login7.data([], namingServer: "x", password: "pw") == nil)
    #expect(Login7.data(Array(Self.login.dropLast()), namingServer: "x", password: "pw") == nil)
    var broken = Self.login
    broken[53] = 0xFF
    #expect(Login7.data(broken, namingServer: "x", password: "pw") == nil)
  }

  // MARK: SQL Server Browser

  static func answer(_ text: String) -> [UInt8] {
    [5, UInt8(text.utf8.count & 0xFF), UInt8(text.utf8.count >> 8)] + text.utf8
  }

  @Test func theBrowsersAnswer() throws {
    let text =
      "ServerName;LAB;InstanceName;SQLEXPRESS;IsClustered;No;Version;15.0.2000.5;tcp;51433;np;\\\\LAB\\pipe;;"
    #expect(SQLBrowser.answer(Self.answer(text), about: "sqlexpress")?.port == 51_433)
    #expect(SQLBrowser.answer(Self.answer(text), about: "other") == nil)
    #expect(SQLBrowser.answer(Array(Self.answer(text).dropLast()), about: "sqlexpress") == nil)
    let withoutTCP = "ServerName;LAB;InstanceName;SQLEXPRESS;IsClustered;No;Version;15.0;np;x;;"
    let found = try #require(SQLBrowser.answer(Self.answer(withoutTCP), about: "SQLEXPRESS"))
    #expect(found.port == nil)
    #expect(SQLBrowser.answer([], about: "x") == nil)
    #expect(SQLBrowser.request("X") == [4, 0x58, 0])
  }
}
