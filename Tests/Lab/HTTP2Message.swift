/// What a server of gRPC's says, for scripts of a `MisbehavingServer` (RFC 9113, RFC 7541; gRPC over HTTP2). Requests of
/// one connection are on the streams 1, 3, 5 and so on.
public enum HTTP2Message {
  public static func frame(
    _ type: UInt8, _ flags: UInt8 = 0, stream: UInt8 = 0, _ payload: [UInt8] = []
  ) -> [UInt8] {
    int(payload.count, bytes: 3) + [type, flags, 0, 0, 0, stream] + payload
  }

  /// What a server begins with.
  public static let settings = frame(4)

  /// A header that is not indexed, with a new name.
  public static func header(_ name: String, _ value: String) -> [UInt8] { header(name, Array(value.utf8)) }

  public static func header(_ name: String, _ value: [UInt8]) -> [UInt8] {
    [0] + length(name.utf8.count) + Array(name.utf8) + length(value.count) + value
  }

  /// A length as HPACK writes it, not in Huffman's code.
  private static func length(_ count: Int) -> [UInt8] {
    guard count >= 127 else { return [UInt8(count)] }
    var bytes: [UInt8] = [127]
    var rest = count - 127
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  /// `:status: 200` and gRPC's content type; more headers may follow.
  public static func head(stream: UInt8, _ more: [UInt8] = [], ends: Bool = false) -> [UInt8] {
    headers([0x88] + header("content-type", "application/grpc") + more, stream: stream, ends: ends)
  }

  /// A block of headers in as many frames as it takes.
  private static func headers(_ block: [UInt8], stream: UInt8, ends: Bool) -> [UInt8] {
    var parts = parts(of: block)
    let first = parts.removeFirst()
    let bytes = frame(1, (ends ? 1 : 0) | (parts.isEmpty ? 4 : 0), stream: stream, first)
    return parts.enumerated().reduce(bytes) { bytes, part in
      bytes + frame(9, part.offset == parts.count - 1 ? 4 : 0, stream: stream, part.element)
    }
  }

  /// Parts as long as a frame may be.
  private static func parts(of bytes: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: 16_384).map { Array(bytes[$0..<min($0 + 16_384, bytes.count)]) }
  }

  /// A message and the status OK.
  public static func answer(_ message: [UInt8], stream: UInt8) -> [UInt8] {
    let parts = parts(of: framed(message)).flatMap { frame(0, 0, stream: stream, $0) }
    return head(stream: stream) + parts + frame(1, 5, stream: stream, header("grpc-status", "0"))
  }

  /// A status other than OK, and the server's words, escaped as gRPC wants it.
  public static func error(_ code: Int, _ words: String, stream: UInt8) -> [UInt8] {
    error(code, Array(words.utf8), stream: stream)
  }

  public static func error(_ code: Int, _ words: [UInt8], stream: UInt8) -> [UInt8] {
    let escaped = words.flatMap { byte -> [UInt8] in
      guard !(0x20...0x7e).contains(byte) || byte == UInt8(ascii: "%") else { return [byte] }
      return Array("%".utf8) + Array([byte].hexadecimal.utf8)
    }
    return head(
      stream: stream, header("grpc-status", String(code)) + header("grpc-message", escaped), ends: true)
  }

  public static func framed(_ message: [UInt8]) -> [UInt8] { [0] + int(message.count, bytes: 4) + message }

  private static func int(_ value: Int, bytes: Int) -> [UInt8] {
    (1...bytes).map { UInt8(truncatingIfNeeded: value >> (8 * (bytes - $0))) }
  }
}

/// etcd's answers (its rpc.proto).
public enum EtcdMessage {
  /// A field of protocol buffers that is a text or a message.
  public static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    var rest = bytes.count
    while rest > 127 {
      length.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return [number << 3 | 2] + length + [UInt8(rest)] + bytes
  }

  public static func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  /// The header of every answer: the cluster 1, the member 2.
  public static let header = field(1, [8, 1, 16, 2])
  /// StatusResponse.
  public static let status = status(version: Array("3.5.21".utf8))

  /// How a server begins, and its status as the answer to the first call.
  public static let greeting = HTTP2Message.settings + HTTP2Message.answer(status, stream: 1)

  public static func status(version: [UInt8], errors: [[UInt8]] = []) -> [UInt8] {
    header + field(2, version) + errors.flatMap { field(8, $0) }
  }

  /// AuthenticateResponse.
  public static func token(_ token: String) -> [UInt8] { header + field(2, token) }
  /// MemberListResponse: one member, `default`.
  public static let members = members(name: Array("default".utf8))

  public static func members(name: [UInt8]) -> [UInt8] {
    header
      + field(2, [8, 2] + field(2, name) + field(3, "http://127.0.0.1:1") + field(4, "http://127.0.0.1:2"))
  }

  /// What is said to a read without a token where authentication is on.
  public static func loginNeeded(stream: UInt8) -> [UInt8] {
    HTTP2Message.error(3, "etcdserver: user name is empty", stream: stream)
  }
}
