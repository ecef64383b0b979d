/// An ERROR token (MS-TDS 2.2.7.10).
public struct TDSError: Hashable, Encodable, Sendable {
  /// The number, such as 18456.
  public var number: Int
  /// The state; 18456's tells why, but not to strangers, who always see 1.
  public var state: Int
  /// The class; 20 and above end the connection. nil: the one that SQL Server gives it.
  public var severity: Int?
  /// nil: SQL Server's own (tds_errors.py), filled in with this login's user, database and address.
  public var text: String?

  /// That number. One that tds_errors.py does not have needs a class and a text.
  public init(_ number: Int, state: Int = 1, severity: Int? = nil, text: String? = nil) {
    self.number = number
    self.state = state
    self.severity = severity
    self.text = text
  }
}
