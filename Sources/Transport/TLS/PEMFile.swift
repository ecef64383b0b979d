import COpenSSL
package import ConnectCore
internal import Synchronization

/// Opens a PEM file for OpenSSL's readers, and tells the ways in which one can be unusable apart.
struct PEMFile {
  let option: String
  let path: String

  func fault(_ problem: FileFault.Problem, _ detail: String) -> FileFault {
    FileFault(option: option, path: path, problem: problem, detail: detail)
  }

  /// Hands an open BIO to `body`, and closes it.
  func read<Result>(_ body: (OpaquePointer) throws(FileFault) -> Result) throws(FileFault) -> Result {
    FileReading.current.withLock { $0 = fault(.endless, "its end did not come in time") }
    defer { FileReading.current.withLock { $0 = nil } }
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw fault(errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable, systemErrorText(errno))
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw fault(.unreadable, systemErrorText(EISDIR)) }
    ERR_clear_error()
    errno = 0
    guard let bio = BIO_new_file(path, "r") else {
      let code = errno
      ERR_clear_error()
      throw fault(.unreadable, systemErrorText(code == 0 ? EACCES : code))
    }
    defer { BIO_free_all(bio) }
    return try body(bio)
  }

  /// Reads every object of one kind; the file must hold at least one.
  func readAll(
    kind: String, next: (OpaquePointer) -> OpaquePointer?
  ) throws(FileFault) -> [OpaquePointer] {
    try read { bio throws(FileFault) in
      var objects: [OpaquePointer] = []
      while let object = next(bio) { objects.append(object) }
      let last = OpenSSLErrors.newest()
      // The reader's way of saying "no more of these" (PEM_R_NO_START_LINE).
      let ended = last.library == ERR_LIB_PEM && last.reason == PEM_R_NO_START_LINE
      let words = OpenSSLErrors.drain()
      guard !objects.isEmpty, ended else {
        throw fault(.notPEM, objects.isEmpty && ended ? "no \(kind) in it" : words)
      }
      return objects
    }
  }
}

/// The file that is being read just now: a pipe can keep its reader for ever, and the report has to name it.
package enum FileReading {
  fileprivate static let current = Mutex<FileFault?>(nil)

  /// What to report if the time is over while a file is being read; nil: none is.
  package static var unfinished: FileFault? { current.withLock { $0 } }
}
