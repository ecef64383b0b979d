import CMariaDB
internal import ConnectCore
internal import Transport

/// libmariadb, opened at run time.
struct LibMariaDB: @unchecked Sendable {
  // A table of function pointers that never changes after loading.
  let functions: LibMariaDBFunctions
  let library: DriverLibrary

  /// The library, opened at the first call.
  static let shared: Result<LibMariaDB, MissingDriver> = {
    DriverLoader(
      library: "libmariadb", files: ["libmariadb.so.3", "libmariadb.3.dylib"],
      symbol: "mysql_get_client_info",
      debianPackage: "libmariadb3", homebrewFormula: "mariadb-connector-c"
    ).open().flatMap { opened in
      var missing: UnsafePointer<CChar>?
      let functions = UnsafeMutablePointer<LibMariaDBFunctions>.allocate(capacity: 1)
      defer { functions.deallocate() }
      guard libmariadb_resolve(opened.handle, functions, &missing) else {
        let name = missing.map { String(cString: $0) } ?? "a function"
        return .failure(opened.missing(detail: "\(opened.path) has no \(name)"))
      }
      guard let library = LibMariaDB(functions: functions.pointee, path: opened.path) else {
        return .failure(opened.missing(detail: "\(opened.path) cannot be initialised"))
      }
      return .success(library)
    }
  }()

  private init?(functions: LibMariaDBFunctions, path: String) {
    self.functions = functions
    library = DriverLibrary(
      name: "libmariadb", version: functions.mysql_get_client_info().map { String(cString: $0) } ?? "",
      path: path)
    guard functions.mysql_server_init(0, nil, nil) == 0, let handle = functions.mysql_init(nil) else {
      return nil
    }
    defer { functions.mysql_close(handle) }
    // The library's own caching_sha2_password takes any key that a server without TLS sends; a plugin of that name
    // that is registered first is used instead.
    guard
      let plugin = libmariadb_plugin(strdup(CachingSHA2.name), { vio, _ in CachingSHA2.authenticate(vio) }),
      functions.mysql_client_register_plugin(handle, plugin) == plugin,
      functions.ma_pvio_register_callback(
        1,
        { mode, _, bytes, length in
          // size_t in C, and -1 of it for a failure.
          LibMariaDBConnection.current?.transferred(
            UnsafeRawBufferPointer(start: bytes, count: max(0, length)), isRead: mode == 0, failed: length < 0
          )
        }) == 0
    else { return nil }
  }

  /// Whether an empty fingerprint makes the library demand TLS and compares nothing: up to 3.3, undocumented.
  var enforcesTLSByFingerprint: Bool {
    let numbers = library.version.split(separator: ".").compactMap { Int($0) }
    return numbers.count >= 2 && (numbers[0], numbers[1]) < (3, 4)
  }
}
