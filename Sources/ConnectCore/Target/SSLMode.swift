/// The guarantee that is asked for; it means the same on every engine.
package enum SSLMode: String, CaseIterable, Codable, Sendable {
  /// Plain TCP, no TLS negotiation. A server that insists on TLS refuses the connection.
  case disabled
  /// TLS first. If the server lacks TLS, engines that can go on in plain text, the others fail.
  case preferred
  /// TLS or failure; the certificate is not validated. If the server lacks TLS, the connection fails.
  case required
  /// TLS with a valid chain; the host name is not checked. If the server lacks TLS, the connection fails.
  case verifyCA = "verify-ca"
  /// TLS with a valid chain and a matching name. If the server lacks TLS, the connection fails.
  case verifyIdentity = "verify-identity"

  /// The mode's name in the connection editor.
  package var displayName: String {
    switch self {
    case .disabled: "Disabled"
    case .preferred: "Preferred"
    case .required: "Required"
    case .verifyCA: "Verify CA"
    case .verifyIdentity: "Verify Identity"
    }
  }

  /// Other spellings that options and URLs accept.
  package var aliases: [String] {
    switch self {
    case .disabled: ["disable", "off"]
    case .preferred: ["prefer", "allow"]
    case .required: ["require", "no-verify"]
    case .verifyCA: ["verify_ca"]
    case .verifyIdentity: ["verify_identity", "verify-full", "verify_full"]
    }
  }

  /// The mode that a name or alias means, in any case.
  package init?(name: String) {
    let name = name.lowercased()
    guard let mode = Self.allCases.first(where: { $0.rawValue == name || $0.aliases.contains(name) })
    else { return nil }
    self = mode
  }

  /// What has to be true of the server's certificate before anything is sent to it.
  package var verification: VerificationLevel {
    switch self {
    case .disabled, .preferred, .required: .none
    case .verifyCA: .chain
    case .verifyIdentity: .identity
    }
  }
}

/// How far a server's certificate is, or was, verified.
package enum VerificationLevel: String, Codable, Sendable, Comparable {
  /// Not at all.
  case none
  /// The chain ends at a trusted certificate, every link is valid now, none is revoked.
  case chain
  /// As `chain`, and the certificate names the host.
  case identity

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .none: 0
    case .chain: 1
    case .identity: 2
    }
  }
}
