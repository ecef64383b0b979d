internal import ConnectCore

/// What a server says of itself and of the session: version, user, database; nil: not this one.
struct ClickHouseIdentity {
  private let values: [String?]

  init(_ values: [String?]) { self.values = values }

  var identity: ServerIdentity? {
    guard let version = values.first ?? nil, !version.isEmpty else { return nil }
    let details = zip(["user", "database"], values.dropFirst()).compactMap { name, value in
      value.flatMap { $0.isEmpty ? nil : "\(name) \($0)" }
    }
    return ServerIdentity(product: "ClickHouse", version: version, details: details)
  }
}
