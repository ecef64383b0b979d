import Foundation

/// Bytes as the helpers tell them and are told them.
extension [UInt8] {
  init(hexadecimal: String) {
    let digits = [UInt8](hexadecimal.utf8)
    self = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
  }

  var hexadecimal: String { map { String(format: "%02x", $0) }.joined() }
}
