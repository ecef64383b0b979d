#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// How reports speak of certificates. Whoever runs the server chose every string in them.
struct CertificateWords {
  let clean: Sanitiser

  /// `self-signed certificate (OpenSSL verify code 18; CN=db, the server's own certificate).`
  func sentence(for fault: CertificateFault, in tls: TLSReport) -> String {
    "\(clean.line(fault.reason)) (OpenSSL verify code \(fault.code); \(whose(fault, in: tls)))."
  }

  /// Every name of the server's own certificate.
  func names(of tls: TLSReport) -> String {
    guard let leaf = tls.certificates.first else { return "The server sent no certificate." }
    guard !leaf.names.isEmpty else {
      return "The certificate has no alternative names; its subject is \(clean.line(leaf.subject))."
    }
    return "The certificate names: \(leaf.names.map(clean.line).joined(separator: ", "))."
  }

  /// `CN=db, the server's own certificate`, `CN=Old CA, certificate 2 of the chain`.
  func whose(_ fault: CertificateFault, in tls: TLSReport) -> String {
    let place =
      fault.depth == 0 ? "the server's own certificate" : "certificate \(fault.depth + 1) of the chain"
    guard let certificate = certificate(of: fault, in: tls) else { return place }
    return "\(clean.line(certificate.subject)), \(place)"
  }

  /// The certificate that a fault is about; nil where nobody said which one.
  func certificate(of fault: CertificateFault, in tls: TLSReport) -> CertificateReport? {
    fault.certificate ?? (fault.depth == 0 ? tls.certificates.first : nil)
  }

  /// `2026-11-23`
  static func day(_ date: Date) -> String { String(date.ISO8601Format().prefix(while: { $0 != "T" })) }

  /// Whole days from one instant to another, rounded down; negative when it lies before.
  static func days(from start: Date, to end: Date) -> Int {
    let days = (end.timeIntervalSince(start) / 86_400).rounded(.down)
    return Int(max(-1e9, min(1e9, days)))
  }

  /// The first name that a user could put in place of the host; nil where there is none (a wildcard is not).
  func usableName(of tls: TLSReport?) -> String? {
    guard let leaf = tls?.certificates.first else { return nil }
    let candidates = leaf.names.isEmpty ? [commonName(of: leaf.subject)].compactMap { $0 } : leaf.names
    let plain = candidates.filter(Self.isPlainName)
    return plain.first { !Self.isAddress($0) } ?? plain.first
  }

  /// The last CN of a name in the form of RFC 2253; OpenSSL takes it only if there is no DNS name.
  private func commonName(of subject: String) -> String? {
    subject.split(separator: ",").first { $0.hasPrefix("CN=") }.map { String($0.dropFirst(3)) }
  }

  private static func isAddress(_ name: String) -> Bool {
    name.contains(":") || name.allSatisfy { $0.isNumber || $0 == "." }
  }

  /// Whether a name is one that can stand in a command without quotes. Others are shown, never suggested:
  /// a hostile certificate must not write the command that a reader copies.
  private static func isPlainName(_ name: String) -> Bool {
    let allowed = name.unicodeScalars.allSatisfy { scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", ":": true
      default: false
      }
    }
    return allowed && !name.isEmpty && !name.hasPrefix("-") && name.utf8.count <= 253
  }
}
