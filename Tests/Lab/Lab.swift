import Foundation

/// The lab of one test run: its certificates, its servers, and the process that ends them with the run.
public enum Lab {
  private static let helper = Result { try Helper("lab.py") }
  private static let place = Result { try helper.get().ask("place", [String](), for: String.self) }
  private static let postgres = Registry<PostgresServer, RunningPostgres>()
  private static let mariadb = Registry<MariaDBServer, RunningMariaDB>()
  private static let mongodb = Registry<MongoServer, RunningMongo>()
  private static let nameservers = Registry<NameServer, RunningNameServer>()
  private static let redis = Registry<RedisServer, RunningRedis>()
  private static let etcd = Registry<EtcdServer, RunningEtcd>()
  private static let clickhouse = Registry<ClickHouseServer, RunningClickHouse>()

  /// The folder with every certificate, key and revocation list; `Tests/LabHelpers/pki.py` tells what is in it.
  public static var pki: String {
    get throws { try place.get() + "/pki" }
  }

  /// A port of 127.0.0.1 that nobody listens on.
  public static func unusedPort() throws -> Int {
    try helper.get().ask("unused_port", [String](), for: Int.self)
  }

  /// A port of 127.0.0.1 where a container's proxy listens: what connects in the `seconds` after the first
  /// connection is accepted and closed; later ones reach the port `port`.
  public static func containerProxy(to port: Int, closing seconds: Double) throws -> Int {
    struct Wanted: Encodable {
      var to: Int
      var closes: Double
    }
    return try helper.get().ask("container", Wanted(to: port, closes: seconds), for: Int.self)
  }

  /// The server of that description: started when it is first asked for, then shared by all tests.
  public static func start(_ server: PostgresServer) throws -> RunningPostgres {
    try postgres.server(server) { try helper.get().ask("postgres", server, for: RunningPostgres.self) }
  }

  /// As the other: `Lab.start(mariadb: .optional)`.
  public static func start(mariadb server: MariaDBServer) throws -> RunningMariaDB {
    try mariadb.server(server) { try helper.get().ask("mariadb", server, for: RunningMariaDB.self) }
  }

  /// As the other: `Lab.start(mongodb: .plain)`.
  public static func start(mongodb server: MongoServer) throws -> RunningMongo {
    try mongodb.server(server) { try helper.get().ask("mongodb", server, for: RunningMongo.self) }
  }

  /// The port of a server that speaks MongoDB's protocol and is not ours, BriskDB, with that certificate or without
  /// TLS. It has no logins.
  public static func briskDB(certificate: String? = nil) throws -> Int {
    struct Wanted: Encodable {
      var certificate: String?
    }
    struct Place: Decodable { var port: Int }
    return try helper.get().ask("briskdb", Wanted(certificate: certificate), for: Place.self).port
  }

  /// A DNS server that knows those records; it takes root, since resolvers ask nobody but port 53.
  public static func start(nameserver server: NameServer) throws -> RunningNameServer {
    try nameservers.server(server) { try helper.get().ask("nameserver", server, for: RunningNameServer.self) }
  }

  /// What each connection to a fake of that key has said so far.
  static func heard<Heard: Decodable>(_ key: Int, as: Heard.Type) throws -> [Heard] {
    try helper.get().ask("heard", key, for: [Heard].self)
  }

  /// As the other: `Lab.start(redis: .good)`.
  public static func start(redis server: RedisServer) throws -> RunningRedis {
    try redis.server(server) { try helper.get().ask("redis", server, for: RunningRedis.self) }
  }

  /// As the other: `Lab.start(etcd: .good)`.
  public static func start(etcd server: EtcdServer) throws -> RunningEtcd {
    try etcd.server(server) { try helper.get().ask("etcd", server, for: RunningEtcd.self) }
  }

  /// Starts the second member of a cluster, which was stopped, again.
  public static func restartMember(of etcd: RunningEtcd) throws {
    _ = try helper.get().ask("restart_member", etcd.key, for: Bool.self)
  }

  /// etcd's own client.
  public static func etcdctl() throws -> String {
    try helper.get().ask("etcdctl", [String](), for: String.self)
  }

  /// As the other: `Lab.start(clickhouse: .good)`.
  public static func start(clickhouse server: ClickHouseServer) throws -> RunningClickHouse {
    try clickhouse.server(server) { try helper.get().ask("clickhouse", server, for: RunningClickHouse.self) }
  }

  /// The folder with PostgreSQL's own programs, such as the real `psql`.
  public static func postgresPrograms() throws -> String {
    try helper.get().ask("programs", [String](), for: String.self)
  }

  /// MariaDB's own client `mariadb`.
  public static func mariadbClient() throws -> String {
    try helper.get().ask("mariadb_client", [String](), for: String.self)
  }
}

/// Starts every server once. Whoever asks for one that is just being started waits; others do not.
private final class Registry<Description: Hashable & Sendable, Running: Sendable>: @unchecked Sendable {
  private final class Slot: @unchecked Sendable {
    let lock = NSLock()
    var server: Result<Running, any Error>?
  }
  private let lock = NSLock()
  private var slots: [Description: Slot] = [:]

  func server(_ description: Description, start: () throws -> Running) throws -> Running {
    let slot = lock.withLock {
      let slot = slots[description] ?? Slot()
      slots[description] = slot
      return slot
    }
    return try slot.lock.withLock {
      let server = slot.server ?? Result { try start() }
      slot.server = server
      return try server.get()
    }
  }
}
