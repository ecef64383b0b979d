import CassandraDriver
import ClickHouseDriver
import ConnectCore
import DuckDBDriver
import EtcdDriver
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
    CassandraDriver.self, ClickHouseDriver.self, EtcdDriver.self, SQLiteDriver.self, DuckDBDriver.self,
  ]

  /// The engines that have a driver.
  static var built: Set<Engine> { Set(drivers.flatMap { $0.engines }) }

  /// The engine's driver and its library, which is opened for it.
  static func state(of engine: Engine) -> EnginesReport.DriverState {
    guard let driver = driver(for: engine) else { return .notBuilt }
    return switch driver.library() {
    case .success(let library): .found(library)
    case .failure(let missing): .missing(missing)
    }
  }

  /// The engine's driver; nil: it is not built.
  static func driver(for engine: Engine) -> (any Driver.Type)? {
    drivers.first { $0.engines.contains(engine) }
  }
}
