package import ConnectCore

#if canImport(Glibc)
  @_exported import Glibc
#elseif canImport(Musl)
  @_exported import Musl
#else
  @_exported import Darwin
#endif

#if canImport(Darwin)
  package let streamSocket = SOCK_STREAM
  let datagramSocket = SOCK_DGRAM
  /// SO_NOSIGPIPE is set on the socket there.
  package let noSignal: Int32 = 0
#else
  package let streamSocket = Int32(SOCK_STREAM.rawValue)
  let datagramSocket = Int32(SOCK_DGRAM.rawValue)
  package let noSignal = Int32(MSG_NOSIGNAL)
#endif

/// The system's words for an errno value.
package func systemErrorText(_ code: Int32) -> String { String(cString: strerror(code)) }

/// Waits until the descriptor is ready for `events` (POLLIN, POLLOUT) or the deadline has passed.
///
/// Returns what is ready, POLLERR and POLLHUP included; 0 means that the deadline passed.
package func wait(for events: Int16, on descriptor: Int32, until deadline: Deadline) -> Int16 {
  var entry = pollfd(fd: descriptor, events: events, revents: 0)
  while true {
    let ready = poll(&entry, 1, deadline.pollMilliseconds)
    if ready > 0 { return entry.revents }
    if ready == 0, deadline.hasPassed { return 0 }
    if ready < 0, errno != EINTR, errno != EAGAIN { return Int16(POLLERR) }
  }
}
