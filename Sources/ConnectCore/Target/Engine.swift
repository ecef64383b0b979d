/// A database engine that this program can name, whether or not its driver is built yet.
///
/// The raw value is the engine's id in options, URLs' engine names and reports.
package enum Engine: String, CaseIterable, Codable, Sendable {
  case postgres, redshift, cockroachdb
  case mysql, mariadb
  case sqlserver
  case mongodb, redis, cassandra, clickhouse, oracle, etcd
  case sqlite, duckdb
}

/// What is fixed about an engine: one row of the contract's table of engines.
package struct EngineTraits: Sendable {
  /// The product's own spelling of its name.
  package let displayName: String
  /// Other spellings that `--engine` accepts.
  package let aliases: [String]
  /// URL schemes that select the engine, without `://`.
  package let schemes: [String]
  /// The port when none is given; nil for an engine without a network protocol.
  package let defaultPort: UInt16?
  /// The port when none is given and the mode asks for TLS, where it differs.
  package let defaultTLSPort: UInt16?
  /// The mode when none is given; nil where SSL does not apply.
  package let defaultMode: SSLMode?
  /// Whether Preferred goes on in plain text when the server offers no TLS.
  package let fallsBackToPlain: Bool

  /// Whether it opens a file: there is no host, no login and no SSL.
  package var opensFile: Bool { defaultMode == nil }
}

extension Engine {
  /// The engine's row of the table.
  package var traits: EngineTraits {
    switch self {
    case .postgres:
      .negotiating(
        "PostgreSQL", aliases: ["postgresql", "pg"],
        schemes: ["postgres", "postgresql", "jdbc:postgresql"], port: 5432)
    case .redshift:
      .negotiating("Redshift", schemes: ["redshift", "jdbc:redshift"], port: 5439)
    case .cockroachdb:
      .negotiating(
        "CockroachDB", aliases: ["cockroach"], schemes: ["cockroachdb", "cockroach"], port: 26257)
    case .mysql:
      .negotiating("MySQL", schemes: ["mysql", "jdbc:mysql"], port: 3306)
    case .mariadb:
      .negotiating("MariaDB", schemes: ["mariadb", "jdbc:mariadb"], port: 3306)
    case .sqlserver:
      .negotiating(
        "SQL Server", aliases: ["mssql"], schemes: ["sqlserver", "mssql", "jdbc:sqlserver"], port: 1433)
    case .mongodb:
      .fixed("MongoDB", aliases: ["mongo"], schemes: ["mongodb", "mongodb+srv"], port: 27017)
    case .redis:
      .fixed("Redis", schemes: ["redis", "rediss", "valkey", "valkeys"], port: 6379)
    case .cassandra:
      .fixed(
        "Cassandra", aliases: ["scylladb", "scylla"], schemes: ["cassandra", "cql", "scylladb", "scylla"],
        port: 9042)
    case .clickhouse:
      .fixed(
        "ClickHouse", schemes: ["clickhouse", "ch", "jdbc:clickhouse", "jdbc:ch"], port: 8123, tlsPort: 8443)
    case .oracle:
      .fixed("Oracle", schemes: ["oracle", "jdbc:oracle:thin"], port: 1521, tlsPort: 2484)
    case .etcd:
      .fixed("etcd", schemes: ["etcd", "etcds"], port: 2379)
    case .sqlite:
      .embedded("SQLite", scheme: "sqlite")
    case .duckdb:
      .embedded("DuckDB", scheme: "duckdb")
    }
  }

  /// The engine that an `--engine` value names: its id or an alias, in any case.
  package init?(name: String) {
    let name = name.lowercased()
    guard let engine = Self.allCases.first(where: { $0.rawValue == name || $0.traits.aliases.contains(name) })
    else { return nil }
    self = engine
  }

  /// The engine that a URL scheme selects, in any case.
  package init?(scheme: String) {
    let scheme = scheme.lowercased()
    guard let engine = Self.allCases.first(where: { $0.traits.schemes.contains(scheme) }) else { return nil }
    self = engine
  }
}

extension EngineTraits {
  /// An engine whose protocol negotiates TLS on its one port, so that Preferred can fall back.
  fileprivate static func negotiating(
    _ name: String, aliases: [String] = [], schemes: [String], port: UInt16
  ) -> EngineTraits {
    EngineTraits(
      displayName: name, aliases: aliases, schemes: schemes, defaultPort: port, defaultTLSPort: nil,
      defaultMode: .preferred, fallsBackToPlain: true)
  }

  /// An engine whose port either speaks TLS or does not.
  fileprivate static func fixed(
    _ name: String, aliases: [String] = [], schemes: [String], port: UInt16, tlsPort: UInt16? = nil
  ) -> EngineTraits {
    EngineTraits(
      displayName: name, aliases: aliases, schemes: schemes, defaultPort: port, defaultTLSPort: tlsPort,
      defaultMode: .disabled, fallsBackToPlain: false)
  }

  /// An engine that opens a file.
  fileprivate static func embedded(_ name: String, scheme: String) -> EngineTraits {
    EngineTraits(
      displayName: name, aliases: [], schemes: [scheme], defaultPort: nil, defaultTLSPort: nil,
      defaultMode: nil, fallsBackToPlain: false)
  }
}
