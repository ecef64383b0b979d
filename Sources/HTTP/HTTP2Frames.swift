/// The frames that a server of HTTP/2 sends (RFC 9113 section 4.1): 3 bytes of length, one of type, one of flags, 4 of
/// the stream, and the payload.
///
/// libcurl 7.88 loses what it has not looked at when a stream ends within what it reads: trailers that came together
/// with the body. So it is given one frame at a time. After GOAWAY it loses what follows, although a server that ends
/// in order goes on with the streams that it has taken (section 6.8); so that frame is kept from it.
struct HTTP2Frames {
  private var header: [UInt8] = []
  /// How much of the frame's payload is still to come.
  private var left = 0
  /// The beginning of the payload, of a frame that is looked into.
  private var payload: [UInt8] = []

  /// The server takes no more streams.
  private(set) var goAway: HTTP2GoAway?
  /// The stream that the server ended last before its answer was complete, and why (section 6.4).
  private(set) var reset: (stream: UInt32, code: UInt32)?

  /// Whether a server of HTTP/2 may have begun with the bytes: with a frame of settings (section 3.4), whose length is
  /// far below 64 KiB.
  static func mayBegin(with bytes: [UInt8]) -> Bool {
    guard let first = bytes.first else { return true }
    return first == 0 && (bytes.count < 4 || bytes[3] == 4)
  }

  /// More than is shown: what is taken out of the words has to be there whole.
  private static let keptBytes = 4_096

  private static let rstStream: UInt8 = 3
  private static let goAwayType: UInt8 = 7

  /// Takes off what belongs to one frame, and returns what libcurl is to hear of it: nothing while its header has not
  /// come.
  mutating func next(of bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var heard: ArraySlice<UInt8> = []
    if header.count < 9 {
      let missing = bytes.prefix(9 - header.count)
      header += missing
      bytes = bytes.dropFirst(missing.count)
      guard header.count == 9 else { return [] }
      left = header[..<3].reduce(0) { $0 << 8 | Int($1) }
      payload = []
      heard = header[...]
    }
    let part = bytes.prefix(left)
    bytes = bytes.dropFirst(part.count)
    left -= part.count
    let type = header[3]
    if type == Self.goAwayType || type == Self.rstStream {
      payload += part.prefix(Self.keptBytes - payload.count)
    }
    if left == 0 { end(type) }
    return type == Self.goAwayType ? [] : heard + part
  }

  private mutating func end(_ type: UInt8) {
    switch type {
    case Self.goAwayType where payload.count >= 8:
      goAway = HTTP2GoAway(
        lastStream: Self.number(payload[..<4]) & 0x7FFF_FFFF, code: Self.number(payload[4..<8]),
        words: String(decoding: payload[8...], as: UTF8.self))
    case Self.rstStream where payload.count >= 4:
      reset = (Self.number(header[5...]) & 0x7FFF_FFFF, Self.number(payload[..<4]))
    default: break
    }
    header = []
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// How a server of HTTP/2 says that it ends the connection (RFC 9113 section 6.8).
struct HTTP2GoAway: Equatable {
  /// The streams above it were not looked at.
  let lastStream: UInt32
  let code: UInt32
  /// What it adds in text, if anything.
  let words: String
}

/// The names of HTTP/2's errors (RFC 9113 section 7).
enum HTTP2ErrorCode {
  private static let names = [
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
    "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
  ]

  static func name(_ code: UInt32) -> String { code < names.count ? names[Int(code)] : "error \(code)" }
}
