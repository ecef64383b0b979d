internal import ConnectCore

/// Who the server is, by what it answers to two batches.
enum SQLServerIdentity {
  /// Texts all of them, so that db-lib has nothing to convert.
  static let question = """
    SELECT CAST(@@VERSION AS nvarchar(1000)), CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), \
    CAST(SERVERPROPERTY('Edition') AS nvarchar(128))
    """
  /// Not every login may read it, and not every product has it.
  static let encryptionQuestion =
    "SELECT CAST(encrypt_option AS nvarchar(40)) FROM sys.dm_exec_connections WHERE session_id = @@SPID"

  /// The identity in the row of `question`; nil: it has none.
  static func identity(_ row: [String?]) -> ServerIdentity? {
    guard let text = row.first ?? nil, !text.isEmpty else { return nil }
    let given = row.count > 1 ? row[1] : nil
    let edition = row.count > 2 ? row[2] : nil
    return ServerIdentity(
      product: product(text), version: given ?? version(text),
      edition: edition.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// `Microsoft SQL Server 2022` of `Microsoft SQL Server 2022 (RTM-CU15) (KB5041321) - 16.0.4145.4 (X64) …`.
  static func product(_ text: String) -> String {
    let line = text.prefix { !$0.isNewline }
    let name = line.prefix { $0 != "(" }
    let end = name.firstRange(of: " - ")?.lowerBound ?? name.endIndex
    let words = name[..<end].split(separator: " ").joined(separator: " ")
    return words == "Microsoft SQL Azure" ? "Azure SQL" : words
  }

  /// The first word with two dots.
  private static func version(_ text: String) -> String {
    text.split { $0.isWhitespace }.first { $0.first?.isNumber == true && $0.count { $0 == "." } >= 2 }
      .map(String.init) ?? ""
  }

  /// Whether the server says that the connection is encrypted; nil: it does not say.
  static func isEncrypted(_ rows: [[String?]]?) -> Bool? {
    switch (rows?.first?.first ?? nil)?.uppercased() {
    case "TRUE": true
    case "FALSE": false
    default: nil
    }
  }
}
