import Foundation

/// The built `tablepro-connect`, run as a user would run it, in an environment that holds nothing by accident.
public enum Program {
  /// The binary under test: TABLEPRO_CONNECT_BINARY, or what `swift test` built beside the test bundle.
  public static let path: String = {
    if let path = ProcessInfo.processInfo.environment["TABLEPRO_CONNECT_BINARY"] { return path }
    let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let starts: [String?] = [bundle, CommandLine.arguments.first, Package.folder + "/.build/debug/x"]
    for start in starts.compactMap(\.self) {
      var folder = URL(fileURLWithPath: start).resolvingSymlinksInPath().deletingLastPathComponent()
      while folder.path != "/" {
        let candidate = folder.appendingPathComponent("tablepro-connect").path
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder)
        if exists, !isFolder.boolValue { return candidate }
        folder.deleteLastPathComponent()
      }
    }
    return Package.folder + "/.build/debug/tablepro-connect"
  }()

  /// Runs the program to its end, or kills it after `timeout` seconds.
  ///
  /// It sees PATH, an empty HOME, LANG and a system trust store that holds nothing; `environment` adds to these
  /// and replaces them. Its standard input is `input`, or else empty.
  public static func run(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil, timeout: Double = 30
  ) throws -> ProgramResult {
    try start(arguments, environment: environment, input: input, timeout: timeout).wait()
  }

  /// Starts the program and returns at once, so that a test can look at it while it runs.
  public static func start(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil, timeout: Double = 30
  ) throws -> RunningProgram {
    let home = try TemporaryFolder()
    var variables = cleanEnvironment
    variables["HOME"] = home.path
    variables.merge(environment) { $1 }
    return try RunningProgram(
      path, arguments, environment: variables, input: input, timeout: timeout, keeping: home)
  }

  /// What every run of a program sees, but for HOME. Sanitizers' options are handed on (scripts/sanitize.sh).
  public static let cleanEnvironment = ProcessInfo.processInfo.environment
    .filter { ["PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key) }
    .merging([
      "LANG": "C.UTF-8", "SSL_CERT_FILE": "/nonexistent", "SSL_CERT_DIR": "/nonexistent",
    ]) { $1 }
}

/// Any other program that the lab needs, such as `psql` and `openssl`.
public enum Command {
  /// Runs `arguments` (the first is the program, with its path or to be found in PATH) to the end.
  public static func run(
    _ arguments: [String], environment: [String: String] = Program.cleanEnvironment, input: String? = nil,
    timeout: Double = 60
  ) throws -> ProgramResult {
    try RunningProgram(
      arguments[0], Array(arguments.dropFirst()), environment: environment, input: input, timeout: timeout
    ).wait()
  }
}

/// How a program ended.
public struct ProgramResult: Sendable {
  /// As a shell tells it: 128 and the signal's number if a signal ended it.
  public var exitCode: Int32
  /// What it wrote to standard output.
  public var output: String
  /// What it wrote to standard error.
  public var errors: String
  /// From its start to its end.
  public var seconds: Double
  /// Whether it had to be killed because its time was over.
  public var timedOut: Bool
}

/// This package's own folder.
public enum Package {
  /// The folder that holds Package.swift.
  public static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
}

/// A folder that goes when the last one who uses it goes.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let path: String

  /// Makes an empty folder.
  public init() throws {
    path = NSTemporaryDirectory() + "tablepro-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
