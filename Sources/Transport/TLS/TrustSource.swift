import COpenSSL
internal import ConnectCore

/// The trust anchors of one policy, loaded only as far as a chain needs.
package final class TrustSource: Sendable {
  /// Where anchors come from.
  private enum Place {
    /// The certificates of `--ssl-ca`.
    case certificates([Certificate])
    case system
  }

  private let place: Place

  static let systemStore = TrustSource(place: .system)

  private init(place: Place) { self.place = place }

  /// Reads the file of `--ssl-ca`.
  convenience init(_ trust: TrustAnchors) throws(FileFault) {
    switch trust {
    case .system: self.init(place: .system)
    case .file(let path):
      let file = PEMFile(option: "--ssl-ca", path: path)
      let found = try file.readAll(kind: "certificate") { PEM_read_bio_X509_AUX($0, nil, nil, nil) }
      self.init(place: .certificates(found.map { Certificate(taking: $0) }))
    }
  }

  /// How much of the system's store is consulted.
  enum Depth {
    /// The folder by the hash of the issuer's name, and of the bundle only the certificates that carry a
    /// name which the chain mentions.
    case mentioned
    /// Everything, which takes 40 to 60 ms.
    case all
  }

  /// Whether a second look with `all` can find more than one with `mentioned`.
  var hasMore: Bool {
    if case .system = place { true } else { false }
  }

  /// A store (X509_STORE) for one verification; the caller frees it.
  func makeStore(for chain: [OpaquePointer], depth: Depth) -> OpaquePointer? {
    guard let store = X509_STORE_new() else { return nil }
    switch place {
    case .certificates(let certificates):
      for certificate in certificates { X509_STORE_add_cert(store, certificate.pointer) }
    case .system:
      SystemTrust.addFolder(to: store)
      switch depth {
      case .mentioned: SystemTrust.addMentioned(by: chain, to: store)
      case .all: SystemTrust.addFile(to: store)
      }
    }
    ERR_clear_error()
    return store
  }
}

/// A certificate (X509) that is held on to.
final class Certificate: @unchecked Sendable {
  // OpenSSL counts references atomically and certificates are not changed after they were read.
  let pointer: OpaquePointer

  init(taking pointer: OpaquePointer) { self.pointer = pointer }

  init(sharing pointer: OpaquePointer) {
    X509_up_ref(pointer)
    self.pointer = pointer
  }

  deinit { X509_free(pointer) }
}

/// The lists of `--ssl-crl`.
final class RevocationLists: @unchecked Sendable {
  // Read once, then only added to stores.
  let pointers: [OpaquePointer]

  init(path: String) throws(FileFault) {
    let file = PEMFile(option: "--ssl-crl", path: path)
    pointers = try file.readAll(kind: "certificate revocation list") {
      PEM_read_bio_X509_CRL($0, nil, nil, nil)
    }
  }

  deinit {
    for pointer in pointers { X509_CRL_free(pointer) }
  }
}
