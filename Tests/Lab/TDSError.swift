/// An ERROR token (MS-TDS 2.2.7.10).
public struct TDSError: Hashable, Encodable, Sendable {
  /// The number, such as 18456.
  public var number: Int
  /// The state; 18456's tells why, but not to strangers, who always see 1.
  public var state: Int
  /// The class; 20 and above end the connection.
  public var severity: Int
  /// The text; nil: SQL Server's own, filled in with this login's user, database and address.
  public var text: String?

  /// That number. What is left out is what SQL Server says with it; a number that the fake has no text of needs one.
  public init(_ number: Int, state: Int = 1, severity: Int? = nil, text: String? = nil) {
    self.number = number
    self.state = state
    self.severity = severity ?? Self.severities[number] ?? 14
    self.text = text
  }

  private static let severities = [
    4060: 11, 4064: 11, 233: 20, 17809: 20, 17810: 20, 17830: 20, 17892: 14, 18456: 14, 40197: 17, 40501: 20,
    40613: 17, 10928: 20, 10929: 20, 49918: 16, 49919: 16, 49920: 16, 40532: 11,
  ]
}
