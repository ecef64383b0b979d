import Testing

@testable import MySQLDriver

/// How many days a password still lasts.
@Suite struct SessionQueriesTests {
  private static let now = 1_700_000_000
  private static let day = 86_400

  private func days(ago: Double, lifetime: String?, standard: String? = "0") -> Int? {
    MySQLSessionQueries.days(
      changed: String(Self.now - Int(ago * Double(Self.day))), lifetime: lifetime, standard: standard,
      now: String(Self.now))
  }

  @Test func aLifetimeOfItsOwn() {
    #expect(days(ago: 0, lifetime: "3") == 3)
    #expect(days(ago: 0.01, lifetime: "3") == 2)
    #expect(days(ago: 2.5, lifetime: "3", standard: "360") == 0)
    #expect(days(ago: 3.5, lifetime: "3") == -1)
    #expect(days(ago: 400, lifetime: "90") == -310)
  }

  /// MySQL says NULL for an account that follows the default, MariaDB -1.
  @Test(arguments: [nil, "-1"]) func theDefault(lifetime: String?) {
    #expect(days(ago: 1, lifetime: lifetime, standard: "90") == 89)
    #expect(days(ago: 1, lifetime: lifetime, standard: "0") == nil)
    #expect(days(ago: 1, lifetime: lifetime, standard: nil) == nil)
  }

  @Test func forGood() {
    #expect(days(ago: 1, lifetime: "0", standard: "90") == nil)
  }

  @Test func whatIsNotKnown() {
    #expect(MySQLSessionQueries.days(changed: nil, lifetime: "3", standard: "0", now: "1700000000") == nil)
    #expect(MySQLSessionQueries.days(changed: "1700000000", lifetime: "3", standard: "0", now: nil) == nil)
    // MariaDB's PASSWORD EXPIRE.
    #expect(MySQLSessionQueries.days(changed: "0", lifetime: "3", standard: "0", now: "1700000000") == nil)
    #expect(MySQLSessionQueries.days(changed: "soon", lifetime: "3", standard: "0", now: "later") == nil)
    for odd in ["inf", "1e300", "nan"] {
      #expect(MySQLSessionQueries.days(changed: odd, lifetime: "3", standard: "0", now: "1") == nil, "\(odd)")
      #expect(MySQLSessionQueries.days(changed: "1", lifetime: "3", standard: "0", now: odd) == nil, "\(odd)")
    }
    for odd in ["nan", "inf", "1e99", "x"] { #expect(days(ago: 1, lifetime: odd) == nil, "\(odd)") }
  }
}
