import CassandraDriver
import ConnectCore
import DuckDBDriver
import MongoDBDriver
import MySQLDriver
import PostgreSQLDriver
import RedisDriver
import SQLServerDriver
import SQLiteDriver

/// The drivers of this build: the only list of the engines that are built.
enum DriverRegistry {
  static let drivers: [any Driver.Type] = [
    PostgreSQLDriver.self, MySQLDriver.self, SQLServerDriver.self, MongoDBDriver.self, RedisDriver.self,
    CassandraDriver.self, SQLiteDriver.self, DuckDBDriver.self,
  ]

  /// The engines that have a driver.
  static var built: Set<Engine> { Set(drivers.flatMap { $0.engines }) }

  /// The engine's driver; nil: it is not built.
  static func driver(for engine: Engine) -> (any Driver.Type)? {
    drivers.first { $0.engines.contains(engine) }
  }
}
