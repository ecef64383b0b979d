import ConnectCore

/// The program's version, and the drivers that it finds.
enum Version {
  static let number = "0.1.0"

  /// The text of `--version`. It opens every driver's library, so it is made only when asked for.
  static var text: String {
    let drivers = DriverRegistry.drivers.map { driver in
      switch driver.library() {
      case .success(let library): "\(library.name) \(library.version) (\(library.path))"
      case .failure(let missing): line(missing)
      }
    }
    // Paths of the environment and the loader's words are in them.
    let clean = Sanitiser(secrets: [])
    return (["tablepro-connect \(number)"] + drivers.map(clean.line)).joined(separator: "\n")
  }

  private static func line(_ missing: MissingDriver) -> String {
    let state = missing.refusedPath == nil ? "missing" : "refused"
    return (["\(missing.library) \(state)"] + missing.reasons + [missing.installation]).joined(
      separator: "; ")
  }
}
