import CMongoC
internal import ConnectCore
internal import Transport

/// libmongoc, opened at run time.
struct LibMongoC: @unchecked Sendable {
  // A table of function pointers that never changes after loading.
  let functions: LibMongoCFunctions
  let library: DriverLibrary

  /// The library, opened at the first call.
  static let shared: Result<LibMongoC, MissingDriver> = {
    // A file that another process of our number has left would make the library complain on standard error.
    removeCounters()
    defer { removeCounters() }
    return DriverLoader(
      library: "libmongoc", files: ["libmongoc-1.0.so.0", "libmongoc-1.0.0.dylib"],
      symbol: "mongoc_get_version", debianPackage: "libmongoc-1.0-0", homebrewFormula: "mongo-c-driver@1"
    ).open().flatMap { opened in
      var missing: UnsafePointer<CChar>?
      let functions = UnsafeMutablePointer<LibMongoCFunctions>.allocate(capacity: 1)
      defer { functions.deallocate() }
      guard libmongoc_resolve(opened.handle, functions, &missing) else {
        let name = missing.map { String(cString: $0) } ?? "a function"
        return .failure(opened.missing(detail: "\(opened.path) has no \(name)"))
      }
      return .success(LibMongoC(functions: functions.pointee, path: opened.path))
    }
  }()

  /// Loading the library makes a file of shared memory for its counters, which only an exit of the process that calls
  /// cleanup functions would remove again (mongoc-counters.c).
  private static func removeCounters() {
    #if !canImport(Darwin)
      shm_unlink("/mongoc-\(getpid())")
    #endif
  }

  private init(functions: LibMongoCFunctions, path: String) {
    self.functions = functions
    library = DriverLibrary(
      name: "libmongoc", version: functions.mongoc_get_version().map { String(cString: $0) } ?? "", path: path
    )
    // It would write to standard error, and what it writes may hold what was sent.
    functions.mongoc_log_set_handler(nil, nil)
    functions.mongoc_init()
  }
}
