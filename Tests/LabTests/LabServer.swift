import Lab

/// A kind of server that a situation can be about.
protocol LabServer: Sendable {
  /// What `--engine` is in its rows, unless a row says otherwise.
  var engine: String { get }
  /// Where it listens; started when it is first asked for.
  func place() throws -> Place
  /// A server like this whose certificate has that name among the PKI's.
  static func with(_ certificate: String) -> Self
  /// One that has `ca.pem` of the PKI to check client certificates with, and takes logins without TLS too, if its
  /// kind can.
  static var mutual: Self { get }
  /// How a test without TLS ends at a server that has a certificate and takes everybody.
  static var inPlain: Ending { get }
  /// What `-d` is in its rows, unless a row says otherwise.
  static var database: String? { get }
}

extension LabServer {
  static var inPlain: Ending { .plain }
  static var database: String? { Account.database }
}

/// Where a server listens.
struct Place: Sendable {
  var port: Int
  /// What `-h` takes for its Unix socket.
  var socket: String
}

extension PostgresServer: LabServer {
  var engine: String { "postgres" }

  func place() throws -> Place {
    let running = try Lab.start(self)
    return Place(port: running.port, socket: running.socketFolder)
  }
}

extension RedisServer: LabServer {
  /// A port either speaks TLS or does not.
  static var inPlain: Ending { .fails(.requiresTLS, advising: .required) }
  static var database: String? { "1" }
  var engine: String { "redis" }

  func place() throws -> Place {
    let running = try Lab.start(redis: self)
    return Place(port: running.port, socket: running.socket)
  }
}

extension CassandraServer: LabServer {
  /// A port either speaks TLS or does not, unless it is told to take both.
  static var inPlain: Ending { .fails(.requiresTLS, advising: .required) }
  var engine: String { "cassandra" }

  func place() throws -> Place { Place(port: try Lab.start(cassandra: self).port, socket: "") }
}

extension ClickHouseServer: LabServer {
  /// A port either speaks TLS or does not.
  static var inPlain: Ending { .fails(.requiresTLS, advising: .required) }
  static var database: String? { "shop" }
  var engine: String { "clickhouse" }

  func place() throws -> Place { Place(port: try Lab.start(clickhouse: self).port, socket: "") }
}

extension MariaDBServer: LabServer {
  var engine: String { "mysql" }

  func place() throws -> Place {
    let running = try Lab.start(mariadb: self)
    return Place(port: running.port, socket: running.socket)
  }
}

extension MongoServer: LabServer {
  var engine: String { "mongodb" }

  func place() throws -> Place { Place(port: try Lab.start(mongodb: self).port, socket: "") }
}

extension EtcdServer: LabServer {
  /// A port with TLS ends a connection without it.
  static var inPlain: Ending { .fails(.requiresTLS, advising: .required) }
  static var database: String? { nil }
  var engine: String { "etcd" }

  func place() throws -> Place { Place(port: try Lab.start(etcd: self).port, socket: "") }
}
