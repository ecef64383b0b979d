internal import ConnectCore

/// Which product answers, from what it says of itself.
struct CassandraIdentity {
  /// The options of SUPPORTED.
  var options: [String: [String]]
  /// The class name in AUTHENTICATE; nil: no login was asked for.
  var authenticator: String?
  /// The row of system.local.
  var local: [String: String]
  /// What another table says of the version, where a product keeps its own.
  var ownVersion: String?

  enum Product: String {
    case cassandra = "Cassandra"
    case scylla = "ScyllaDB"
    case dse = "DataStax Enterprise"
    case astra = "DataStax Astra"
    case keyspaces = "Amazon Keyspaces"
  }

  var product: Product {
    // docs/dev/protocol-extensions.md of ScyllaDB: every extension's name begins so.
    if options.keys.contains(where: { $0.hasPrefix("SCYLLA_") }) { return .scylla }
    let name = local["cluster_name"]?.lowercased() ?? ""
    if authenticator?.hasPrefix("com.amazon.") == true || name == "amazon keyspaces" { return .keyspaces }
    if name == "cndb" { return .astra }
    let isDSE =
      authenticator?.hasPrefix("com.datastax.") == true
      || options["PROTOCOL_VERSIONS", default: []].contains { $0.contains("dse") }
    return isDSE ? .dse : .cassandra
  }

  /// A query, and the column of its row in which the answer stands.
  struct VersionQuery: Equatable {
    let text: String
    let column: String
  }

  /// The query that tells the product's own version, where `release_version` is that of the Cassandra which it is
  /// compatible with.
  var versionQuery: VersionQuery? {
    switch product {
    case .scylla:
      VersionQuery(text: "SELECT version FROM system.versions WHERE key = 'local'", column: "version")
    case .dse: VersionQuery(text: "SELECT dse_version FROM system.local", column: "dse_version")
    case .cassandra, .astra, .keyspaces: nil
    }
  }

  var server: ServerIdentity {
    // What is null is not in the row; what is empty says as little.
    func value(_ column: String) -> String? { local[column].flatMap { $0.isEmpty ? nil : $0 } }
    let release = value("release_version")
    let ownVersion = ownVersion.flatMap { $0.isEmpty ? nil : $0 }
    let details = [
      value("cluster_name").map { "cluster \($0)" }, value("data_center").map { "data center \($0)" },
      ownVersion == nil ? nil : release.map { "as Cassandra \($0)" },
    ]
    return ServerIdentity(
      product: product.rawValue, version: ownVersion ?? release ?? "", details: details.compactMap(\.self))
  }
}
