package import ConnectCore

/// What TLS needs of a target's files, loaded before the first connection so that a faulty file is told first.
package struct TLSMaterial: Sendable {
  /// For the target's first host; `TLSPolicy.forHost` makes the others'.
  package let policy: TLSPolicy
  /// nil: no client certificate was given.
  package let credentials: ClientCredentials?

  /// Loads what the mode uses; nil when TLS is disabled.
  ///
  /// - Throws: the first file that cannot be used.
  package static func load(
    for target: ConnectionTarget, groups: String? = nil
  ) throws(FileFault) -> TLSMaterial? {
    guard target.ssl.mode != .disabled else { return nil }
    let credentials = try ClientCredentials.load(target.ssl)
    let policy = try TLSPolicy(
      target.ssl, host: target.hosts[0].host, credentials: credentials, groups: groups)
    return TLSMaterial(policy: policy, credentials: credentials)
  }

  /// What the reader should know of the files.
  package var remarks: [Remark] {
    guard let credentials, credentials.keyIsOpen else { return [] }
    return [.keyReadableByOthers(path: credentials.keyPath)]
  }
}
