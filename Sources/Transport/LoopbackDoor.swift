/// A door on the loopback interface for a library of this process that can only speak to a TCP port.
///
/// Any program of this computer can knock at such a port before the library does. Only a connection whose other
/// end is a socket of this process is let in; the others are closed, and nothing is said to them. The door stays
/// shut afterwards, but its port stays taken until nobody refers to it any more: a port that is given back too
/// soon could be taken by another program, and the library would talk to that.
package final class LoopbackDoor: @unchecked Sendable {
  // Made once; closed by the last one who lets go of it.
  private let listener: Int32
  /// 127.0.0.1's port.
  package let port: UInt16

  /// nil: the system gives no port.
  package init?() {
    // Between two of the steps a port can become another's.
    for _ in 0..<16 {
      guard let (listener, port) = Self.taken() else { continue }
      self.listener = listener
      self.port = port
      return
    }
    return nil
  }

  /// A listening socket and its port.
  private static func taken() -> (listener: Int32, port: UInt16)? {
    // Linux gives a port back that it has chosen itself as soon as the listener is shut, but not one that was asked for
    // by its number: so the number of a first socket's port is asked for by a second one.
    guard let first = bound(toPort: 0) else { return nil }
    let own = Endpoint(localOf: first)
    let second = own.flatMap { bound(toPort: $0.port) }
    close(first)
    guard let own, let listener = second else { return nil }
    // From now on nobody shares it.
    setShares(false, listener)
    guard listen(listener, 8) == 0 else {
      close(listener)
      return nil
    }
    return (listener, UInt16(bigEndian: own.port))
  }

  /// A socket that has a port of 127.0.0.1 (in network byte order; 0: any), and shares it as long as nobody listens.
  private static func bound(toPort port: UInt16) -> Int32? {
    let descriptor = socket(AF_INET, streamSocket, 0)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    setShares(true, descriptor)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  private static func setShares(_ shares: Bool, _ descriptor: Int32) {
    var value: Int32 = shares ? 1 : 0
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(listener) }

  /// The socket to poll for somebody who knocks.
  package var descriptor: Int32 { listener }

  /// Lets in who knocks, if it is this process itself; nil: nobody, or somebody else.
  package func letIn() -> PlainSocket? {
    let accepted = accept(listener, nil, nil)
    guard accepted >= 0 else { return nil }
    guard let here = Endpoint(localOf: accepted), let there = Endpoint(remoteOf: accepted),
      Self.isOwn(from: there, to: here)
    else {
      close(accepted)
      return nil
    }
    // Nobody else shall find the door open.
    shut()
    return PlainSocket(adopting: accepted)
  }

  /// Refuses who knocks from now on, and who has knocked and was not let in. (Linux; on macOS a listening socket can
  /// only be closed, which would give its port back, so there they wait until the door goes.)
  package func shut() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// Whether a descriptor of this process is the connection from `there` to `here`. The system gives a pair of
  /// addresses to one connection at a time, so no other program's can be.
  private static func isOwn(from there: Endpoint, to here: Endpoint) -> Bool {
    var limit = rlimit()
    #if canImport(Darwin)
      let known = getrlimit(RLIMIT_NOFILE, &limit)
    #else
      let known = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #endif
    // Descriptors are given lowest first: many unused ones in a row mean that no more follow.
    let end = known == 0 ? Int32(clamping: limit.rlim_cur) : 65_536
    var unused = 0
    var descriptor: Int32 = 0
    while descriptor < end, unused < 1_024 {
      if fcntl(descriptor, F_GETFD) < 0 {
        unused += 1
      } else {
        unused = 0
        if Endpoint(localOf: descriptor) == there, Endpoint(remoteOf: descriptor) == here { return true }
      }
      descriptor += 1
    }
    return false
  }

  /// An IPv4 address with a port, as the system has them.
  private struct Endpoint: Equatable {
    let address: UInt32
    let port: UInt16

    init?(localOf descriptor: Int32) { self.init { getsockname(descriptor, $0, $1) } }
    init?(remoteOf descriptor: Int32) { self.init { getpeername(descriptor, $0, $1) } }

    private init?(
      _ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) {
      var storage = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let result = withUnsafeMutablePointer(to: &storage) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask($0, &length) }
      }
      guard result == 0, Int32(storage.ss_family) == AF_INET else { return nil }
      let found = withUnsafePointer(to: &storage) {
        $0.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee }
      }
      address = found.sin_addr.s_addr
      port = found.sin_port
    }
  }
}
