/// A reply of the protocol RESP2 (Redis documentation, "Redis serialization protocol specification").
enum RedisReply: Equatable, Sendable {
  case string(String)
  case status(String)
  case error(String)
  case integer(Int64)
  case null
  case array([RedisReply])

  var errorText: String? { if case .error(let text) = self { text } else { nil } }

  /// What a string says, bulk or status.
  var text: String? {
    switch self {
    case .string(let text), .status(let text): text
    default: nil
    }
  }

  /// An array of keys and values, as HELLO answers in RESP2; other values than strings are left out.
  var texts: [String: String] {
    guard case .array(let items) = self else { return [:] }
    var pairs: [String: String] = [:]
    for index in stride(from: 0, to: items.count - 1, by: 2) {
      if let key = items[index].text, let value = items[index + 1].text { pairs[key] = value }
    }
    return pairs
  }
}
