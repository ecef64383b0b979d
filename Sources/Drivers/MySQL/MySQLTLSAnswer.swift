internal import ConnectCore
internal import Transport

/// What answered a ClientHello, where that is an error of MySQL's in clear.
struct MySQLTLSAnswer {
  /// More than an error has.
  static let longest = 1_024

  /// The header of a TLS record as OpenSSL has read it, and for an error what follows it on the socket.
  static func read(after header: [UInt8], from descriptor: Int32, deadline: Deadline) -> [UInt8] {
    var answer = header
    while goesOn(answer), !deadline.hasPassed {
      let count = answer.count - header.count
      let rest = peek(at: descriptor, atMost: longest)
      if rest.count > count {
        answer = header + rest
      } else {
        waitForMore(than: count, on: descriptor, until: deadline)
        if peek(at: descriptor, atMost: longest).count == count { break }
      }
    }
    return answer
  }

  /// Whether more is worth waiting for: it is an error, not at its end.
  static func goesOn(_ answer: [UInt8]) -> Bool {
    guard isError(answer) else { return false }
    return answer.count < 4 + min(Int(answer[0]) | Int(answer[1]) << 8 | Int(answer[2]) << 16, longest)
  }

  /// The error; nil: it is none.
  static func error(in answer: [UInt8]) -> ServerError? {
    isError(answer) ? MySQLFirstPacket.error(Array(answer.dropFirst(4))) : nil
  }

  /// Behind SSLRequest an error's packet has number 2, by some servers 1. A TLS record begins with its type and version
  /// 3.x (RFC 8446 section 5.1), and may have a length that looks like that.
  private static func isError(_ answer: [UInt8]) -> Bool {
    guard answer.count >= 5 else { return false }
    let isTLS = (0x14...0x17).contains(answer[0]) && answer[1] == 3
    return !isTLS && (1...2).contains(answer[3]) && answer[4] == 0xFF
  }
}
