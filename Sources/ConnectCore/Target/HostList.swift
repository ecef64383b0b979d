/// The places where the server may be, from lists as libpq takes them.
struct HostList {
  /// Pairs hosts, addresses and ports.
  ///
  /// One port serves every host; otherwise the lists are equally long. Empty places mean the default.
  /// Throws where the lists do not fit or one of their members is not what it should be.
  static func make(
    host: Given?, address: Given?, port: Given?, defaultPort: UInt16
  ) throws(UsageError) -> [HostPort] {
    let addresses = address?.value.list
    let hosts = host?.value.list ?? addresses.map { $0.map { _ in "" } } ?? [""]
    if let address, let addresses, addresses.count != hosts.count {
      throw UsageError("\(address.label) has \(addresses.count) addresses for \(hosts.count) hosts.")
    }
    let ports = try numbers(port, count: hosts.count, defaultPort: defaultPort)

    var places: [HostPort] = []
    for (index, text) in hosts.enumerated() {
      let address = addresses?[index] ?? ""
      try check(address: address)
      let name = try host.map { given throws(UsageError) in try checked(text, given) } ?? text
      let fallback = address.isEmpty ? "localhost" : address
      places.append(
        HostPort(
          host: name.isEmpty ? fallback : name, port: ports[index],
          address: address.isEmpty ? nil : address))
    }
    return places
  }

  /// Throws where every host is an address, and none is of the family that was asked for.
  static func check(
    _ places: [HostPort], family: AddressFamily, host: Given?, address: Given?
  ) throws(UsageError) {
    guard family != .any, places.allSatisfy({ ![nil, family].contains($0.family) }),
      let given = address ?? host
    else { return }
    let flag = family == .ipv4 ? "-4 uses IPv4" : "-6 uses IPv6"
    throw UsageError("\(given.label) is \(given.value.quoted), and \(flag) addresses only.")
  }

  /// One port for each host.
  private static func numbers(
    _ given: Given?, count: Int, defaultPort: UInt16
  ) throws(UsageError) -> [UInt16] {
    guard let given else { return Array(repeating: defaultPort, count: count) }
    let ports = try self.ports(given, defaultPort: defaultPort)
    if ports.count == 1 { return Array(repeating: ports[0], count: count) }
    guard ports.count == count else {
      throw UsageError("\(given.label) has \(ports.count) ports for \(count) host\(count == 1 ? "" : "s").")
    }
    return ports
  }

  /// The ports of a list. Throws where one of them is none.
  static func ports(_ given: Given, defaultPort: UInt16) throws(UsageError) -> [UInt16] {
    var ports: [UInt16] = []
    for text in given.value.list {
      guard let port = text.isEmpty && given.source != .option ? defaultPort : PortNumber.parse(text) else {
        throw badPort(given)
      }
      ports.append(port)
    }
    return ports
  }

  /// The value of `-p` is not shown: other clients take a password there.
  private static func badPort(_ given: Given) -> UsageError {
    given.source == .option
      ? UsageError(
        """
        \(given.label) takes a port from 1 to 65535 (the value is not shown). A password is given with \
        --password SOURCE.
        """)
      : UsageError("\(given.label) is \(given.value.quoted); a port is a number from 1 to 65535.")
  }

  /// The host without brackets; throws where no name, address or socket folder looks like that.
  private static func checked(_ text: String, _ given: Given) throws(UsageError) -> String {
    func refuse(_ reason: String) -> UsageError {
      UsageError("\(given.label) is \(given.value.quoted): \(reason).")
    }
    guard !text.isEmpty else {
      if given.source == .option { throw refuse("a host in it is empty") }
      return ""
    }
    if text.hasControlCharacter { throw refuse("a host has no control characters") }
    if text.hasPrefix("/") { return text }
    if text.contains(where: \.isWhitespace) { throw refuse("a host has no spaces") }
    if text.contains("/") || text.contains("@") {
      throw refuse("that is not a host; a URL is given as the first argument, without an option")
    }
    var host = text
    if host.hasPrefix("["), let bracket = host.firstIndex(of: "]") {
      guard host.index(after: bracket) == host.endIndex else {
        throw refuse("the port is given with -p/--port")
      }
      host = String(host.dropFirst().dropLast())
    }
    if host.count(where: { $0 == ":" }) == 1 { throw refuse("the port is given with -p/--port") }
    if host.contains(where: { "[]".contains($0) }) || host.allSatisfy({ $0 == "." }) {
      throw refuse("that is neither a name nor an address")
    }
    return host
  }

  private static func check(address: String) throws(UsageError) {
    let digits = address.prefix { $0 != "%" }
    let isNumeric =
      digits.allSatisfy { $0.isHexDigit || ":.".contains($0) } && digits.contains { ":.".contains($0) }
    guard address.isEmpty || isNumeric, !address.hasControlCharacter else {
      throw UsageError("the URL's hostaddr is \(address.quoted); it takes an IP address.")
    }
  }
}

extension HostPort {
  /// The family of the address that is connected to; nil: it is a name or a socket.
  fileprivate var family: AddressFamily? {
    let text = address ?? host
    if isUnixSocket { return nil }
    // A port was taken off before.
    if text.contains(":") { return .ipv6 }
    // Also the short forms that resolvers take: 127.1.
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isNumeric = parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
    return isNumeric && parts.count <= 4 ? .ipv4 : nil
  }
}

extension String {
  /// The members between commas, also empty ones.
  fileprivate var list: [String] {
    split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
