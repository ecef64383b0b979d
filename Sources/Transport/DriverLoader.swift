import CLoader
package import ConnectCore

/// What a driver's library has to do with the TLS of its connections.
package enum DriverTLS: Sendable {
  /// It makes them itself, under the guard; so it has to use this program's OpenSSL.
  case ours
  /// Nothing: a relay in this process gives it plain bytes, whichever TLS library it is built with.
  case none
}

/// Opens a driver's C library at run time, and refuses one that makes TLS by another copy of OpenSSL than ours.
package struct DriverLoader: Sendable {
  /// `libpq`
  package let library: String
  /// File names by which a loader finds it, Linux's and macOS's.
  package let files: [String]
  /// A function of the library's own, by which its file is told.
  package let symbol: String
  package let tls: DriverTLS
  /// nil: Debian has none.
  package let debianPackage: String?
  package let homebrewFormula: String
  /// Where its makers publish it, if that is the way to get it.
  package let download: String?

  package init(
    library: String, files: [String], symbol: String, tls: DriverTLS = .ours,
    debianPackage: String?, homebrewFormula: String, download: String? = nil
  ) {
    self.library = library
    self.files = files
    self.symbol = symbol
    self.tls = tls
    self.debianPackage = debianPackage
    self.homebrewFormula = homebrewFormula
    self.download = download
  }

  /// An open library; it stays open until the process ends.
  package struct Opened {
    package let handle: UnsafeMutableRawPointer
    /// The file it was loaded from.
    package let path: String
    fileprivate let loader: DriverLoader

    /// What to report when the library turns out not to be usable; why, as a sentence.
    package func missing(detail: String) -> MissingDriver {
      var missing = loader.missing(detail: "")
      let repeats = detail.hasPrefix("\(path) ")
      (missing.refusedPath, missing.refusal) = (path, repeats ? "it" + detail.dropFirst(path.count) : detail)
      return missing
    }
  }

  /// Looks in TABLEPRO_CONNECT_DRIVER_PATH (not in privileged processes), then where the system's loader looks, then
  /// in Homebrew's folders. What cannot be used is passed over, and reported if nothing else is found.
  package func open() -> Result<Opened, MissingDriver> {
    // The hook has to be there before the library can make an SSL.
    TLSHook.install()
    let search = DriverSearch(for: self)
    var missing = missing(detail: "")
    missing.notes = search.passedOver
    func refuse(_ path: String, _ reason: String) {
      if missing.refusedPath == nil {
        (missing.refusedPath, missing.refusal) = (path, reason)
      } else {
        missing.notes.append("\(path) cannot be used either: \(reason)")
      }
    }
    for candidate in search.candidates {
      // Lazily: most of what the libraries behind a driver link to is never called.
      guard let handle = dlopen(candidate, RTLD_LAZY | RTLD_LOCAL) else {
        let words = dlerror().map { String(cString: $0) } ?? "it cannot be opened"
        if Self.saysThatThereIsNone(words, of: candidate) {
          if missing.detail.isEmpty { missing.detail = words }
        } else {
          let name = "\(candidate): "
          refuse(candidate, words.hasPrefix(name) ? String(words.dropFirst(name.count)) : words)
        }
        continue
      }
      guard let path = path(of: handle) else {
        dlclose(handle)
        refuse(candidate, "it has no \(symbol)")
        continue
      }
      guard tls == .none || Self.sharesOpenSSL(handle) else {
        missing.refusedPath = nil
        refuse(path, MissingDriver.anotherOpenSSL)
        missing.detail = "\(path) does not use the OpenSSL of this program"
        return .failure(missing)
      }
      return .success(Opened(handle: handle, path: path, loader: self))
    }
    // What the system's loader did not find says nothing of what was there.
    if missing.refusedPath != nil { missing.detail = "" }
    return .failure(missing)
  }

  /// Whether the loader's words are those for a name under which there is nothing; any other fault is a file's.
  private static func saysThatThereIsNone(_ words: String, of candidate: String) -> Bool {
    if candidate.hasPrefix("/") { return false }
    #if os(Linux)
      // A library that is missing behind one that is there is named first.
      return words.hasPrefix("\(candidate): cannot open shared object file: No such file")
    #else
      return true
    #endif
  }

  private func path(of handle: UnsafeMutableRawPointer) -> String? {
    guard let address = dlsym(handle, symbol), let file = loader_file(address) else { return nil }
    return String(cString: file)
  }

  /// Whether the library's OpenSSL is the one that this program is linked with: an SSL of one copy given to
  /// another is memory corruption.
  private static func sharesOpenSSL(_ handle: UnsafeMutableRawPointer) -> Bool {
    // A library that hides its OpenSSL, or has none, cannot be guarded either.
    guard let theirs = dlsym(handle, "SSL_get_version") else { return false }
    return theirs == loader_own_symbol("SSL_get_version")
  }

  private func missing(detail: String) -> MissingDriver {
    MissingDriver(
      library: library, debianPackage: debianPackage, homebrewFormula: homebrewFormula, download: download,
      detail: detail)
  }
}
