/// A TCP endpoint: an IPv4 or IPv6 address with a port.
package struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
  /// `AF_INET` or `AF_INET6`.
  package let family: Int32
  /// The address in text form, with a zone (`%eth0`) where it has one.
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

  /// `ip:port`, or `[ip]:port` for IPv6.
  package var description: String {
    family == AF_INET6 ? "[\(numericHost)]:\(port)" : "\(numericHost):\(port)"
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
