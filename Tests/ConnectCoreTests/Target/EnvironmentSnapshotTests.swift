import Testing

@testable import ConnectCore

@Suite("The environment") struct EnvironmentSnapshotTests {
  @Test func familiesAreUnset() {
    let gone = [
      "PGHOST", "PGSERVICE", "PGSYSCONFDIR", "MYSQL_PWD", "MARIADB_TLS_DISABLE_PEER_VERIFICATION", "TDSVER",
      "SQLCMDPASSWORD", "REDISCLI_AUTH", "CLICKHOUSE_HOST", "ETCDCTL_USER", "DATABASE_URL", "FREETDSCONF",
    ]
    let stay = [
      "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF", "HOME", "PATH", "LANG", "TERM", "NO_COLOR",
      "TABLEPRO_CONNECT_DRIVER_PATH",
    ]
    let all = Dictionary(uniqueKeysWithValues: (gone + stay).map { ($0, "x") })
    #expect(EnvironmentSnapshot(all).namesToUnset == gone.sorted())
  }

  @Test func everyHonouredVariableIsUnset() {
    for engine in Engine.allCases {
      for name in Array(engine.variables.honoured.values) + engine.variables.ignored {
        #expect(EngineVariables.isEngineVariable(name))
      }
      #expect(!engine.variables.passedBy.contains(where: EngineVariables.isEngineVariable))
    }
  }
}
