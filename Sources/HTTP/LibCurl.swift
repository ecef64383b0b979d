import CCurl
package import ConnectCore
internal import Transport

/// libcurl, opened at run time: HTTP only. Connections and their TLS are the program's own, so it may be built with
/// any TLS library.
package struct LibCurl: @unchecked Sendable {
  // A table of function pointers that never changes after loading.
  let functions: CurlFunctions
  package let library: DriverLibrary
  /// Whether it was built with HTTP/2.
  package let speaksHTTP2: Bool

  /// The library, opened at the first call.
  package static let shared: Result<LibCurl, MissingDriver> = DriverLoader(
    library: "libcurl", files: ["libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib", "libcurl.dylib"],
    symbol: "curl_easy_init", tls: .none, debianPackage: "libcurl4", homebrewFormula: "curl"
  ).open().flatMap { opened in
    var missing: UnsafePointer<CChar>?
    let functions = UnsafeMutablePointer<CurlFunctions>.allocate(capacity: 1)
    defer { functions.deallocate() }
    guard curl_resolve(opened.handle, functions, &missing) else {
      let name = missing.map { String(cString: $0) } ?? "a function"
      return .failure(opened.missing(detail: "\(opened.path) has no \(name)"))
    }
    // Its TLS library is not needed, and set up all the same since 7.57 (libcurl's manual, curl_global_init).
    guard functions.pointee.curl_global_init(0) == CURLE_OK,
      let facts = functions.pointee.curl_version_info(CURLVERSION_FIRST)
    else { return .failure(opened.missing(detail: "\(opened.path) cannot be initialised")) }
    let version = facts.pointee.version.map { String(cString: $0) } ?? ""
    return .success(
      LibCurl(
        functions: functions.pointee,
        library: DriverLibrary(name: "libcurl", version: version, path: opened.path),
        speaksHTTP2: facts.pointee.features & CURL_VERSION_HTTP2 != 0))
  }
}
