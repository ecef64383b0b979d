/// The packets that MySQL's servers send (MySQL's internals documentation, "Client/Server Protocol"), for servers
/// that are not MySQL's. They are bodies: `Step.mysql` puts the length and the next sequence number before each.
public enum MySQLMessage {
  /// The 20 bytes that a client scrambles a password with, in every greeting made here.
  public static let nonce = Array("abcdefghIJKLMNOPQRST".utf8)

  /// A packet with its header: the length in three bytes, the lowest first, and the sequence number.
  public static func packet(_ sequence: UInt8, _ body: [UInt8]) -> [UInt8] {
    number(UInt32(body.count), 3) + [sequence] + body
  }

  /// HandshakeV10; offers TLS, or does not. The old end of result sets (EOF) is agreed on.
  public static func greeting(
    tls: Bool, version: String = "8.0.36", plugin: String = "caching_sha2_password"
  ) -> [UInt8] {
    let flags = capabilities | (tls ? 0x800 : 0)
    return [10] + Array("\(version)\0".utf8) + number(8, 4) + nonce.prefix(8) + [0]
      + number(flags & 0xFFFF, 2) + [255] + number(2, 2) + number(flags >> 16, 2) + [21]
      + Array(repeating: 0, count: 10) + nonce.suffix(12) + [0] + Array("\(plugin)\0".utf8)
  }

  /// LONG_PASSWORD, FOUND_ROWS, LONG_FLAG, CONNECT_WITH_DB, LOCAL_FILES, PROTOCOL_41, TRANSACTIONS,
  /// SECURE_CONNECTION, MULTI_STATEMENTS, MULTI_RESULTS, PS_MULTI_RESULTS, PLUGIN_AUTH, CONNECT_ATTRS,
  /// PLUGIN_AUTH_LENENC_CLIENT_DATA, CAN_HANDLE_EXPIRED_PASSWORDS.
  private static let capabilities: UInt32 = 0x007F_A28F

  /// OK_Packet: no rows, autocommit.
  public static let ok: [UInt8] = [0, 0, 0, 2, 0, 0, 0]

  /// ERR_Packet.
  public static func error(_ code: UInt16, _ state: String, _ text: String) -> [UInt8] {
    [0xFF] + number(UInt32(code), 2) + Array("#\(state)\(text)".utf8)
  }

  /// ERR_Packet as it is before a greeting: without SQLSTATE.
  public static func refusal(_ code: UInt16, _ text: String) -> [UInt8] {
    [0xFF] + number(UInt32(code), 2) + Array(text.utf8)
  }

  /// AuthSwitchRequest, with the greeting's nonce unless other data is given.
  public static func authSwitch(_ plugin: String, _ data: [UInt8] = nonce + [0]) -> [UInt8] {
    [0xFE] + Array("\(plugin)\0".utf8) + data
  }

  /// AuthMoreData.
  public static func more(_ data: [UInt8]) -> [UInt8] { [1] + data }

  /// caching_sha2_password: the scramble was right, OK follows.
  public static let fastPath = more([3])
  /// caching_sha2_password: the password is wanted, in clear inside TLS, else encrypted with an RSA key.
  public static let fullPath = more([4])

  /// The packets that answer a query with rows of texts.
  public static func answer(_ columns: [String], _ rows: [[String]]) -> [[UInt8]] {
    let end: [UInt8] = [0xFE, 0, 0, 2, 0]
    return [[UInt8(columns.count)]] + columns.map(column) + [end] + rows.map { $0.flatMap(text) } + [end]
  }

  /// The packets that answer a query for one text.
  public static func answer(_ text: String) -> [[UInt8]] { answer(["VERSION()"], [[text]]) }

  /// ColumnDefinition41: a VAR_STRING in utf8mb4.
  private static func column(_ name: String) -> [UInt8] {
    let names = ["def", "", "", "", name, ""].flatMap(text)
    return names + [0x0C] + number(255, 2) + number(1024, 4) + [0xFD, 0, 0, 31, 0, 0]
  }

  /// A string with its length, up to 250 bytes.
  private static func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

  /// So many bytes of a number, the lowest first.
  public static func number(_ value: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
