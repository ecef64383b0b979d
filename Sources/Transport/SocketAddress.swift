/// Where a connection goes: an IPv4 or IPv6 address with a port, or a Unix socket.
package struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
  /// `AF_INET`, `AF_INET6` or `AF_UNIX`.
  package let family: Int32
  /// The address in text form, with a zone (`%eth0`) where it has one; a Unix socket's path.
  package let numericHost: String
  package let port: UInt16
  /// The bytes of the `sockaddr`.
  let bytes: [UInt8]

  /// Copies a `sockaddr` as `getaddrinfo` returns it; nil if it is neither IPv4 nor IPv6.
  init?(_ address: UnsafePointer<sockaddr>, length: socklen_t, port: UInt16) {
    let family = Int32(address.pointee.sa_family)
    guard family == AF_INET || family == AF_INET6 else { return nil }
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
    else { return nil }
    self.family = family
    self.port = port
    numericHost = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(length)))
  }

  /// The socket file at a path; nil if the path is longer than a `sockaddr_un` holds.
  init?(unixSocket path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(path.utf8)
    // Its last byte stays zero.
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
      guard path.count < place.count else { return false }
      place.copyBytes(from: path)
      return true
    }
    guard fits else { return nil }
    #if canImport(Darwin)
      address.sun_len = UInt8(MemoryLayout<sockaddr_un>.size)
    #endif
    family = AF_UNIX
    port = 0
    numericHost = String(decoding: path, as: UTF8.self)
    bytes = withUnsafeBytes(of: &address) { Array($0) }
  }

  /// `ip:port`, `[ip]:port` for IPv6, or the path of a Unix socket.
  package var description: String {
    switch family {
    case AF_INET6: "[\(numericHost)]:\(port)"
    case AF_INET: "\(numericHost):\(port)"
    default: numericHost
    }
  }

  func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    bytes.withUnsafeBytes { raw in
      // getaddrinfo's bytes are copied to memory that is aligned for any sockaddr.
      withUnsafeTemporaryAllocation(byteCount: raw.count, alignment: 16) { aligned in
        aligned.copyMemory(from: raw)
        let start = UnsafeRawPointer(aligned.baseAddress.unsafelyUnwrapped)
        return body(start.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
      }
    }
  }
}

/// Whether a host is an address rather than a name: dotted IPv4, or IPv6 with or without a zone.
package func isNumericAddress(_ host: String) -> Bool {
  var v4 = in_addr()
  var v6 = in6_addr()
  let withoutZone = String(host.prefix { $0 != "%" })
  return inet_pton(AF_INET, host, &v4) == 1 || inet_pton(AF_INET6, withoutZone, &v6) == 1
}
