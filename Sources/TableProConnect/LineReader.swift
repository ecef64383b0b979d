#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Reads from a file descriptor without taking more than it was asked for.
struct LineReader {
  let descriptor: Int32

  enum Line: Equatable {
    /// Without its line feed.
    case line([UInt8])
    /// The end, before any byte.
    case end
    case tooLong
    /// The system's error number.
    case failed(Int32)
  }

  /// The next line, byte by byte, so that what follows stays for the next reader.
  func next(limit: Int) -> Line {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while line.count <= limit {
      switch read(descriptor, &byte, 1) {
      case 0: return line.isEmpty ? .end : .line(line)
      case 1 where byte == UInt8(ascii: "\n"): return .line(line)
      case 1: line.append(byte)
      default:
        if errno != EINTR { return .failed(errno) }
      }
    }
    return .tooLong
  }

  /// Everything up to the end or the limit; nil: reading failed.
  func all(limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while bytes.count < limit {
      let count = read(descriptor, &buffer, buffer.count)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        return nil
      }
      bytes += buffer[..<count]
    }
    return bytes
  }
}
