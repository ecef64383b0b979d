/// Words for the `errno` values that a failing connection brings; Core imports no C library to ask.
enum SystemErrorNames {
  /// `Connection refused (errno 111)`; the number alone for one that is not in the table.
  static func words(for number: Int32) -> String {
    guard let words = table[number] else { return "system error (errno \(number))" }
    return "\(words) (errno \(number))"
  }

  #if os(Linux)
    private static let table = common.merging(
      [
        97: "Address family not supported", 99: "Address not available", 100: "Network is down",
        101: "Network is unreachable", 104: "Connection reset by peer", 110: "Connection timed out",
        111: "Connection refused", 112: "Host is down", 113: "No route to host",
      ], uniquingKeysWith: { first, _ in first })
  #else
    private static let table = common.merging(
      [
        47: "Address family not supported", 49: "Address not available", 50: "Network is down",
        51: "Network is unreachable", 54: "Connection reset by peer", 60: "Connection timed out",
        61: "Connection refused", 64: "Host is down", 65: "No route to host",
      ], uniquingKeysWith: { first, _ in first })
  #endif

  /// POSIX leaves the numbers open, but these are old enough to be the same everywhere.
  private static let common: [Int32: String] = [
    1: "Operation not permitted", 2: "No such file or directory", 13: "Permission denied",
    22: "Invalid argument", 32: "Broken pipe",
  ]
}
