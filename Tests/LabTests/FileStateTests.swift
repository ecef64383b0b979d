import Foundation
import Lab
import Testing

/// Every state that a database's file can be in. SSL has no say in it: `FileUsageTests` holds that.
@Suite struct FileStateTests {
  /// What an engine's library has no part in, for both engines.
  static let places: [FileRow] = ["sqlite", "duckdb"].flatMap { engine in
    [
      FileRow(engine, "missing", .noDatabase, at: "connect").with(\.mentions, "There is no file"),
      FileRow(engine, "folder", .noDatabase, at: "connect").with(\.mentions, "is a folder"),
      FileRow(engine, "pipe", .noDatabase, at: "connect").with(\.note, "It is a pipe."),
      FileRow(engine, "socket", .noDatabase, at: "connect").with(\.note, "It is a Unix socket."),
      FileRow(engine, "device", .noDatabase, at: "connect").with(\.note, "It is a device."),
      FileRow(engine, "link"),
      FileRow(engine, "dangling-link", .noDatabase, at: "connect").with(\.mentions, "There is no file"),
      FileRow(engine, "link-loop", .noDatabase, at: "connect").with(\.note, "symbolic links"),
      FileRow(engine, "below-a-file", .noDatabase, at: "connect").with(\.note, "Not a directory"),
      FileRow(engine, "long-name", .noDatabase, at: "connect").with(\.note, "File name too long"),
      FileRow(engine, "odd-name"),
      FileRow(engine, "text", .noDatabase, at: "connect").with(\.note, "It holds text."),
      FileRow(engine, "zeros", .noDatabase, at: "connect").with(\.note, "nothing but zeros"),
      FileRow(engine, "first-bytes", .other, at: "connect").with(\.note, "It has 50 bytes")
        .with(\.mentions, "it is damaged"),
      FileRow(engine, "forbidden", .accessDenied, at: "connect").with(\.asNobody, true)
        .with(\.note, "Permission denied").with(\.mentions, "may not read"),
      FileRow(engine, "forbidden-folder", .accessDenied, at: "connect").with(\.asNobody, true)
        .with(\.note, "Permission denied"),
      FileRow(engine, "unwritable").with(\.asNobody, true),
      FileRow(engine, "good"),
      FileRow(engine, "good", at: "connect").with(\.options, ["--until", "connect"]),
      FileRow(engine, "missing", .noDatabase, at: "connect").with(\.options, ["--until", "connect"])
        .with(\.mentions, "There is no file"),
    ]
  }

  static let sqlite: [FileRow] = [
    FileRow("sqlite", "good").with(\.mentions, "1 table, journal mode delete"),
    FileRow("sqlite", "empty").with(\.note, "The file is empty").with(\.mentions, "0 pages"),
    FileRow("sqlite", "wal").with(\.mentions, "journal mode wal"),
    FileRow("sqlite", "wal").with(\.asNobody, true).with(\.mentions, "journal mode wal"),
    FileRow("sqlite", "crashed").with(\.mentions, "1 table, journal mode wal"),
    FileRow("sqlite", "crashed").with(\.asNobody, true).with(\.mentions, "1 table, journal mode wal"),
    FileRow("sqlite", "log-without-index", .notReady).with(\.note, "-wal holds changes")
      .with(\.mentions, "has to be recovered"),
    FileRow("sqlite", "log-without-index", .notReady).with(\.note, "-wal holds changes").with(
      \.asNobody, true),
    FileRow("sqlite", "stray-log", .notReady).with(\.note, "-wal holds changes")
      .with(\.mentions, "has to be recovered"),
    FileRow("sqlite", "forbidden-stray-log", .accessDenied).with(\.note, "-wal cannot be read").with(
      \.asNobody, true),
    FileRow("sqlite", "empty-with-log").with(\.note, "The file is empty"),
    FileRow("sqlite", "pipe-as-log", .other).with(\.note, "-wal is no plain file")
      .with(\.mentions, "could not be read"),
    FileRow("sqlite", "schema-format", .driverMissing).with(\.mentions, "made by a newer version of SQLite"),
    FileRow("sqlite", "forbidden-log", .accessDenied).with(\.note, "-wal cannot be read").with(
      \.asNobody, true),
    FileRow("sqlite", "hot-journal", .notReady).with(\.mentions, "has to be recovered"),
    FileRow("sqlite", "hot-journal", .notReady).with(\.asNobody, true),
    FileRow("sqlite", "cut", .other).with(\.note, "it was cut off").with(\.mentions, "it is damaged"),
    FileRow("sqlite", "cut-in-page", .other).with(\.note, "it was cut off"),
    FileRow("sqlite", "page-size", .other, at: "connect").with(\.note, "values that no header has"),
    FileRow("sqlite", "fractions", .other, at: "connect").with(\.note, "values that no header has"),
    FileRow("sqlite", "newer", .driverMissing, at: "connect").with(\.note, "read version 3")
      .with(\.mentions, "made by a newer version of SQLite"),
    FileRow("sqlite", "page", .other).with(\.mentions, "it is damaged"),
    FileRow("sqlite", "schema", .other).with(\.mentions, "it is damaged"),
    FileRow("sqlite", "encrypted", .noDatabase, at: "connect").with(\.note, "look random"),
    FileRow("sqlite", "another", .noDatabase, at: "connect").with(\.note, "It holds a DuckDB database."),
    FileRow("sqlite", "long-path", .other).with(\.mentions, "longer than SQLite's library takes")
      .with(\.note, "bytes"),
  ]

  static let duckdb: [FileRow] = [
    FileRow("duckdb", "good").with(\.mentions, "1 table, made by v"),
    FileRow("duckdb", "empty", .noDatabase, at: "connect").with(\.note, "It is empty."),
    FileRow("duckdb", "crashed").with(\.mentions, "1 table"),
    FileRow("duckdb", "crashed").with(\.asNobody, true).with(\.mentions, "1 table"),
    FileRow("duckdb", "macros").with(\.mentions, "of 262144 bytes, 1 table, made by v"),
    FileRow("duckdb", "macros-and-question-mark").with(\.mentions, "of 262144 bytes, 1 table, made by v"),
    FileRow("duckdb", "damaged-log", .other).with(\.mentions, "it is damaged"),
    FileRow("duckdb", "cut", .other).with(\.note, "it was cut off").with(\.mentions, "it is damaged"),
    FileRow("duckdb", "cut-in-header", .other, at: "connect").with(\.note, "it was cut off"),
    FileRow("duckdb", "header", .other).with(\.mentions, "it is damaged"),
    FileRow("duckdb", "blocks", .other).with(\.mentions, "it is damaged"),
    FileRow("duckdb", "newer", .driverMissing).with(\.note, "It was made by DuckDB v9.1.0")
      .with(\.mentions, "made by a newer version of DuckDB"),
    FileRow("duckdb", "older", .driverMissing).with(\.mentions, "so old"),
    FileRow("duckdb", "encrypted", .authentication).with(\.mentions, "is encrypted"),
    FileRow("duckdb", "random", .noDatabase, at: "connect").with(\.note, "look random"),
    FileRow("duckdb", "another", .noDatabase, at: "connect").with(\.note, "It holds an SQLite database."),
    FileRow("duckdb", "long-path").with(\.mentions, "1 table"),
  ]

  @Test(arguments: places) func ofBoth(_ row: FileRow) async throws { try await row.judge() }
  @Test(arguments: sqlite) func ofSQLite(_ row: FileRow) async throws { try await row.judge() }
  @Test(arguments: duckdb) func ofDuckDB(_ row: FileRow) async throws { try await row.judge() }
}
