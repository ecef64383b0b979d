package import ConnectCore

/// Turns host names into addresses, within a deadline.
package enum NameResolver {
  /// The addresses of a host, in the order in which they are worth trying (RFC 8305 section 4: the
  /// system's order, with the families taking turns).
  ///
  /// - Returns: at least one address, or why there is none: `nameNotResolved` or `timedOut`.
  package static func addresses(
    of host: String, port: UInt16, family: AddressFamily, deadline: Deadline
  ) -> Result<[SocketAddress], ResolutionFailure> {
    if isNumericAddress(host) { return lookUp(host, port: port, family: family, numeric: true) }
    return abandonable(until: deadline) { lookUp(host, port: port, family: family, numeric: false) }
      ?? .failure(ResolutionFailure(event: .timedOut))
  }

  private static func lookUp(
    _ host: String, port: UInt16, family: AddressFamily, numeric: Bool
  ) -> Result<[SocketAddress], ResolutionFailure> {
    var hints = addrinfo()
    hints.ai_socktype = streamSocket
    hints.ai_flags = numeric ? AI_NUMERICHOST : 0
    hints.ai_family =
      switch family {
      case .any: AF_UNSPEC
      case .ipv4: AF_INET
      case .ipv6: AF_INET6
      }
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0, let first = list else {
      let text = code == EAI_SYSTEM ? systemErrorText(errno) : String(cString: gai_strerror(code))
      return .failure(ResolutionFailure(event: .nameNotResolved(text)))
    }
    defer { freeaddrinfo(list) }
    let found = sequence(first: first, next: { $0.pointee.ai_next }).compactMap { entry in
      entry.pointee.ai_addr.flatMap {
        SocketAddress($0, length: entry.pointee.ai_addrlen, port: port)
      }
    }
    return found.isEmpty
      ? .failure(ResolutionFailure(event: .nameNotResolved("no address of this family")))
      : .success(takingTurns(found))
  }

  /// The families alternate, the first one's first, so that one dead family delays only every other try.
  package static func takingTurns(_ addresses: [SocketAddress]) -> [SocketAddress] {
    guard let leading = addresses.first?.family else { return [] }
    var own = addresses.filter { $0.family == leading }[...]
    var other = addresses.filter { $0.family != leading }[...]
    var result: [SocketAddress] = []
    while !own.isEmpty || !other.isEmpty {
      if let next = own.popFirst() { result.append(next) }
      if let next = other.popFirst() { result.append(next) }
    }
    return result
  }
}

/// Why a name has no usable address.
package struct ResolutionFailure: Error, Sendable {
  package let event: FailureEvent
}
