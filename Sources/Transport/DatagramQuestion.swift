package import ConnectCore

/// One question by UDP to the addresses of a host, asked again every half second until one of them answers.
package enum DatagramQuestion {
  package enum Ending: Sendable {
    /// The first answer that `accept` took.
    case answered([UInt8], by: SocketAddress)
    /// Every address said that nobody listens there (ICMP port unreachable).
    case refused(errno: Int32)
    /// There is no way to any of them.
    case unreachable(errno: Int32)
    case silence
  }

  private static var pause: Duration { .milliseconds(500) }
  /// UDP is not worth more of a name's addresses than that.
  private static let mostAddresses = 8

  /// Asks until the deadline; `accept` tells an answer from what is none.
  package static func ask(
    _ question: [UInt8], of addresses: [SocketAddress], deadline: Deadline, accept: ([UInt8]) -> Bool
  ) -> Ending {
    var open: [(descriptor: Int32, address: SocketAddress)] = []
    var lastError: Int32 = 0
    for address in addresses.prefix(mostAddresses) {
      let descriptor = socket(address.family, datagramSocket, 0)
      guard descriptor >= 0 else { continue }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
      // Connected, so that only this address's answers arrive, and the system's errors too.
      if address.withSockaddr({ connect(descriptor, $0, $1) }) == 0 {
        open.append((descriptor, address))
      } else {
        lastError = errno
        close(descriptor)
      }
    }
    defer { for socket in open { close(socket.descriptor) } }
    var wasRefused = false
    while !open.isEmpty, !deadline.hasPassed {
      for socket in open { _ = send(socket.descriptor, question, question.count, 0) }
      let turn = deadline.orSooner(in: pause)
      while !open.isEmpty, !turn.hasPassed {
        var polled = open.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        guard poll(&polled, nfds_t(polled.count), turn.pollMilliseconds) > 0 else { continue }
        for index in polled.indices.reversed() where polled[index].revents != 0 {
          var buffer = [UInt8](repeating: 0, count: 65_536)
          let count = recv(open[index].descriptor, &buffer, buffer.count, 0)
          if count >= 0 {
            let answer = Array(buffer[..<count])
            if accept(answer) { return .answered(answer, by: open[index].address) }
          } else if errno != EAGAIN, errno != EINTR {
            lastError = errno
            wasRefused = wasRefused || errno == ECONNREFUSED
            close(open.remove(at: index).descriptor)
          }
        }
      }
    }
    guard open.isEmpty else { return .silence }
    return wasRefused ? .refused(errno: ECONNREFUSED) : .unreachable(errno: lastError)
  }
}
