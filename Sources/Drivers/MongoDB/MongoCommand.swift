/// The commands that a test runs, as BSON (bsonspec.org, version 1.1).
enum MongoCommand {
  /// Who is logged in; it needs no privilege and no login.
  static let connectionStatus = document(["connectionStatus"])
  /// Version and kind of the server.
  static let buildInfo = document(["buildInfo"])
  /// The names of the databases that the user may see: it needs a login where the server asks for one, and no
  /// privilege.
  static let listDatabases = document(["listDatabases"], true: ["nameOnly", "authorizedDatabases"])
  /// The same for those who do not know authorizedDatabases, such as Atlas' shared clusters.
  static let listAllDatabases = document(["listDatabases"], true: ["nameOnly"])

  /// Numbers that are 1, then flags that are true.
  static func document(_ numbers: [String], true flags: [String] = []) -> [UInt8] {
    var body: [UInt8] = []
    for name in numbers { body += [0x10] + Array(name.utf8) + [0, 1, 0, 0, 0] }
    for name in flags { body += [0x08] + Array(name.utf8) + [0, 1] }
    body.append(0)
    let length = UInt32(body.count + 4)
    return (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + body
  }
}
