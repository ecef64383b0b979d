import CHiredis
internal import ConnectCore
internal import Transport

/// hiredis, opened at run time: its reader of replies and its writer of commands.
struct Hiredis: @unchecked Sendable {
  // A table of function pointers that never changes after loading.
  let functions: HiredisFunctions
  let library: DriverLibrary

  /// The library, opened at the first call.
  static let shared: Result<Hiredis, MissingDriver> = {
    let version = String(cString: hiredis_soname)
    return DriverLoader(
      library: "libhiredis",
      files: ["libhiredis.so.\(version)", "libhiredis.\(version).dylib", "libhiredis.dylib"],
      symbol: "redisReaderFeed", tls: .none, debianPackage: "libhiredis\(version)", homebrewFormula: "hiredis"
    ).open().flatMap { opened in
      guard hiredis_fits(opened.handle) else {
        return .failure(opened.missing(detail: "\(opened.path) is not version \(version)"))
      }
      var missing: UnsafePointer<CChar>?
      let functions = UnsafeMutablePointer<HiredisFunctions>.allocate(capacity: 1)
      defer { functions.deallocate() }
      guard hiredis_resolve(opened.handle, functions, &missing) else {
        let name = missing.map { String(cString: $0) } ?? "a function"
        return .failure(opened.missing(detail: "\(opened.path) has no \(name)"))
      }
      return .success(
        Hiredis(
          functions: functions.pointee,
          library: DriverLibrary(name: "libhiredis", version: version, path: opened.path)))
    }
  }()

  /// The bytes of a command; nil: there is no memory for them.
  func bytes(of command: [String]) -> [UInt8]? {
    let texts = command.map { Array($0.utf8) }
    let lengths = texts.map(\.count)
    // A byte more, so that empty arguments have a place too.
    let joined = texts.flatMap { $0 }.map { CChar(bitPattern: $0) } + [0]
    var target: UnsafeMutablePointer<CChar>?
    let count = joined.withUnsafeBufferPointer { (joined: UnsafeBufferPointer<CChar>) -> Int32 in
      var starts: [UnsafePointer<CChar>?] = []
      var offset = 0
      for length in lengths {
        starts.append(joined.baseAddress.map { $0 + offset })
        offset += length
      }
      return functions.redisFormatCommandArgv(&target, Int32(command.count), &starts, lengths)
    }
    guard count > 0, let target else { return nil }
    defer { functions.redisFreeCommand(target) }
    return Array(UnsafeRawBufferPointer(start: target, count: Int(count)))
  }
}
