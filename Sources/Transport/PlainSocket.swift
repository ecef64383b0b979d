package import ConnectCore

/// A TCP connection of our own, non-blocking; every wait ends with its deadline.
package final class PlainSocket: PendingConnection {
  package private(set) var descriptor: Int32
  private var connectError: Int32 = 0

  /// Begins to connect.
  package init(to address: SocketAddress) {
    descriptor = socket(address.family, streamSocket, 0)
    guard descriptor >= 0 else {
      connectError = errno
      return
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    #if canImport(Darwin)
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
    let code = address.withSockaddr { connect(descriptor, $0, $1) }
    if code != 0, errno != EINPROGRESS { connectError = errno }
  }

  /// Takes a connection over that somebody else has made.
  package init(adopting connected: Int32) {
    descriptor = connected
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    #if canImport(Darwin)
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  /// A connection that is made.
  package static func connected(
    to address: SocketAddress, deadline: Deadline
  ) throws(StreamFailure) -> PlainSocket {
    let race = ConnectionRace<PlainSocket>.run([address], deadline: deadline) { PlainSocket(to: $0) }
    guard let winner = race.winner else { throw StreamFailure(race.failure.event, error: race.failure.error) }
    return winner.connection
  }

  deinit { abandon() }

  package func advance() -> PendingState {
    if connectError == 0 {
      guard wait(for: Int16(POLLOUT), on: descriptor, until: Deadline(seconds: 0)) != 0
      else { return .pending(events: Int16(POLLOUT)) }
      connectError = socketError(of: descriptor)
    }
    guard connectError != 0 else { return .connected }
    return .failed(
      .socket(connectError),
      ServerError(text: systemErrorText(connectError), origin: .library("system")))
  }

  package func abandon() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  /// Writes all bytes.
  package func write(_ bytes: [UInt8], deadline: Deadline) throws(StreamFailure) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress! + sent, $0.count - sent, noSignal)
      }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        guard wait(for: Int16(POLLOUT), on: descriptor, until: deadline) != 0
        else { throw StreamFailure(.timedOut) }
      } else if errno != EINTR {
        throw StreamFailure(.socket(errno))
      }
    }
  }

  /// Reads what is there, at least one byte, at most `limit`.
  package func read(atMost limit: Int, deadline: Deadline) throws(StreamFailure) -> [UInt8] {
    try receive(from: descriptor, atMost: limit, deadline: deadline)
  }
}

/// How a socket that was being connected turned out: 0, or an errno value, which is told only once (SO_ERROR).
///
/// - Parameter missing: the value for a socket that is neither connected nor has failed.
package func socketError(of descriptor: Int32, whereNotConnected missing: Int32) -> Int32 {
  let code = socketError(of: descriptor)
  var peer = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  let isConnected = withUnsafeMutablePointer(to: &peer) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) == 0 }
  }
  // What was connected and broke since is found out by reading.
  return code == 0 && !isConnected && errno == ENOTCONN ? missing : code
}

/// How a socket that was being connected turned out: 0, or an errno value, which is told only once (SO_ERROR).
package func socketError(of descriptor: Int32) -> Int32 {
  var code: Int32 = 0
  var length = socklen_t(MemoryLayout<Int32>.size)
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
}

/// Takes what is there off a non-blocking socket, at least one byte, at most `limit`, or throws.
package func receive(
  from descriptor: Int32, atMost limit: Int, deadline: Deadline
) throws(StreamFailure) -> [UInt8] {
  var buffer = [UInt8](repeating: 0, count: limit)
  while true {
    let count = recv(descriptor, &buffer, limit, 0)
    if count > 0 { return Array(buffer[..<count]) }
    if count == 0 { throw StreamFailure(.closed) }
    if errno == EAGAIN {
      guard wait(for: Int16(POLLIN), on: descriptor, until: deadline) != 0
      else { throw StreamFailure(.timedOut) }
    } else if errno != EINTR {
      throw StreamFailure(.socket(errno))
    }
  }
}

/// What has arrived at a socket and was not read yet; nothing is taken away.
package func peek(at descriptor: Int32, atMost limit: Int = 16_384) -> [UInt8] {
  var buffer = [UInt8](repeating: 0, count: limit)
  let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
  return count > 0 ? Array(buffer[..<count]) : []
}

/// Waits until more than `count` bytes lie on a socket unread, its connection has ended, or the deadline has passed.
package func waitForMore(than count: Int, on descriptor: Int32, until deadline: Deadline) {
  // SO_RCVLOWAT: what has to lie there for poll(2) to call a socket readable.
  func setLeast(_ bytes: Int) {
    var value = Int32(bytes)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVLOWAT, &value, socklen_t(MemoryLayout<Int32>.size))
  }
  setLeast(count + 1)
  _ = wait(for: Int16(POLLIN), on: descriptor, until: deadline)
  setLeast(1)
}

/// What ended a stream of ours.
package struct StreamFailure: Error, Sendable {
  package let event: FailureEvent
  package let error: ServerError?
  /// What the server answered when it was asked about it.
  package let answer: ServerAnswer?

  package init(_ event: FailureEvent, error: ServerError? = nil, answer: ServerAnswer? = nil) {
    self.event = event
    self.error = error
    self.answer = answer
  }
}

/// Bytes in both directions, plain or encrypted.
package protocol ByteStream {
  /// Writes all bytes, or throws.
  func write(_ bytes: [UInt8], deadline: Deadline) throws(StreamFailure)
  /// Reads what is there, at least one byte, at most `limit`, or throws.
  func read(atMost limit: Int, deadline: Deadline) throws(StreamFailure) -> [UInt8]
}

extension PlainSocket: ByteStream {}

extension ByteStream {
  /// Reads exactly `count` bytes, or throws.
  package func read(exactly count: Int, deadline: Deadline) throws(StreamFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += try read(atMost: count - bytes.count, deadline: deadline) }
    return bytes
  }
}
