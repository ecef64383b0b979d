/// A BSON document (bsonspec.org, version 1.1) as far as servers' answers need to be understood. Pure.
///
/// Values of other types are left out; what is not BSON is no document.
struct BSONDocument: Equatable, Sendable {
  indirect enum Value: Equatable, Sendable {
    case double(Double)
    case string(String)
    case document(BSONDocument)
    case array([Value])
    case bool(Bool)
    case integer(Int64)
    case binary([UInt8])
    /// An ObjectId: 12 bytes.
    case identifier([UInt8])
  }

  private(set) var fields: [(name: String, value: Value)]

  init(_ fields: [(name: String, value: Value)] = []) { self.fields = fields }

  static func == (left: Self, right: Self) -> Bool {
    left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
  }

  /// Reads a document that fills all of the bytes; nil: it does not, is broken, or has more elements than any answer
  /// that is read here. An inner document or list with too many of them is left out, as unread types are.
  init?(_ bytes: some Collection<UInt8>) {
    var reader = BSONReader(bytes: Array(bytes)[...])
    guard let document = reader.document(depth: 0), reader.bytes.isEmpty else { return nil }
    self = document
  }

  subscript(name: String) -> Value? { fields.first { $0.name == name }?.value }

  func string(_ name: String) -> String? {
    if case .string(let text) = self[name] { text } else { nil }
  }

  func document(_ name: String) -> BSONDocument? {
    if case .document(let document) = self[name] { document } else { nil }
  }

  func array(_ name: String) -> [Value]? {
    if case .array(let values) = self[name] { values } else { nil }
  }

  /// A number of any kind, as a whole one.
  func integer(_ name: String) -> Int64? {
    switch self[name] {
    case .integer(let number): number
    case .double(let number): Int64(exactly: number.rounded())
    default: nil
    }
  }

  /// Whether the field is true, or a number that is not 0.
  func isTrue(_ name: String) -> Bool {
    if case .bool(let flag) = self[name] { return flag }
    return integer(name).map { $0 != 0 } ?? false
  }

  mutating func add(_ name: String, _ value: Value) { fields.append((name, value)) }
}
