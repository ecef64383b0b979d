import CSQLite3
internal import ConnectCore
internal import Transport

/// libsqlite3, opened at run time.
struct SQLite3: @unchecked Sendable {
  // A table of function pointers that never changes after loading.
  let functions: SQLite3Functions
  let library: DriverLibrary
  /// By which files are opened: the name of a way that makes and removes none.
  let reader: String

  /// The library, opened at the first call.
  static let shared: Result<SQLite3, MissingDriver> = DriverLoader(
    library: "libsqlite3", files: ["libsqlite3.so.0", "libsqlite3.dylib"], symbol: "sqlite3_libversion",
    tls: .none, debianPackage: "libsqlite3-0", homebrewFormula: "sqlite"
  ).open().flatMap { opened in
    var missing: UnsafePointer<CChar>?
    let functions = UnsafeMutablePointer<SQLite3Functions>.allocate(capacity: 1)
    defer { functions.deallocate() }
    guard sqlite3_resolve(opened.handle, functions, &missing) else {
      let name = missing.map { String(cString: $0) } ?? "a function"
      return .failure(opened.missing(detail: "\(opened.path) has no \(name)"))
    }
    guard let reader = sqlite3_register_reader(functions) else {
      return .failure(opened.missing(detail: "\(opened.path) could not be set up"))
    }
    let version = functions.pointee.sqlite3_libversion().map { String(cString: $0) } ?? ""
    return .success(
      SQLite3(
        functions: functions.pointee,
        library: DriverLibrary(name: "libsqlite3", version: version, path: opened.path),
        reader: String(cString: reader)))
  }
}
