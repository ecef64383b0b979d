import CSybDB
internal import ConnectCore
internal import Transport

/// FreeTDS's db-lib, opened at run time.
struct DBLib: @unchecked Sendable {
  // A table of function pointers that never changes after loading.
  let functions: SybDBFunctions
  let library: DriverLibrary

  /// The library, opened at the first call.
  static let shared: Result<DBLib, MissingDriver> = {
    DriverLoader(
      library: "libsybdb", files: ["libsybdb.so.5", "libsybdb.5.dylib"], symbol: "dbversion", tls: .none,
      debianPackage: "libsybdb5", homebrewFormula: "freetds"
    ).open().flatMap { opened in
      var missing: UnsafePointer<CChar>?
      let functions = UnsafeMutablePointer<SybDBFunctions>.allocate(capacity: 1)
      defer { functions.deallocate() }
      guard sybdb_resolve(opened.handle, functions, &missing) else {
        let name = missing.map { String(cString: $0) } ?? "a function"
        return .failure(opened.missing(detail: "\(opened.path) has no \(name)"))
      }
      guard functions.pointee.dbinit() == 1 else {
        return .failure(opened.missing(detail: "\(opened.path): dbinit failed"))
      }
      return .success(DBLib(functions: functions.pointee, path: opened.path))
    }
  }()

  private init(functions: SybDBFunctions, path: String) {
    self.functions = functions
    // freetds v1.3.17
    let text = functions.dbversion().map { String(cString: $0) } ?? ""
    let version = text.split(separator: " ").last.map { String($0.drop { $0 == "v" }) } ?? ""
    library = DriverLibrary(name: "FreeTDS", version: version, path: path)
    // The handlers are the process's; they run on the thread that calls db-lib.
    _ = functions.dberrhandle { _, severity, number, systemError, text, _ in
      DBLibMessages.current?.add(
        libraryError: Int(number), severity: Int(severity), systemError: systemError, text)
      // Any other answer lets db-lib go on, or end the process.
      return INT_CANCEL
    }
    _ = functions.dbmsghandle { _, number, state, severity, text, server, _, _ in
      DBLibMessages.current?.add(
        number: Int(number), state: Int(state), severity: Int(severity), text, server: server)
      return 0
    }
  }
}

/// What db-lib's handlers are told during one call, on one thread.
final class DBLibMessages: @unchecked Sendable {
  // Written by the thread that calls db-lib, read by the same when the call has come back.
  private(set) var fromServer: [TDSServerMessage] = []
  /// db-lib's own errors: number and text.
  private(set) var fromLibrary: [(number: Int, text: String)] = []

  /// More would bury the report.
  private static let most = 50
  private static let longest = 8_192

  @TaskLocal static var current: DBLibMessages?

  /// Runs `body`; what db-lib tells on this thread meanwhile is kept here.
  func collecting<Result>(_ body: () -> Result) -> Result {
    Self.$current.withValue(self) { body() }
  }

  func add(
    number: Int, state: Int, severity: Int, _ text: UnsafePointer<CChar>?, server: UnsafePointer<CChar>?
  ) {
    guard fromServer.count < Self.most else { return }
    // db-lib puts its own name for a server that does not say its name.
    let name = Self.text(server)
    let isOurs = name == "[\(PrivateConfiguration.section)]" || name == PrivateConfiguration.section
    fromServer.append(
      TDSServerMessage(
        number: number, state: state, severity: severity, text: Self.text(text), server: isOurs ? "" : name))
  }

  func add(libraryError number: Int, severity: Int, systemError: Int32, _ text: UnsafePointer<CChar>?) {
    guard fromLibrary.count < Self.most else { return }
    fromLibrary.append((number, Self.text(text)))
  }

  private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
    guard let pointer else { return "" }
    return String(
      decoding: UnsafeRawBufferPointer(start: pointer, count: strnlen(pointer, longest)), as: UTF8.self)
  }
}
