#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What goes between a worker process and the one that started it: values as JSON, a line each.
enum WorkerMessage {
  /// The line with its line feed; nil: the value cannot be told in JSON.
  static func line(of value: some Encodable) -> [UInt8]? {
    guard let data = try? JSONEncoder().encode(value) else { return nil }
    return Array(data) + [UInt8(ascii: "\n")]
  }

  /// The value of a whole line; nil: it is none.
  static func read<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
    guard bytes.last == UInt8(ascii: "\n") else { return nil }
    return try? JSONDecoder().decode(type, from: Data(bytes.dropLast()))
  }
}
