/// What the feature page tells of an engine's TLS, beside its row of the table of engines.
package struct EngineGuidance: Sendable {
  /// What Preferred does when the server offers no TLS.
  package let preferred: String
  /// How the driver comes to it.
  package let note: String
  /// Hosted services that take connections over TLS only.
  package let hostedServices: [String]
  /// Which mode to pick; sentences.
  package let advice: String
}

extension Engine {
  package var guidance: EngineGuidance {
    switch self {
    case .postgres:
      .negotiating(
        "libpq sslmode=prefer, as psql and DataGrip do it",
        services: [
          "AWS RDS and Aurora", "Google Cloud SQL", "Azure Database for PostgreSQL", "Heroku Postgres",
          "Supabase", "Neon",
        ])
    case .redshift: .negotiating("libpq sslmode=prefer, as psql and DataGrip do it")
    case .cockroachdb: .negotiating("libpq sslmode=prefer, as psql and DataGrip do it")
    case .mysql:
      .negotiating(
        "two passes: TLS first, plain text after an error of the handshake; never after one of login or network",
        services: [
          "AWS RDS and Aurora", "Google Cloud SQL", "Azure Database for MySQL", "PlanetScale",
        ])
    case .mariadb:
      .negotiating(
        "two passes: TLS first, plain text after an error of the handshake; never after one of login or network",
        services: ["AWS RDS"])
    case .sqlserver:
      .negotiating(
        "FreeTDS encryption=request; SQL Server 2022 enforces TLS",
        services: ["Azure SQL Database", "Google Cloud SQL"])
    case .mongodb:
      .fixed(services: ["MongoDB Atlas (its mongodb+srv:// turns TLS on by itself)"])
    case .redis: .fixed(services: ["Redis Cloud", "Upstash", "encrypted endpoints of AWS ElastiCache"])
    case .cassandra: .fixed(services: ["DataStax Astra"])
    case .clickhouse: .fixed(services: ["ClickHouse Cloud"])
    case .oracle: .fixed(services: ["Oracle Autonomous Database (TCPS on port 1522 or 2484)"])
    case .etcd: .fixed(services: [])
    case .sqlite, .duckdb:
      EngineGuidance(
        preferred: "not applicable", note: "no network protocol", hostedServices: [],
        advice: "A file has no SSL mode: whoever can read the file can read the data.")
    }
  }
}

extension EngineGuidance {
  /// An engine that can go on in plain text.
  fileprivate static func negotiating(_ note: String, services: [String] = []) -> EngineGuidance {
    EngineGuidance(
      preferred: "goes on in plain text", note: note, hostedServices: services,
      advice:
        "Preferred protects from nobody who can change what is sent. Pick Verify Identity where the certificate allows it, Required or stricter for hosted services."
    )
  }

  /// An engine whose port either speaks TLS or does not.
  fileprivate static func fixed(services: [String]) -> EngineGuidance {
    EngineGuidance(
      preferred: "behaves as Required, and a warning says so", note: "drivers have no way back to plain text",
      hostedServices: services,
      advice:
        "Pick Required for hosted services, or better Verify Identity, which checks the certificate too.")
  }
}
