import Foundation

/// As much of JSON Schema (draft 2020-12) as docs/report.schema.json uses. A keyword that it does not know is
/// an error, so that no part of the schema goes unchecked.
struct JSONSchema {
  let root: [String: Any]

  init(contentsOf url: URL) throws {
    root = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
  }

  /// The schema's file in the package that holds this source.
  static func ofReports() throws -> JSONSchema {
    try JSONSchema(contentsOf: packageFolder.appendingPathComponent("docs/report.schema.json"))
  }

  static var packageFolder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
  }

  /// What is wrong with a JSON text; empty if it is valid.
  func problems(in json: String) -> [String] {
    guard let value = try? JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    else {
      return ["not JSON"]
    }
    return check(value, root, at: "")
  }

  private func check(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
    schema.sorted { $0.key < $1.key }.flatMap {
      check(value, keyword: $0.key, $0.value, in: schema, at: path)
    }
  }

  private func isValid(_ value: Any, _ schema: Any?) -> Bool {
    check(value, schema as? [String: Any] ?? [:], at: "").isEmpty
  }

  private func check(
    _ value: Any, keyword: String, _ rule: Any, in schema: [String: Any], at path: String
  ) -> [String] {
    let object = value as? [String: Any]
    func unless(_ valid: Bool) -> [String] { valid ? [] : ["\(path): \(keyword) \(rule), but is \(value)"] }
    switch keyword {
    case "$schema", "$id", "$defs", "title", "description", "then", "else": return []
    case "$ref":
      let name = (rule as? String ?? "").replacingOccurrences(of: "#/$defs/", with: "")
      guard let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any] else {
        return ["\(path): no definition \(name)"]
      }
      return check(value, target, at: path)
    case "type":
      let types = rule as? [String] ?? [rule as? String ?? ""]
      return unless(types.contains { hasType(value, $0) })
    case "const": return unless(isEqual(value, rule))
    case "enum": return unless((rule as? [Any] ?? []).contains { isEqual(value, $0) })
    case "pattern":
      guard let text = value as? String, let pattern = rule as? String else { return [] }
      return unless(text.range(of: pattern, options: .regularExpression) != nil)
    case "minimum": return unless((value as? Double ?? 0) >= (rule as? Double ?? 0))
    case "maximum": return unless((value as? Double ?? 0) <= (rule as? Double ?? 0))
    case "required":
      guard let object else { return [] }
      return (rule as? [String] ?? []).filter { object[$0] == nil }.map { "\(path): \($0) is missing" }
    case "dependentRequired":
      guard let object, let rule = rule as? [String: [String]] else { return [] }
      return rule.filter { object[$0.key] != nil }.flatMap(\.value).filter { object[$0] == nil }
        .map { "\(path): \($0) is missing" }
    case "properties":
      guard let object, let rule = rule as? [String: [String: Any]] else { return [] }
      return rule.flatMap { name, part in object[name].map { check($0, part, at: "\(path)/\(name)") } ?? [] }
    case "additionalProperties":
      guard let object else { return [] }
      let known = schema["properties"] as? [String: Any] ?? [:]
      return object.keys.filter { known[$0] == nil }.map { "\(path): \($0) is not allowed" }
    case "items":
      guard let items = value as? [Any], let rule = rule as? [String: Any] else { return [] }
      return items.enumerated().flatMap { check($1, rule, at: "\(path)/\($0)") }
    case "allOf": return (rule as? [[String: Any]] ?? []).flatMap { check(value, $0, at: path) }
    case "anyOf": return unless((rule as? [Any] ?? []).contains { isValid(value, $0) })
    case "if":
      guard let branch = schema[isValid(value, rule) ? "then" : "else"] as? [String: Any] else { return [] }
      return check(value, branch, at: path)
    default: return ["\(path): the keyword \(keyword) is not known to this test"]
    }
  }

  private func isBool(_ value: Any) -> Bool {
    (value as? NSNumber).map { String(cString: $0.objCType) == "c" || $0 === NSNumber(value: true) }
      ?? (value is Bool)
  }

  private func isEqual(_ left: Any, _ right: Any) -> Bool {
    if let left = left as? String, let right = right as? String { return left == right }
    return isBool(left) == isBool(right) && (left as? Double) != nil
      && (left as? Double) == (right as? Double)
  }

  private func hasType(_ value: Any, _ type: String) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "boolean": isBool(value)
    case "null": value is NSNull
    case "number": !isBool(value) && value is Double
    case "integer": !isBool(value) && (value as? Double).map { $0 == $0.rounded() } == true
    default: false
    }
  }
}
