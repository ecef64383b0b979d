/// Where the frames of HTTP/2 end (RFC 9113 section 4.1): 3 bytes of length, 6 more of header, and the payload.
///
/// libcurl 7.88 loses what it has not looked at when a stream ends within what it reads: trailers that came together
/// with the body. So it is given one frame at a time.
struct HTTP2Frames {
  private var header: [UInt8] = []
  private var payload = 0

  /// How many of the bytes belong to the frame that has begun, or begins with them.
  mutating func count(in bytes: ArraySlice<UInt8>) -> Int {
    var count = 0
    for byte in bytes.prefix(9 - header.count) {
      header.append(byte)
      count += 1
    }
    guard header.count == 9 else { return count }
    if count > 0 { payload = header[..<3].reduce(0) { $0 << 8 | Int($1) } }
    let part = min(payload, bytes.count - count)
    payload -= part
    if payload == 0 { header = [] }
    return count + part
  }
}
