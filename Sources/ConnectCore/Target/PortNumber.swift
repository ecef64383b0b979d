/// Reads port numbers.
enum PortNumber {
  /// 1 to 65535, in digits alone; nil: something else.
  static func parse(_ text: some StringProtocol) -> UInt16? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let port = UInt16(String(text)), port > 0
    else { return nil }
    return port
  }
}
