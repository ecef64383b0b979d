/// A JSON value (RFC 8259) whose objects keep the order of their keys, so that a report reads like the
/// contract and the same input always gives the same bytes.
package indirect enum JSONText: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  /// Rounded to three decimals.
  case decimal(Double)
  case string(String)
  case array([JSONText])
  case object([(key: String, value: JSONText)])

  package static func == (left: Self, right: Self) -> Bool { left.rendered == right.rendered }

  /// null for nil.
  package static func optional(_ text: String?) -> JSONText { text.map(JSONText.string) ?? .null }
  package static func optional(_ value: Bool?) -> JSONText { value.map(JSONText.bool) ?? .null }
  package static func strings(_ texts: [String]) -> JSONText { .array(texts.map(JSONText.string)) }

  /// The value on one line.
  package var rendered: String {
    var result = ""
    append(to: &result)
    return result
  }

  private func append(to result: inout String) {
    switch self {
    case .null: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .integer(let value): result += String(value)
    case .decimal(let value): result += Self.decimal(value)
    case .string(let text): result += Self.quoted(text, asciiOnly: false)
    case .array(let values):
      Self.append(values, between: "[", and: "]", to: &result) { $0.append(to: &$1) }
    case .object(let members):
      Self.append(members, between: "{", and: "}", to: &result) { member, result in
        result += Self.quoted(member.key, asciiOnly: false) + ":"
        member.value.append(to: &result)
      }
    }
  }

  private static func append<Element>(
    _ elements: [Element], between open: String, and close: String, to result: inout String,
    each: (Element, inout String) -> Void
  ) {
    result += open
    for (index, element) in elements.enumerated() {
      if index > 0 { result += "," }
      each(element, &result)
    }
    result += close
  }

  private static func decimal(_ value: Double) -> String {
    // JSON has no word for what is not a number.
    guard value.isFinite else { return "null" }
    let rounded = (value * 1_000).rounded() / 1_000
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
  }

  /// A string with its quotation marks (RFC 8259 section 7).
  static func quoted(_ text: String, asciiOnly: Bool) -> String {
    var result = [UInt8(ascii: "\"")]
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
      case "\n": result += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
      case "\r": result += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
      case "\t": result += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
      case " "..."~": result.append(UInt8(truncatingIfNeeded: scalar.value))
      default:
        if asciiOnly || scalar.value < 0x20 || scalar.value == 0x7f {
          for unit in String(scalar).utf16 { result += Array(escaped(unit).utf8) }
        } else {
          result += Array(String(scalar).utf8)
        }
      }
    }
    result.append(UInt8(ascii: "\""))
    return String(decoding: result, as: UTF8.self)
  }

  private static func escaped(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
