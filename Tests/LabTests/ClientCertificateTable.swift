import Lab

/// What the client shows of itself × five modes, for servers of any kind.
struct ClientCertificateTable<Server: LabServer> {
  /// The server would take the login without TLS, so that going on in plain text would be seen.
  static func client(
    _ title: String, on server: Server = .mutual, _ options: String, fails cause: Cause? = nil,
    during: Moment = .handshake
  ) -> Situation {
    let options = "--ssl-ca {pki}/ca.pem " + options
    guard let cause else {
      return Situation(
        title, any: server, options, endings: [Server.inPlain, .encrypted, .encrypted, .chain, .identity])
    }
    func ending(_ reached: Ending) -> Ending {
      switch during {
      case .before: .fails(cause)
      case .handshake: .failsEncryptedOrNot(cause)
      case .login: reached.thenFails(cause)
      }
    }
    return Situation(
      title, any: server, options,
      endings: [
        Server.inPlain, ending(.encrypted), ending(.encrypted), ending(.chain), ending(.identity),
      ])
  }

  /// When a client certificate turns out not to do.
  enum Moment {
    /// A file cannot be used.
    case before
    /// The server sends an alert; with TLS 1.3 only after the client's handshake has ended.
    case handshake
    case login
  }

  static var pair: String { "--ssl-cert {pki}/client.crt --ssl-key {pki}" }
  /// Files that cannot be used, and keys that are encrypted; on a server that takes the certificate `client`.
  static var keys: [Situation] {
    [
      client(
        "encrypted key, no passphrase", pair + "/client-encrypted.key", fails: .passphraseRequired,
        during: .before),
      client(
        "encrypted key, wrong passphrase", pair + "/client-encrypted.key --ssl-key-passphrase env:WRONG",
        fails: .passphraseIncorrect, during: .before
      ).with(\.environment, ["WRONG": "another passphrase"]),
      client(
        "encrypted key, right passphrase", pair + "/client-encrypted.key --ssl-key-passphrase env:RIGHT"
      ).with(\.environment, ["RIGHT": Account.keyPassphrase]),
      client(
        "key of another certificate", pair + "/client-another.key", fails: .clientKeyInvalid, during: .before),
      client("key missing", pair + "/missing.key", fails: .clientKeyInvalid, during: .before),
      client("key is a text", pair + "/garbage.pem", fails: .clientKeyInvalid, during: .before),
      client("key is a folder", pair + "/trusted", fails: .clientKeyInvalid, during: .before),
      client(
        "certificate missing", "--ssl-cert {pki}/missing.crt --ssl-key {pki}/client.key",
        fails: .clientKeyInvalid, during: .before),
      client(
        "certificate is a text", "--ssl-cert {pki}/garbage.pem --ssl-key {pki}/client.key",
        fails: .clientKeyInvalid, during: .before),
      client(
        "certificate without a key", "--ssl-cert {pki}/client.crt", fails: .clientKeyInvalid, during: .before),
    ]
  }
}
