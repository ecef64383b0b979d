import CLoader

/// The files that may be a driver's library, in the order in which they are tried. Only plain files are: anything
/// else that lies there, such as a pipe, would hold up the loader.
struct DriverSearch {
  /// Paths, and names that the system's loader looks for by itself.
  private(set) var candidates: [String] = []
  /// What was named and is not tried, a sentence each.
  private(set) var passedOver: [String] = []

  private static let variable = "TABLEPRO_CONNECT_DRIVER_PATH"

  /// Looks at what lies in the places that the variable names, then in Homebrew's folders.
  ///
  /// - Parameters:
  ///   - given: the variable's value: folders and library files, absolute, separated by colons.
  ///   - isPrivileged: whether the process has rights of its own; the variable is not followed then.
  init(
    for loader: DriverLoader, given: String? = getenv(Self.variable).map { String(cString: $0) },
    isPrivileged: Bool = loader_is_privileged()
  ) {
    if isPrivileged, given != nil {
      passedOver.append("\(Self.variable) is not followed: this process runs with rights of its own")
    } else {
      for place in (given ?? "").split(separator: ":") { look(at: String(place), for: loader) }
    }
    candidates += loader.files
    for prefix in ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"] {
      candidates += plainFiles(in: "\(prefix)/opt/\(loader.homebrewFormula)/lib", loader.files)
    }
  }

  private mutating func look(at place: String, for loader: DriverLoader) {
    let label = "\(Self.variable): \(place)"
    guard place.hasPrefix("/") else {
      passedOver.append("\(label) is not an absolute path")
      return
    }
    var status = stat()
    guard stat(place, &status) == 0 else {
      passedOver.append("\(label) was not found (\(systemErrorText(errno)))")
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      let found = plainFiles(in: place, loader.files)
      candidates += found
      let names = loader.files.joined(separator: " or ")
      if found.isEmpty { passedOver.append("\(label) holds no file \(names)") }
    case S_IFREG where Self.isName(place, of: loader.library): candidates.append(place)
    case S_IFREG: passedOver.append("\(label) does not have the name of a \(loader.library)")
    default: passedOver.append("\(label) is neither a folder nor a plain file")
    }
  }

  private func plainFiles(in folder: String, _ names: [String]) -> [String] {
    names.map { (name: String) -> String in "\(folder)/\(name)" }.filter { path in
      var status = stat()
      return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
  }

  /// `libpq.so.5`, `libpq.5.dylib`, `libpq-9b38f5e3.so.5.17`; not `libpqtypes.so`, nor `libhiredis_ssl.so` for libhiredis.
  static func isName(_ path: String, of library: String) -> Bool {
    guard let name = path.split(separator: "/").last, name.hasPrefix(library) else { return false }
    let rest = name.dropFirst(library.count)
    guard rest.hasPrefix(".") || rest.hasPrefix("-") else { return false }
    return rest.hasSuffix(".so") || rest.hasSuffix(".dylib") || rest.split(separator: ".").contains("so")
  }
}
