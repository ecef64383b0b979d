/// Verbatim evidence: what the server or its client library said, and every code that came with it.
package struct ServerError: Error, Codable, Equatable, Sendable {
  /// The whole text, unchanged except that invalid UTF-8 was repaired.
  package var text: String
  /// SQLSTATE, five characters, where the protocol has one.
  package var sqlState: String?
  /// The engine's own number or code (MySQL 1045, SQL Server 18456), where it has one.
  package var nativeCode: String?
  /// Who speaks: `server`, or the library's name for errors that it made itself.
  package var origin: Origin
  /// How many of the text's characters are worth showing; nil: all. Nobody cuts it but the report, which has taken the
  /// secrets out: of a secret that is cut in two it would know neither half.
  package var shownCharacters: Int?

  package enum Origin: Codable, Equatable, Sendable {
    case server
    case library(String)
  }

  package init(
    text: String, sqlState: String? = nil, nativeCode: String? = nil, origin: Origin,
    shownCharacters: Int? = nil
  ) {
    self.text = text
    self.sqlState = sqlState
    self.nativeCode = nativeCode
    self.origin = origin
    self.shownCharacters = shownCharacters
  }
}
