internal import Transport

/// Two connected sockets in this process: libcurl has one end, and what it says is read from the other.
final class SocketPair {
  private let near: Int32
  /// libcurl's end, until it takes it over.
  private var far: Int32

  /// nil: the system has no descriptors left.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, streamSocket, 0, &ends) == 0 else { return nil }
    (near, far) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
      #if canImport(Darwin)
        var on: Int32 = 1
        setsockopt(end, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
      #endif
    }
  }

  deinit {
    close(near)
    if far >= 0 { close(far) }
  }

  var isGivenAway: Bool { far < 0 }

  /// Gives libcurl's end away; nil: it has it already.
  func giveAway() -> Int32? {
    guard far >= 0 else { return nil }
    defer { far = -1 }
    return far
  }

  /// What libcurl has sent since the last call.
  func drain() -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while case let count = recv(near, &buffer, buffer.count, 0), count > 0 { bytes += buffer[..<count] }
    return bytes
  }

  /// Gives libcurl as many of the bytes as there is room for; how many that were, nil: it has hung up.
  func feed(_ bytes: ArraySlice<UInt8>) -> Int? {
    let count = bytes.withUnsafeBytes { send(near, $0.baseAddress, $0.count, noSignal) }
    guard count < 0 else { return count }
    return errno == EAGAIN || errno == EINTR ? 0 : nil
  }

  /// Tells libcurl that the other side has hung up.
  func end() { shutdown(near, Int32(SHUT_WR)) }
}
