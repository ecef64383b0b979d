package import ConnectCore

/// What one connection's TLS has to satisfy; the files it needs are loaded.
package struct TLSPolicy: Sendable {
  /// What has to be true of the certificate before anything is sent.
  package let demanded: VerificationLevel
  /// The name that the certificate should carry; also the source of SNI.
  package private(set) var peerName: PeerName
  package let minimumVersion: TLSVersion
  /// Key exchange groups in OpenSSL's list form, the first one's key share is sent; nil: OpenSSL's choice.
  package let groups: String?
  let anchors: TrustSource
  let revocationLists: RevocationLists?
  /// For streams of our own, and for drivers whose guard presents them; others load the files themselves.
  let credentials: ClientCredentials?

  /// Loads the files that the settings name and the mode uses.
  ///
  /// - Throws: the first file that cannot be used, or an empty name.
  package init(
    _ settings: SSLSettings, host: String, credentials: ClientCredentials?, groups: String? = nil
  ) throws(FileFault) {
    demanded = settings.mode.verification
    // The resolver has refused empty names; a Unix socket's folder never meets TLS.
    peerName = PeerName(host: settings.serverName ?? host) ?? .dns("invalid.")
    minimumVersion = settings.minimumVersion
    self.groups = groups
    self.credentials = credentials
    if demanded == .none {
      // Nothing is decided by them; they tell what verification would have said, after the session.
      anchors = (try? TrustSource(settings.trust)) ?? .systemStore
      revocationLists = nil
    } else {
      anchors = try TrustSource(settings.trust)
      revocationLists = try settings.crlFile.map { path throws(FileFault) in try RevocationLists(path: path) }
    }
  }

  /// The same for another host; the files are not read again, since one that is a pipe can be read only once.
  package func forHost(_ host: String, _ settings: SSLSettings) -> TLSPolicy {
    var policy = self
    policy.peerName = PeerName(host: settings.serverName ?? host) ?? .dns("invalid.")
    return policy
  }

  /// TLS without any check, for questions: nothing is confided to it. nil: it cannot be set up.
  package static func unverified(
    for target: ConnectionTarget, host: String, groups: String? = nil
  ) -> TLSPolicy? {
    let settings = SSLSettings(
      mode: .required, serverName: target.ssl.serverName, minimumVersion: target.ssl.minimumVersion)
    return try? TLSPolicy(settings, host: host, credentials: nil, groups: groups)
  }
}
