#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// What was negotiated, never what was asked for. Unknown is nil.
package struct TLSReport: Codable, Equatable, Sendable {
  /// `TLSv1.3`, as OpenSSL spells it; nil until the server chose one.
  package var version: String?
  /// The cipher suite, as OpenSSL spells it; nil until the server chose one.
  package var cipher: String?
  /// The name that was sent as SNI (RFC 6066 section 3); nil for addresses.
  package var serverName: String?
  /// Whether the server asked for a client certificate (RFC 8446 section 4.3.2).
  package var clientCertificateRequested: Bool
  /// Whether one was sent.
  package var clientCertificateSent: Bool
  /// The chain as the server sent it, its own certificate first.
  package var certificates: [CertificateReport]
  package var verification: Verification
  /// Whether the handshake ended well.
  package var handshakeCompleted: Bool
  /// Whether anything of TLS came from the server, however it went on.
  package var serverSpoke: Bool

  package init(
    version: String? = nil, cipher: String? = nil, serverName: String? = nil,
    clientCertificateRequested: Bool = false, clientCertificateSent: Bool = false,
    certificates: [CertificateReport] = [], verification: Verification = Verification(demanded: .none),
    handshakeCompleted: Bool = false, serverSpoke: Bool = false
  ) {
    self.version = version
    self.cipher = cipher
    self.serverName = serverName
    self.clientCertificateRequested = clientCertificateRequested
    self.clientCertificateSent = clientCertificateSent
    self.certificates = certificates
    self.verification = verification
    self.handshakeCompleted = handshakeCompleted
    self.serverSpoke = serverSpoke
  }

  /// How far the certificate was verified and found good. Never more than was demanded.
  package var verified: VerificationLevel {
    handshakeCompleted && verification.evaluated && verification.blockingFaults.isEmpty
      ? verification.demanded : .none
  }
}

/// What checking the server's certificate found.
package struct Verification: Codable, Equatable, Sendable {
  /// What the mode demands.
  package var demanded: VerificationLevel
  /// Whether a certificate came and was checked, at the level of `identity`, whatever was demanded.
  package var evaluated: Bool
  /// Everything that is wrong with it, the first from the leaf upwards first. Faults of the name are found
  /// whatever was demanded.
  package var faults: [CertificateFault]

  package init(demanded: VerificationLevel, evaluated: Bool = false, faults: [CertificateFault] = []) {
    self.demanded = demanded
    self.evaluated = evaluated
    self.faults = faults
  }

  /// The faults that the demanded level does not let pass.
  package var blockingFaults: [CertificateFault] {
    switch demanded {
    case .none: []
    case .chain: faults.filter { $0.kind != .hostName }
    case .identity: faults
    }
  }
}

/// One thing wrong with one certificate of the chain.
package struct CertificateFault: Codable, Equatable, Sendable {
  /// OpenSSL's verify code, X509_V_ERR_*.
  package var code: Int32
  /// Its place in the chain that was built to check it, which need not be the one that was sent: 0 is the
  /// server's own certificate.
  package var depth: Int
  /// OpenSSL's words for the code.
  package var reason: String
  /// The certificate itself, where OpenSSL said which one it is.
  package var certificate: CertificateReport?

  package init(code: Int32, depth: Int, reason: String, certificate: CertificateReport? = nil) {
    self.code = code
    self.depth = depth
    self.reason = reason
    self.certificate = certificate
  }

  /// What the code amounts to.
  package enum Kind: Sendable {
    case untrusted, notYetValid, expired, revoked, hostName
  }

  package var kind: Kind {
    switch code {
    case 9: .notYetValid
    case 10: .expired
    case 23: .revoked
    case 62, 64: .hostName
    default: .untrusted
    }
  }
}

/// One certificate of the chain.
package struct CertificateReport: Codable, Equatable, Sendable {
  /// Distinguished names in the form of RFC 2253.
  package var subject: String
  package var issuer: String
  /// Subject alternative names: DNS names as they are, addresses in text form.
  package var names: [String]
  package var notBefore: Date
  package var notAfter: Date
  /// SHA-256 of the DER form, 64 lower-case hexadecimal digits.
  package var sha256: String
  /// Whether the certificate is signed with its own key.
  package var selfSigned: Bool
  /// `RSA`, `EC`, `ED25519`, …
  package var keyType: String
  package var keyBits: Int
  /// `sha256WithRSAEncryption`, …
  package var signatureAlgorithm: String
  package var pem: String

  package init(
    subject: String, issuer: String, names: [String], notBefore: Date, notAfter: Date, sha256: String,
    selfSigned: Bool, keyType: String, keyBits: Int, signatureAlgorithm: String, pem: String
  ) {
    self.subject = subject
    self.issuer = issuer
    self.names = names
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.sha256 = sha256
    self.selfSigned = selfSigned
    self.keyType = keyType
    self.keyBits = keyBits
    self.signatureAlgorithm = signatureAlgorithm
    self.pem = pem
  }
}

/// A TLS alert (RFC 8446 section 6, RFC 5246 section 7.2).
package struct TLSAlert: Codable, Equatable, Sendable {
  /// AlertDescription: 40 handshake_failure, 70 protocol_version, 116 certificate_required, …
  package var code: UInt8
  /// Whether the server sent it; otherwise we did.
  package var received: Bool
  /// Whether it came before the server's ServerHello, that is before version and cipher were agreed.
  package var beforeServerHello: Bool

  package init(code: UInt8, received: Bool, beforeServerHello: Bool) {
    self.code = code
    self.received = received
    self.beforeServerHello = beforeServerHello
  }

  /// Whether it says that no version or cipher suits both sides: protocol_version (70), insufficient_security (71),
  /// and handshake_failure (40) while nothing is agreed; afterwards that is how TLS 1.2 servers ask for a client
  /// certificate.
  package var refusesVersionOrCipher: Bool {
    switch code {
    case 70, 71: true
    case 40: beforeServerHello
    default: false
    }
  }
}
