import Foundation

/// Files of the engines that open one (`Tests/LabHelpers/files.py`), in a folder that goes with its last user.
public final class LabFile: Sendable {
  private static let helper = Result { try Helper("files.py") }
  /// Closing any descriptor of a file gives up the locks that the process has on it (fcntl(2)), so who looks at files
  /// cannot be who holds them.
  private static let onlooker = Result { try Helper("files.py") }

  /// `sqlite` or `duckdb`.
  public let engine: String
  public let folder: TemporaryFolder
  public let path: String

  private struct Wanted: Encodable {
    var engine: String
    var state: String
    var folder: String
  }

  /// Makes a file in that state: a method's name of the helper's, such as `good`, `cut`, `hot-journal`.
  public init(_ engine: String, _ state: String) throws {
    self.engine = engine
    folder = try TemporaryFolder()
    path = try Self.helper.get().ask(
      "make", Wanted(engine: engine, state: state, folder: folder.path), for: String.self)
  }

  /// Everything in the folder, its bytes and times included.
  public func contents() throws -> [String] {
    try Self.onlooker.get().ask("contents", folder.path, for: [String].self)
  }

  /// Holds the file in another process than the one that is tested: for some seconds, or until it is let go.
  public func hold(_ how: String, seconds: Double? = nil) throws -> Int {
    struct Hold: Encodable {
      var engine: String
      var path: String
      var how: String
      var seconds: Double?
    }
    return try Self.helper.get().ask(
      "hold", Hold(engine: engine, path: path, how: how, seconds: seconds), for: Int.self)
  }

  public func release(_ key: Int) throws {
    _ = try Self.helper.get().ask("release", key, for: Int.self)
  }

  /// What the program has to see to find the engine's library. Debian has no package of DuckDB's: `make setup` makes a
  /// libduckdb of the one that DuckDB's package for Python brings. On macOS it is Homebrew's.
  public static func environment(_ engine: String) throws -> [String: String] {
    #if os(Linux)
      guard engine == "duckdb" else { return [:] }
      let library = Package.folder + "/.lab/libduckdb.so"
      guard FileManager.default.fileExists(atPath: library) else {
        throw LabFailure("\(library) is missing: run `make setup`.")
      }
      return ["TABLEPRO_CONNECT_DRIVER_PATH": library]
    #else
      return [:]
    #endif
  }
}
