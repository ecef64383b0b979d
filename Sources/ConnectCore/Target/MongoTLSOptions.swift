/// MongoDB's options about TLS in a URL, and what they say together (its specification "URI Options", "TLS Options").
struct MongoTLSOptions: Sendable {
  private var options: [Name: (isTrue: Bool, given: Given)] = [:]

  private enum Name: Hashable {
    case tls, insecure, allowsCertificates, allowsHostNames
  }

  /// Takes one in. Throws where it contradicts an earlier one.
  mutating func take(key: String, _ isTrue: Bool, _ given: Given) throws(UsageError) {
    let name: Name =
      switch key.lowercased() {
      case "tlsinsecure": .insecure
      case "tlsallowinvalidcertificates", "sslallowinvalidcertificates": .allowsCertificates
      case "tlsallowinvalidhostnames", "sslallowinvalidhostnames": .allowsHostNames
      default: .tls
      }
    if let earlier = options[name], earlier.isTrue != isTrue {
      throw UsageError("\(earlier.given.label) and \(given.label) contradict each other.")
    }
    options[name] = options[name] ?? (isTrue, given)
  }

  /// The mode that they amount to; nil: they say nothing.
  ///
  /// - Parameter files: a file for TLS, or its pass phrase. One of these means TLS, as any of the options does that is
  ///   about its certificates (libmongoc, PyMongo).
  func mode(files: Given?) throws(UsageError) -> (mode: SSLMode, given: Given)? {
    let certificates = options[.insecure] ?? options[.allowsCertificates]
    let names = options[.allowsHostNames]
    if let insecure = options[.insecure], let other = options[.allowsCertificates] ?? names {
      throw UsageError(
        "\(insecure.given.label) does not go with \(other.given.label), which says the same in part.")
    }
    let lax = [certificates, names].compactMap(\.self).first { $0.isTrue }
    if let off = options[.tls], !off.isTrue {
      if let lax { throw UsageError("\(off.given.label) turns TLS off, and \(lax.given.label) needs it.") }
      return (.disabled, off.given)
    }
    if let certificates, certificates.isTrue { return (.required, certificates.given) }
    if let names, names.isTrue { return (.verifyCA, names.given) }
    if let strict = certificates ?? names { return (.verifyIdentity, strict.given) }
    return (options[.tls]?.given ?? files).map { (.required, $0) }
  }
}
