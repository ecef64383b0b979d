import Foundation

/// Checks the program's JSON against the published schemas.
public enum SchemaValidator {
  private static let report = helper("report.schema.json")
  private static let engines = helper("engines.schema.json")

  private static func helper(_ name: String) -> Result<Helper, any Error> {
    Result {
      let schema = Package.folder + "/docs/" + name
      guard FileManager.default.fileExists(atPath: schema) else { throw LabFailure("\(schema) is missing.") }
      return try Helper("schema.py", [schema])
    }
  }

  /// What the schema of reports finds wrong with the document.
  public static func faults(in document: String) throws -> [String] {
    try report.get().ask("validate", document, for: [String].self)
  }

  /// What the schema of `engines` finds wrong with the document.
  public static func faults(inEngines document: String) throws -> [String] {
    try engines.get().ask("validate", document, for: [String].self)
  }
}
