import Lab

/// Revocation lists, and files that cannot be used, × five modes, for servers of any kind that have the certificate
/// `good`.
struct FileTable<Server: LabServer> {
  static var revoked: Ending { .fails(.revoked) }
  static var unreadable: Ending { .fails(.caFile) }

  static func list(_ title: String, _ certificate: String, _ crl: String, _ ending: Ending?) -> Situation {
    .certificate(
      title, any: Server.with(certificate), "--ssl-ca {pki}/ca.pem --ssl-crl {pki}/crl-\(crl).pem",
      verifyCA: ending ?? .chain, verifyIdentity: ending ?? .identity)
  }

  /// The list does not tell whether the certificate is good: no reason is named for that in the table of causes.
  static func inconclusive(_ title: String, _ certificate: String, _ crl: String) -> Situation {
    .certificate(
      title, any: Server.with(certificate), "--ssl-ca {pki}/ca.pem --ssl-crl {pki}/crl-\(crl).pem",
      verifyCA: .fails(.untrusted, advising: .verifyCA),
      verifyIdentity: .fails(.untrusted, advising: .verifyIdentity))
  }

  static var revocations: [Situation] {
    [
      list("revoked", "revoked", "root-revoked", revoked),
      list("not in the list", "revoked", "root", nil),
      list("another one revoked", "good", "root-revoked", nil),
      inconclusive("list expired", "good", "root-expired"),
      inconclusive("list of another CA", "good", "other"),
      list("intermediate's and root's lists", "chained", "both", nil),
      list("intermediate's list alone", "chained", "intermediate", nil),
      inconclusive("root's list alone", "chained", "root"),
      list("revoked by the intermediate", "chained", "intermediate-revoked", revoked),
      list("the intermediate revoked", "withdrawn-ca", "withdrawn", revoked),
      inconclusive("intermediate's list good, root's expired", "chained", "intermediate-and-root-expired"),
    ]
  }

  /// `--ssl-ca` and `--ssl-crl` count in the modes that verify, and there before anything is sent.
  static var files: [Situation] {
    ["missing.pem", "trusted", "garbage.pem", "empty.pem"].flatMap { name in
      [
        Situation.certificate(
          "--ssl-ca \(name)", any: Server.with("good"), "--ssl-ca {pki}/\(name)", verifyCA: unreadable,
          verifyIdentity: unreadable),
        Situation.certificate(
          "--ssl-crl \(name)", any: Server.with("good"), "--ssl-ca {pki}/ca.pem --ssl-crl {pki}/\(name)",
          verifyCA: unreadable, verifyIdentity: unreadable),
      ]
    }
  }

  static var broken: [Situation] {
    [
      Situation.certificate(
        "--ssl-ca broken.pem", any: Server.with("good"), "--ssl-ca {pki}/broken.pem", verifyCA: unreadable,
        verifyIdentity: unreadable),
      Situation.certificate(
        "--ssl-crl is a certificate", any: Server.with("good"),
        "--ssl-ca {pki}/ca.pem --ssl-crl {pki}/ca.pem",
        verifyCA: unreadable, verifyIdentity: unreadable),
      Situation.certificate(
        "--ssl-ca is a key", any: Server.with("good"), "--ssl-ca {pki}/client.key", verifyCA: unreadable,
        verifyIdentity: unreadable),
    ]
  }
}
