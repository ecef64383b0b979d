internal import ConnectCore
internal import Transport

/// The stream that TLS's handshake runs over: inside of PRELOGIN packets until it is done, on the socket itself
/// afterwards (MS-TDS section 2.2.6.5, "SSL payload").
final class PreloginFraming: ByteStream {
  private let socket: PlainSocket
  /// Whether our side still wraps what it sends.
  private var isWrapping = true
  /// Whether the server's side has gone over to bare records.
  private var isBare = false
  /// What is left of the packet that is being read.
  private var rest = 0

  init(over socket: PlainSocket) { self.socket = socket }

  /// From now on records go out bare.
  func endHandshake() { isWrapping = false }

  func write(_ bytes: [UInt8], deadline: Deadline) throws(StreamFailure) {
    try socket.write(
      isWrapping ? TDSPacket.message(TDSPacket.Kind.prelogin, bytes) : bytes, deadline: deadline)
  }

  func read(atMost limit: Int, deadline: Deadline) throws(StreamFailure) -> [UInt8] {
    if isBare { return try socket.read(atMost: limit, deadline: deadline) }
    while rest == 0 {
      var header = try socket.read(exactly: 1, deadline: deadline)
      // Servers send an alert without a packet around it, and so does anything that is no SQL Server.
      guard header[0] == TDSPacket.Kind.prelogin || header[0] == TDSPacket.Kind.tabularResult else {
        isBare = true
        return header
      }
      header += try socket.read(exactly: TDSPacket.headerLength - 1, deadline: deadline)
      guard let length = TDSPacket.length(header) else {
        isBare = true
        return header
      }
      rest = length - TDSPacket.headerLength
    }
    let bytes = try socket.read(atMost: min(limit, rest), deadline: deadline)
    rest -= bytes.count
    return bytes
  }
}
