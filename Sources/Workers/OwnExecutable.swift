#if canImport(Darwin)
  internal import Darwin
#endif

/// The file of the running program.
package enum OwnExecutable {
  /// Its path. Linux's leads to the running program also when its file was replaced.
  package static let path: String = {
    #if canImport(Darwin)
      var size: UInt32 = 0
      _NSGetExecutablePath(nil, &size)
      var buffer = [CChar](repeating: 0, count: Int(size) + 1)
      guard _NSGetExecutablePath(&buffer, &size) == 0 else { return "" }
      return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    #else
      return "/proc/self/exe"
    #endif
  }()
}
