// swift-tools-version: 6.0
import PackageDescription

/// Where Debian's -dev packages and Homebrew put the headers of libraries that have a folder of their own.
///
/// `pkgConfig:` would do this too, but it also links the library, and drivers load on demand.
let headerFolders: [SwiftSetting] = [
  .unsafeFlags(
    [
      "/usr/include/postgresql", "/usr/include/mariadb", "/usr/include/libmongoc-1.0",
      "/usr/include/libbson-1.0",
      "/opt/homebrew/opt/libpq/include", "/usr/local/opt/libpq/include",
      "/opt/homebrew/opt/freetds/include", "/usr/local/opt/freetds/include",
      "/opt/homebrew/opt/hiredis/include", "/usr/local/opt/hiredis/include",
      "/opt/homebrew/opt/sqlite/include", "/usr/local/opt/sqlite/include",
      "/opt/homebrew/opt/mariadb-connector-c/include/mariadb",
      "/usr/local/opt/mariadb-connector-c/include/mariadb",
      "/opt/homebrew/opt/mongo-c-driver@1/include/libmongoc-1.0",
      "/usr/local/opt/mongo-c-driver@1/include/libmongoc-1.0",
      "/opt/homebrew/opt/mongo-c-driver@1/include/libbson-1.0",
      "/usr/local/opt/mongo-c-driver@1/include/libbson-1.0",
      "/opt/homebrew/opt/curl/include", "/usr/local/opt/curl/include",
      "/opt/homebrew/opt/openssl@3/include", "/usr/local/opt/openssl@3/include",
    ].flatMap { ["-Xcc", "-I\($0)"] })
]

/// The Swift target of a driver folder: sees Core, Transport, the layer it is over, and its own C library if it has
/// one, never another driver.
func driver(_ name: String, library: String? = nil, over layer: String? = nil) -> Target {
  .target(
    name: "\(name)Driver",
    dependencies: ["ConnectCore", "Transport"]
      + [library, layer].compactMap { $0.map { .target(name: $0) } },
    path: "Sources/Drivers/\(name)",
    swiftSettings: headerFolders)
}

/// The headers and the loader of a C library that a driver opens at run time.
func library(_ name: String) -> Target {
  .systemLibrary(name: name, path: "Sources/C/\(name)")
}

let package = Package(
  name: "tablepro-connect",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "tablepro-connect", targets: ["tablepro-connect"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .target(name: "ConnectCore"),
    library("COpenSSL"),
    library("CLoader"),
    library("CResolver"),
    .target(
      name: "Transport", dependencies: ["ConnectCore", "COpenSSL", "CLoader", "CResolver"],
      swiftSettings: headerFolders),

    .target(name: "Workers", dependencies: ["ConnectCore", "Transport"], swiftSettings: headerFolders),

    library("CCurl"),
    .target(
      name: "HTTP", dependencies: ["ConnectCore", "Transport", "CCurl"], swiftSettings: headerFolders),

    library("CLibPQ"),
    driver("PostgreSQL", library: "CLibPQ"),
    library("CMariaDB"),
    driver("MySQL", library: "CMariaDB"),
    library("CMongoC"),
    driver("MongoDB", library: "CMongoC"),
    library("CHiredis"),
    driver("Redis", library: "CHiredis"),
    driver("Cassandra"),
    driver("Etcd", over: "HTTP"),

    driver("ClickHouse", over: "HTTP"),

    library("CSQLite3"),
    driver("SQLite", library: "CSQLite3"),
    library("CDuckDB"),
    driver("DuckDB", library: "CDuckDB"),

    library("CSybDB"),
    driver("SQLServer", library: "CSybDB"),

    .executableTarget(
      name: "tablepro-connect",
      dependencies: [
        "ConnectCore", "Transport", "Workers", "PostgreSQLDriver", "MySQLDriver", "SQLServerDriver",
        "MongoDBDriver", "RedisDriver", "CassandraDriver", "EtcdDriver", "ClickHouseDriver", "SQLiteDriver",
        "DuckDBDriver",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/TableProConnect",
      swiftSettings: headerFolders),

    .testTarget(name: "ConnectCoreTests", dependencies: ["ConnectCore"]),
    .testTarget(
      name: "TransportTests", dependencies: ["ConnectCore", "Transport"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "HTTPTests", dependencies: ["ConnectCore", "Transport", "HTTP"], swiftSettings: headerFolders),
    .testTarget(
      name: "PostgreSQLDriverTests", dependencies: ["ConnectCore", "PostgreSQLDriver"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "SQLServerDriverTests", dependencies: ["ConnectCore", "Transport", "SQLServerDriver"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "MySQLDriverTests", dependencies: ["ConnectCore", "MySQLDriver"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "CassandraDriverTests", dependencies: ["ConnectCore", "CassandraDriver"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "EtcdDriverTests", dependencies: ["ConnectCore", "HTTP", "EtcdDriver"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "MongoDBDriverTests", dependencies: ["ConnectCore", "Transport", "MongoDBDriver"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "RedisDriverTests", dependencies: ["ConnectCore", "RedisDriver"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "ClickHouseDriverTests", dependencies: ["ConnectCore", "HTTP", "ClickHouseDriver"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "SQLiteDriverTests", dependencies: ["ConnectCore", "Transport", "SQLiteDriver"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "DuckDBDriverTests", dependencies: ["ConnectCore", "Transport", "DuckDBDriver"],
      swiftSettings: headerFolders),
    .target(
      name: "Lab", path: "Tests/Lab"),
    .testTarget(
      name: "CommandLineTests", dependencies: ["ConnectCore", "Lab", "tablepro-connect"],
      swiftSettings: headerFolders),
    .testTarget(
      name: "LabTests",
      dependencies: ["ConnectCore", "Workers", "Lab", "SQLServerDriver", "tablepro-connect"],
      path: "Tests/LabTests",
      swiftSettings: headerFolders),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzzers need libFuzzer's main, so they exist only where `make fuzz` builds them.
if Context.environment["TABLEPRO_CONNECT_FUZZ"] != nil {
  for (name, dependency) in [
    ("URL", "ConnectCore"), ("Answers", "PostgreSQLDriver"), ("MySQL", "MySQLDriver"),
    ("TDS", "SQLServerDriver"), ("MongoDB", "MongoDBDriver"), ("Names", "Transport"),
    ("Redis", "RedisDriver"), ("Cassandra", "CassandraDriver"), ("Etcd", "EtcdDriver"),
    ("ClickHouse", "ClickHouseDriver"),
    ("Sanitiser", "ConnectCore"),
  ] {
    package.targets.append(
      .executableTarget(
        name: "fuzz-\(name.lowercased())", dependencies: [.target(name: dependency)], path: "Fuzz/\(name)",
        swiftSettings: headerFolders + [.unsafeFlags(["-parse-as-library"])]))
  }
}
