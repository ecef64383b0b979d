internal import ConnectCore

/// The few messages of the frontend/backend protocol that questions need
/// (PostgreSQL documentation, chapter 55.7 "Message Formats").
enum PostgreSQLMessages {
  /// SSLRequest: length 8, request code 80877103.
  static let sslRequest: [UInt8] = bigEndian(8) + bigEndian(80_877_103)

  /// Terminate.
  static let terminate: [UInt8] = [UInt8(ascii: "X")] + bigEndian(4)

  /// StartupMessage for protocol 3.0.
  static func startup(user: String, database: String) -> [UInt8] {
    var body = bigEndian(196_608)
    for text in ["user", user, "database", database] { body += Array(text.utf8) + [0] }
    body.append(0)
    return bigEndian(UInt32(body.count + 4)) + body
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// More than a server says before the login is done. libpq would take in all that comes.
  static let mostBeforeLogin = 1 << 20

  /// What the first byte and the length of a server's answer to a StartupMessage say.
  enum Answer: Equatable {
    /// AuthenticationRequest with its code: 0 ok, 3 clear-text password, 5 MD5, 10 SASL.
    case authentication(code: UInt32)
    case error(ServerError)
    /// NegotiateProtocolVersion, NoticeResponse: another message follows.
    case goesOn(length: Int)
    case foreign
    /// Not enough bytes to tell.
    case incomplete
  }

  /// Reads the first message of an answer.
  static func answer(_ bytes: [UInt8]) -> Answer {
    guard let kind = bytes.first else { return .incomplete }
    guard "REvN".utf8.contains(kind) else { return .foreign }
    guard bytes.count >= 5 else { return .incomplete }
    let length = bytes[1..<5].reduce(0) { $0 << 8 | Int($1) }
    // A length of four letters is the beginning of an old error's text.
    if kind == UInt8(ascii: "E"), length >= 1 << 24 { return oldError(bytes) }
    guard length >= 4, length < 1 << 24 else { return .foreign }
    guard bytes.count >= length + 1 else { return .incomplete }
    let body = Array(bytes[5..<(length + 1)])
    switch kind {
    case UInt8(ascii: "R"):
      guard body.count >= 4 else { return .foreign }
      return .authentication(code: body[..<4].reduce(0) { $0 << 8 | UInt32($1) })
    case UInt8(ascii: "E"): return .error(PostgreSQLErrors.error(fields: body))
    default: return .goesOn(length: length + 1)
    }
  }

  /// As much of an ErrorResponse as there is; nil if it is none.
  static func beginningOfError(_ bytes: [UInt8]) -> ServerError? {
    guard bytes.count > 5, bytes[0] == UInt8(ascii: "E"), bytes[1] == 0 else { return nil }
    return PostgreSQLErrors.error(fields: Array(bytes[5...]))
  }

  /// An error as servers before protocol 3.0, and some forks before a session exists, send it: a string.
  private static func oldError(_ bytes: [UInt8]) -> Answer {
    guard let end = bytes.firstIndex(of: 0) else { return .incomplete }
    return .error(
      ServerError(text: String(decoding: bytes[1..<end], as: UTF8.self), origin: .server))
  }
}
