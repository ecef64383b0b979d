import CLibPQ
internal import ConnectCore
internal import Transport

/// libpq, opened at run time.
struct LibPQ: @unchecked Sendable {
  // A table of function pointers that never changes after loading.
  let functions: LibPQFunctions
  let library: DriverLibrary
  /// The connection options that this version knows (PQconndefaults).
  let knownOptions: Set<String>

  /// The library, opened at the first call.
  static let shared: Result<LibPQ, MissingDriver> = {
    DriverLoader(
      library: "libpq", files: ["libpq.so.5", "libpq.5.dylib"], symbol: "PQlibVersion",
      debianPackage: "libpq5", homebrewFormula: "libpq"
    ).open().flatMap { opened in
      var missing: UnsafePointer<CChar>?
      let functions = UnsafeMutablePointer<LibPQFunctions>.allocate(capacity: 1)
      defer { functions.deallocate() }
      guard libpq_resolve(opened.handle, functions, &missing) else {
        let name = missing.map { String(cString: $0) } ?? "a function"
        return .failure(opened.missing(detail: "\(opened.path) has no \(name)"))
      }
      return .success(LibPQ(functions: functions.pointee, path: opened.path))
    }
  }()

  private init(functions: LibPQFunctions, path: String) {
    self.functions = functions
    let number = functions.PQlibVersion()
    library = DriverLibrary(name: "libpq", version: "\(number / 10_000).\(number % 10_000)", path: path)
    // OpenSSL is initialised by us; and libpq must never ask for a pass phrase on the terminal: its own
    // answer to OpenSSL's question is the option `sslpassword`, or nothing.
    functions.PQinitOpenSSL(0, 0)
    functions.PQsetSSLKeyPassHook_OpenSSL(functions.PQdefaultSSLKeyPassHook_OpenSSL)
    var names: Set<String> = []
    let options = functions.PQconndefaults()
    var entry = options
    while let current = entry, let keyword = current.pointee.keyword {
      names.insert(String(cString: keyword))
      entry = current + 1
    }
    functions.PQconninfoFree(options)
    knownOptions = names
  }
}
