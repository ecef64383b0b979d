import Foundation

/// Checks the program's JSON against the published schema.
public enum SchemaValidator {
  private static let helper = Result {
    let schema = Package.folder + "/docs/report.schema.json"
    guard FileManager.default.fileExists(atPath: schema) else { throw LabFailure("\(schema) is missing.") }
    return try Helper("schema.py", [schema])
  }

  /// What the schema finds wrong with the document.
  public static func faults(in document: String) throws -> [String] {
    try helper.get().ask("validate", document, for: [String].self)
  }
}
