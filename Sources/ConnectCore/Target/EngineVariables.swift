/// The environment variables of an engine's own clients.
package struct EngineVariables: Sendable {
  /// Which variable gives which part of a target.
  let honoured: [TargetField: String]
  /// Variables that its clients obey and this program does not, although they change where or how a
  /// connection goes.
  let ignored: [String]
  /// The same of variables that other programs need too, such as one that `cmd:` starts: they stay where they are.
  var passedBy: [String] = []

  /// What clients of HTTP obey: curl, and nearly every language's own. A password would go to the proxy.
  static let proxies = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]

  /// PGPASSFILE gives a password too, but through a file.
  static let passwordFile = "PGPASSFILE"

  /// How the variables of every engine begin, and the ones that stand alone. They are taken out of the
  /// environment before a library could read them.
  package static let families = [
    "PG", "MYSQL", "LIBMYSQL", "MARIADB", "TDS", "FREETDS", "SQLCMD", "REDISCLI_", "CLICKHOUSE_", "ETCDCTL_",
  ]
  package static let singles: Set<String> = [
    "DATABASE_URL", "DSQUERY", "TNS_ADMIN", "TWO_TASK", "ORACLE_SID",
    // libcurl makes the file that it names, and writes nothing into it.
    "SSLKEYLOGFILE",
  ]

  /// Whether a variable belongs to an engine's clients. OpenSSL's (SSL_CERT_FILE, SSL_CERT_DIR,
  /// OPENSSL_CONF) belong to none.
  package static func isEngineVariable(_ name: String) -> Bool {
    singles.contains(name) || families.contains { name.hasPrefix($0) }
  }
}

extension Engine {
  /// The variables that the engine's own clients read.
  var variables: EngineVariables {
    switch self {
    case .postgres, .redshift, .cockroachdb:
      EngineVariables(
        honoured: [
          .host: "PGHOST", .port: "PGPORT", .user: "PGUSER", .database: "PGDATABASE",
          .password: "PGPASSWORD", .mode: "PGSSLMODE", .caFile: "PGSSLROOTCERT",
          .certificateFile: "PGSSLCERT", .keyFile: "PGSSLKEY", .crlFile: "PGSSLCRL",
        ],
        ignored: [
          "PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR", "PGOPTIONS", "PGCHANNELBINDING", "PGREQUIREAUTH",
          "PGREQUIREPEER", "PGREQUIRESSL", "PGSSLMINPROTOCOLVERSION", "PGSSLMAXPROTOCOLVERSION", "PGSSLSNI",
          "PGSSLCRLDIR", "PGSSLCERTMODE", "PGSSLNEGOTIATION", "PGSSLCOMPRESSION", "PGGSSENCMODE", "PGGSSLIB",
          "PGGSSDELEGATION", "PGKRBSRVNAME", "PGTARGETSESSIONATTRS", "PGLOADBALANCEHOSTS",
          "PGCONNECT_TIMEOUT", "PGMINPROTOCOLVERSION", "PGMAXPROTOCOLVERSION",
        ])
    case .mysql, .mariadb:
      EngineVariables(
        honoured: [.host: "MYSQL_HOST", .port: "MYSQL_TCP_PORT", .password: "MYSQL_PWD"],
        ignored: [
          "MYSQL_UNIX_PORT", "MYSQL_GROUP_SUFFIX", "LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN",
          "MARIADB_TLS_DISABLE_PEER_VERIFICATION",
        ])
    case .sqlserver:
      EngineVariables(
        honoured: [.host: "SQLCMDSERVER", .user: "SQLCMDUSER", .password: "SQLCMDPASSWORD"], ignored: [])
    case .redis:
      EngineVariables(honoured: [.password: "REDISCLI_AUTH"], ignored: [])
    case .clickhouse:
      EngineVariables(
        honoured: [
          .host: "CLICKHOUSE_HOST", .user: "CLICKHOUSE_USER", .password: "CLICKHOUSE_PASSWORD",
        ], ignored: [], passedBy: EngineVariables.proxies)
    case .etcd:
      EngineVariables(
        honoured: [
          .host: "ETCDCTL_ENDPOINTS", .user: "ETCDCTL_USER", .password: "ETCDCTL_PASSWORD",
          .caFile: "ETCDCTL_CACERT", .certificateFile: "ETCDCTL_CERT", .keyFile: "ETCDCTL_KEY",
        ],
        ignored: [
          "ETCDCTL_DISCOVERY_SRV", "ETCDCTL_INSECURE_TRANSPORT", "ETCDCTL_INSECURE_SKIP_TLS_VERIFY",
        ])
    case .mongodb, .cassandra, .oracle, .sqlite, .duckdb:
      EngineVariables(honoured: [:], ignored: [])
    }
  }
}
