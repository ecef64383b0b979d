import CDuckDB
internal import ConnectCore
internal import Transport

/// libduckdb, opened at run time.
struct DuckDB: @unchecked Sendable {
  // A table of function pointers that never changes after loading.
  let functions: DuckDBFunctions
  let library: DriverLibrary

  /// The library, opened at the first call. What TLS it has is for extensions, which are not loaded.
  static let shared: Result<DuckDB, MissingDriver> = DriverLoader(
    library: "libduckdb", files: ["libduckdb.so", "libduckdb.dylib"], symbol: "duckdb_library_version",
    tls: .none, debianPackage: nil, homebrewFormula: "duckdb",
    download: "https://github.com/duckdb/duckdb/releases"
  ).open().flatMap { opened in
    var missing: UnsafePointer<CChar>?
    let functions = UnsafeMutablePointer<DuckDBFunctions>.allocate(capacity: 1)
    defer { functions.deallocate() }
    guard duckdb_resolve(opened.handle, functions, &missing) else {
      let name = missing.map { String(cString: $0) } ?? "a function"
      return .failure(opened.missing(detail: "\(opened.path) has no \(name)"))
    }
    let version = functions.pointee.duckdb_library_version().map { String(cString: $0) } ?? ""
    return .success(
      DuckDB(
        functions: functions.pointee,
        library: DriverLibrary(
          name: "libduckdb", version: version.hasPrefix("v") ? String(version.dropFirst()) : version,
          path: opened.path)))
  }
}
