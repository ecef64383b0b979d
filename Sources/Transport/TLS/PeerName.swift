/// The name that a certificate has to carry, as the contract compares it.
package enum PeerName: Equatable, Sendable {
  /// A DNS name, without a trailing dot.
  case dns(String)
  /// An address in text form; never compared with DNS names or the common name (RFC 6125 section 1.7.2).
  case address(String)

  /// The name that a host or `--server-name` stands for; nil if nothing is left of it.
  ///
  /// Brackets around an IPv6 address, its zone and a trailing dot are not part of a certificate's name.
  package init?(host: String) {
    var name = host[...]
    if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
    if isNumericAddress(String(name)) {
      self = .address(String(name.prefix { $0 != "%" }))
      return
    }
    if name.hasSuffix(".") { name = name.dropLast() }
    guard !name.isEmpty else { return nil }
    self = .dns(String(name))
  }

  /// What is sent as SNI: names, never addresses (RFC 6066 section 3).
  package var serverNameIndication: String? {
    switch self {
    case .dns(let name): name
    case .address: nil
    }
  }
}
