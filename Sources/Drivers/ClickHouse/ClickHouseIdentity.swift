internal import ConnectCore

/// What a server says of itself and of the session; nil: not this one.
struct ClickHouseIdentity {
  var version: String?
  var user: String?
  var database: String?

  /// - Parameter asked: the user who was to be logged in. A proxy may have put another in his place.
  func session(asked: String) -> Session {
    let other = user.flatMap { $0.isEmpty || $0 == asked ? nil : $0 }
    guard let version, !version.isEmpty else { return Session(user: other) }
    let details = database.map { $0.isEmpty ? [] : ["database \($0)"] } ?? []
    return Session(
      server: ServerIdentity(product: "ClickHouse", version: version, details: details), user: other)
  }
}
