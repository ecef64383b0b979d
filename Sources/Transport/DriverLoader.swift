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

    /// What to report when the library turns out not to be usable.
    package func missing(detail: String) -> MissingDriver { loader.missing(detail: detail) }
  }

  /// Looks in TABLEPRO_CONNECT_DRIVER_PATH (folders or library files, absolute, separated by colons; not in
  /// privileged processes), then where the system's loader looks, then in Homebrew's folders.
  package func open() -> Result<Opened, MissingDriver> {
    // The hook has to be there before the library can make an SSL.
    TLSHook.install()
    var detail = ""
    for candidate in candidates {
      // Lazily: most of what the libraries behind a driver link to is never called.
      guard let handle = dlopen(candidate, RTLD_LAZY | RTLD_LOCAL) else {
        let words = dlerror().map { String(cString: $0) } ?? "cannot be opened"
        // A file that is there and cannot be loaded says more than one that is not there.
        if detail.isEmpty || access(candidate, F_OK) == 0 { detail = words }
        continue
      }
      let path = path(of: handle) ?? candidate
      guard tls == .none || Self.sharesOpenSSL(handle) else {
        return .failure(
          missing(refused: path, detail: "\(path) does not use the OpenSSL of this program"))
      }
      return .success(Opened(handle: handle, path: path, loader: self))
    }
    return .failure(missing(detail: detail))
  }

  private var candidates: [String] {
    var given: [String] = []
    if let list = Self.privateVariable("TABLEPRO_CONNECT_DRIVER_PATH") {
      for place in list.split(separator: ":").map(String.init) where place.hasPrefix("/") {
        var status = stat()
        guard stat(place, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          given += present(in: place)
        } else if place.split(separator: "/").last?.hasPrefix(library) == true {
          given.append(place)
        }
      }
    }
    let homebrew = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"]
      .flatMap { present(in: "\($0)/opt/\(homebrewFormula)/lib") }
    return given + files + homebrew
  }

  private func present(in folder: String) -> [String] {
    files.map { (file: String) -> String in "\(folder)/\(file)" }
      .filter { (path: String) -> Bool in access(path, F_OK) == 0 }
  }

  /// An environment variable, unless the process runs with another user's rights.
  private static func privateVariable(_ name: String) -> String? {
    guard getuid() == geteuid(), getgid() == getegid() else { return nil }
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
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

  private func missing(refused: String? = nil, detail: String) -> MissingDriver {
    MissingDriver(
      library: library, debianPackage: debianPackage, homebrewFormula: homebrewFormula, download: download,
      refusedPath: refused, detail: detail)
  }
}
