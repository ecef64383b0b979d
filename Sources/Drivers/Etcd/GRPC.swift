internal import HTTP

/// One call of gRPC's kind "unary": a message there, a message or an error back (gRPC, "gRPC over HTTP2").
enum GRPC {
  /// How a call ended.
  enum Answer: Equatable {
    case message([UInt8])
    case error(GRPCError)
    /// It is an answer of HTTP's, and none of gRPC's.
    case foreign
    /// The message is longer or shorter than it says.
    case malformed
  }

  /// - Parameter metadata: more headers, their names in lower case.
  static func request(path: String, message: [UInt8], metadata: [HTTPHeader]) -> HTTPRequest {
    HTTPRequest(
      method: "POST", path: path,
      headers: [("content-type", "application/grpc"), ("te", "trailers")] + metadata, body: framed(message))
  }

  /// The status is the last thing that is said: behind the message, or with the headers where there is none
  /// ("Trailers-Only").
  static func answer(_ response: HTTPResponse) -> Answer {
    let isShort = response.trailers.isEmpty && response.body.isEmpty
    let last = isShort ? response.headers : response.trailers
    let codes = last.filter { $0.name == "grpc-status" }
    guard isGRPC(response.header("content-type")), codes.count == 1, let code = number(codes[0].value),
      code != 0 || response.status == 200
    else { return .foreign }
    guard code == 0 else {
      let text = last.first { $0.name == "grpc-message" }?.value ?? ""
      return .error(GRPCError(code: code, text: percentDecoded(text)))
    }
    return unframed(response.body).map { .message($0) } ?? .malformed
  }

  /// `application/grpc`, and with what is behind it: `+proto`, `;charset=…`.
  private static func isGRPC(_ type: String?) -> Bool {
    let name = "application/grpc"
    guard let type = type?.lowercased(), type.hasPrefix(name) else { return false }
    return type.dropFirst(name.count).first.map { "+;".contains($0) } ?? true
  }

  /// Digits alone: `Int` takes signs as well.
  private static func number(_ text: String) -> Int? {
    text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
  }

  /// A byte that says that it is not compressed, and the length.
  static func framed(_ message: [UInt8]) -> [UInt8] {
    [0] + (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) } + message
  }

  /// nil: it is not one message that is not compressed.
  static func unframed(_ body: [UInt8]) -> [UInt8]? {
    guard body.count >= 5, body[0] == 0 else { return nil }
    let count = body[1..<5].reduce(0) { $0 << 8 | Int($1) }
    return count == body.count - 5 ? Array(body[5...]) : nil
  }

  /// Of grpc-message, whose bytes outside of ASCII, and the percent sign, are written %XX; what is no such escape stays.
  static func percentDecoded(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = hexadecimalDigit(bytes[index + 1]), let low = hexadecimalDigit(bytes[index + 2])
      {
        let byte = UInt8(high << 4 | low)
        decoded.append(byte)
        index += 3
      } else {
        decoded.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func hexadecimalDigit(_ byte: UInt8) -> Int? {
    Character(Unicode.Scalar(byte)).hexDigitValue
  }
}

/// A status other than OK (gRPC, "Status codes and their use in gRPC").
struct GRPCError: Error, Equatable {
  static let unimplemented = 12

  let code: Int
  let text: String
}
