internal import Transport

/// The one connection that libcurl makes: to this process. What it says there is read, and it hears what it is given.
///
/// A pair of connected sockets would be simpler, but libcurl 7.88 connects also what CURLOPT_SOCKOPTFUNCTION has told
/// it to be connected (CURL_SOCKOPT_ALREADY_CONNECTED).
final class InnerConnection {
  private let door: LoopbackDoor
  private var socket: PlainSocket?
  private var hasBegun = false

  /// nil: the system has no ports left.
  init?() {
    guard let door = LoopbackDoor() else { return nil }
    self.door = door
  }

  /// Where libcurl has to connect.
  var port: UInt16 { door.port }

  /// A socket for libcurl to connect; nil: it had one already.
  func begin() -> Int32? {
    guard !hasBegun else { return nil }
    hasBegun = true
    let descriptor = Transport.socket(AF_INET, streamSocket, 0)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  /// Whether libcurl has connected.
  var isOpen: Bool {
    if socket == nil { socket = door.letIn() }
    return socket != nil
  }

  /// What libcurl has sent since the last call.
  func drain() -> [UInt8] {
    guard isOpen, let socket else { return [] }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while case let count = recv(socket.descriptor, &buffer, buffer.count, 0), count > 0 {
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// Gives libcurl as many of the bytes as there is room for; how many that were, nil: it has hung up.
  func feed(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let socket else { return nil }
    let count = bytes.withUnsafeBytes { send(socket.descriptor, $0.baseAddress, $0.count, noSignal) }
    guard count < 0 else { return count }
    return errno == EAGAIN || errno == EINTR ? 0 : nil
  }

  /// Tells libcurl that the other side has hung up.
  func end() {
    if let socket { shutdown(socket.descriptor, Int32(SHUT_WR)) }
  }
}
