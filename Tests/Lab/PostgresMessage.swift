/// The messages that PostgreSQL's servers send (chapter 55.7), for servers that are not PostgreSQL's.
public enum PostgresMessage {
  /// A message with its type and length.
  public static func make(_ type: Character, _ body: [UInt8]) -> [UInt8] {
    [type.asciiValue ?? 0] + number(UInt32(body.count + 4)) + body
  }

  /// AuthenticationOk 0, …CleartextPassword 3, …MD5Password 5, …SASL 10.
  public static func authentication(_ code: UInt32, _ rest: [UInt8] = []) -> [UInt8] {
    make("R", number(code) + rest)
  }

  /// ErrorResponse.
  public static func error(_ state: String, _ text: String, severity: String = "FATAL") -> [UInt8] {
    make("E", fields(state, text, severity))
  }

  /// NoticeResponse.
  public static func notice(_ text: String) -> [UInt8] { make("N", fields("00000", text, "NOTICE")) }

  /// ReadyForQuery, idle.
  public static let ready = make("Z", Array("I".utf8))

  /// All that answers a login that was accepted.
  public static let welcome = authentication(0) + ready

  /// The answer to a query for one text, without ReadyForQuery.
  public static func answer(_ text: String) -> [UInt8] {
    let column =
      Array("version\0".utf8) + number(0) + [0, 0] + number(25) + [255, 255] + number(.max) + [0, 0]
    let value = Array(text.utf8)
    return make("T", [0, 1] + column) + make("D", [0, 1] + number(UInt32(value.count)) + value)
      + make("C", Array("SELECT 1\0".utf8))
  }

  private static func fields(_ state: String, _ text: String, _ severity: String) -> [UInt8] {
    Array("S\(severity)\0V\(severity)\0C\(state)\0M\(text)\0\0".utf8)
  }

  /// Four bytes, the highest first.
  public static func number(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
