package import ConnectCore

/// The file of an engine that opens one, as it lies there before a library sees it. Nothing is created, and what is
/// not a plain file is not opened.
package struct DatabaseFile: Sendable {
  /// Absolute, every link followed; no library can take it for anything but a path.
  package let path: String
  package let size: Int
  /// The first bytes, at most 4096.
  package let head: [UInt8]

  package init(path: String, size: Int, head: [UInt8]) {
    self.path = path
    self.size = size
    self.head = head
  }

  /// Looks at the file. It blocks as long as the file system does.
  package static func examine(_ path: String) -> Result<DatabaseFile, FileRefusal> {
    // A pipe would block, and a device may do whatever it does, so neither is opened.
    var status = stat()
    guard stat(path, &status) == 0 else {
      let number = errno
      return .failure(
        number == ENOENT ? .fault(DatabaseFileFault(.missing, detail: hint(path))) : refusal(number))
    }
    if let problem = problem(of: status) { return .failure(.fault(problem)) }

    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { return .failure(refusal(errno)) }
    defer { close(descriptor) }
    guard fstat(descriptor, &status) == 0 else { return .failure(refusal(errno)) }
    if let problem = problem(of: status) { return .failure(.fault(problem)) }

    var head = [UInt8](repeating: 0, count: 4096)
    var count = 0
    while count < head.count {
      let read = head.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(count))
      }
      if read < 0, errno == EINTR { continue }
      guard read >= 0 else { return .failure(refusal(errno)) }
      if read == 0 { break }
      count += read
    }
    guard let real = realpath(path, nil) else { return .failure(refusal(errno)) }
    defer { free(real) }
    return .success(
      DatabaseFile(path: String(cString: real), size: Int(status.st_size), head: Array(head.prefix(count))))
  }

  /// Its size by now, for a file that may have been written to meanwhile.
  package var sizeNow: Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : size
  }

  /// What lies beside this file under its name with that ending; nil: nothing.
  package func companion(_ ending: String) -> Companion? {
    var status = stat()
    let name = path + ending
    guard stat(name, &status) == 0 else { return nil }
    return Companion(
      path: name, size: Int(status.st_size), isPlain: status.st_mode & S_IFMT == S_IFREG,
      isReadable: access(name, R_OK) == 0)
  }

  package struct Companion: Sendable {
    package let path: String
    package let size: Int
    package let isPlain: Bool
    package let isReadable: Bool
  }

  /// SQLAlchemy's and Django's URLs mean a relative path by three slashes, and all others one from the root.
  private static func hint(_ path: String) -> String {
    let relative = String(path.drop { $0 == "/" })
    guard path.hasPrefix("/"), access(relative, F_OK) == 0 else { return "" }
    return
      "there is \(relative) in the current folder: a URL has no slash before a relative path, as in sqlite:shop.db"
  }

  private static func problem(of status: stat) -> DatabaseFileFault? {
    let kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: ""
      case S_IFDIR: "folder"
      case S_IFIFO: "a pipe"
      case S_IFSOCK: "a Unix socket"
      case S_IFCHR, S_IFBLK: "a device"
      default: "of an unknown kind"
      }
    if kind.isEmpty { return nil }
    return kind == "folder"
      ? DatabaseFileFault(.folder) : DatabaseFileFault(.notAFile, detail: "it is \(kind)")
  }

  private static func refusal(_ number: Int32) -> FileRefusal {
    let words = systemErrorText(number)
    return switch number {
    case ENOENT: .fault(DatabaseFileFault(.missing))
    case ENOTDIR, ELOOP, ENAMETOOLONG: .fault(DatabaseFileFault(.missing, detail: words))
    case EACCES, EPERM: .fault(DatabaseFileFault(.noPermission, detail: words))
    default: .system(words)
    }
  }
}

/// Why a file was not looked at.
package enum FileRefusal: Error, Sendable {
  case fault(DatabaseFileFault)
  /// The system's words for an error that says nothing of the file.
  case system(String)

  package var event: FailureEvent {
    switch self {
    case .fault(let fault): .databaseFile(fault)
    case .system(let words): .other(words)
    }
  }
}
