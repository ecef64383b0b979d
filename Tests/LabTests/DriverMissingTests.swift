import Foundation
import Lab
import Testing

/// A driver's library is not there, or is one that must not be used.
@Suite struct DriverMissingTests {
  /// A library that a driver opens.
  struct Library: Sendable, CustomTestStringConvertible {
    var file: String
    var server: any LabServer
    /// What installs it.
    var packages: [String]
    /// A function by which it is known.
    var symbol: String
    var testDescription: String { file }
  }

  static let libpq = Library(
    file: "libpq.so.5", server: PostgresServer.optional,
    packages: ["apt install libpq5", "brew install libpq"], symbol: "PQlibVersion")
  static let libmariadb = Library(
    file: "libmariadb.so.3", server: MariaDBServer.optional,
    packages: ["apt install libmariadb3", "brew install mariadb-connector-c"],
    symbol: "mysql_get_client_info")
  static let libraries = [libpq, libmariadb]

  func arguments(_ library: Library = libpq) throws -> [String] {
    let server = library.server
    let port = try String(server.place().port)
    return [
      "--engine", server.engine, "-h", "localhost", "-p", port, "-U", Account.user, "-d", Account.database,
      "--password", "env:LAB_PASSWORD", "--ssl", "required", "--format", "json",
    ]
  }

  /// The file that the loader takes for the library.
  func path(of library: Library) throws -> String {
    let found = try Command.run(["/sbin/ldconfig", "-p"]).output
    let line = try #require(
      found.split(separator: "\n").first { $0.contains("\(library.file) ") }, "\(found)")
    let path = try #require(line.components(separatedBy: " => ").last)
    return URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }

  /// Runs the program where the library is hidden; nil: only root can hide it.
  func hiding(_ library: Library, _ arguments: [String]) throws -> ProgramResult? {
    guard geteuid() == 0 else {
      Issue.record("Hiding a library from the program needs a mount namespace: run this test as root.")
      return nil
    }
    let hide = #"mount --bind /dev/null "$0" && exec "$@""#
    return try Command.run(
      ["unshare", "--mount", "sh", "-c", hide, path(of: library), Program.path] + arguments,
      environment: Program.cleanEnvironment.merging([
        "HOME": "/nonexistent", "LAB_PASSWORD": Account.password,
      ]) { $1 })
  }

  @Test(arguments: libraries) func isNotInstalled(library: Library) throws {
    guard let result = try hiding(library, arguments(library)) else { return }
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.driverMissing.rawValue)
    for package in library.packages { #expect(diagnosis.suggestion.contains(package), "\(result)") }
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  /// Of TCP and TLS everything is known without it.
  @Test(arguments: libraries, ["connect", "tls"]) func isNotNeeded(library: Library, until: String) throws {
    guard let result = try hiding(library, arguments(library) + ["--until", until]) else { return }
    #expect(result.exitCode == 0, "\(result)")
  }

  /// A driver's library is missed by its own engines only.
  @Test func isAnothers() throws {
    for (hidden, used) in [(Self.libpq, Self.libmariadb), (Self.libmariadb, Self.libpq)] {
      guard let result = try hiding(hidden, arguments(used)) else { return }
      #expect(result.exitCode == 0, "\(result)")
    }
  }

  func run(_ library: Library = libpq, path: String) throws -> ProgramResult {
    try Program.run(
      arguments(library),
      environment: ["TABLEPRO_CONNECT_DRIVER_PATH": path, "LAB_PASSWORD": Account.password])
  }

  /// psycopg2-binary brings a libpq with an OpenSSL of its own.
  @Test func libpqWithAnotherOpenSSL() throws {
    let found = try Command.run(["find", Package.folder + "/.venv/", "-name", "libpq-*.so*"]).output
    let path = try #require(found.split(separator: "\n").first.map(String.init), "run `make setup`")
    let result = try run(path: path)
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.driverMissing.rawValue)
    #expect(result.output.contains("built with another OpenSSL"), "\(result)")
    #expect(try SchemaValidator.faults(in: result.output) == [])
  }

  /// A library whose OpenSSL cannot be seen could not be watched: its TLS would pass unverified.
  @Test(arguments: libraries) func hidesItsOpenSSL(library: Library) throws {
    let folder = try TemporaryFolder()
    try "int \(library.symbol)(void) { return 0; }\n".write(
      toFile: folder.path + "/library.c", atomically: true, encoding: .utf8)
    let built = try Command.run(
      ["cc", "-shared", "-fPIC", "-o", folder.path + "/" + library.file, folder.path + "/library.c"])
    try #require(built.exitCode == 0, "\(built)")
    let result = try run(library, path: folder.path)
    #expect(result.exitCode == Cause.driverMissing.exitCode, "\(result)")
    #expect(Report(result.output)?.diagnosis?.cause == Cause.driverMissing.rawValue, "\(result)")
  }

  /// A folder or a file that holds the usual library does.
  @Test(arguments: libraries) func fromTheGivenPlace(library: Library) throws {
    let folder = try TemporaryFolder()
    let copy = folder.path + "/" + library.file
    try FileManager.default.copyItem(atPath: path(of: library), toPath: copy)
    for path in [folder.path, copy, "/nonexistent:" + folder.path] {
      let result = try run(library, path: path)
      #expect(result.exitCode == 0, "\(path): \(result)")
    }
  }

  /// Where the variable's place has none, the loader's does.
  @Test(arguments: libraries) func thePlaceGivenIsEmpty(library: Library) throws {
    let folder = try TemporaryFolder()
    #expect(try run(library, path: folder.path).exitCode == 0)
  }
}
