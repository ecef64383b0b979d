/// Where a SQL Server is, out of the ways in which its clients write that: `host`, `host,port`, `host\INSTANCE`,
/// `tcp:host,port`, and `.` or `(local)` for this computer.
struct SQLServerPlace: Equatable {
  var host: Given?
  var port: Given?
  var instance: Given?

  /// Throws where a host, its port or its instance is written so that nobody can tell them apart.
  init(host: Given?, port: Given?, instance: Given?) throws(UsageError) {
    self.host = host
    self.port = port
    self.instance = instance
    guard var given = host else { return }
    var text = given.value[...]
    if text.lowercased().hasPrefix("tcp:") { text = text.dropFirst(4) }
    if let comma = text.firstIndex(of: ",") {
      let number = text[text.index(after: comma)...].drop { $0 == " " }
      guard PortNumber.parse(number) != nil else {
        throw UsageError(
          "\(given.label) is \(given.value.quoted): what follows the comma is the port, from 1 to 65535.")
      }
      // What was typed as a port of its own is more explicit than a part of the host.
      if port == nil || port?.source != .option {
        self.port = Given(String(number), from: given.source, as: given.label)
      }
      text = text[..<comma]
    }
    if let slash = text.firstIndex(of: "\\") {
      let name = String(text[text.index(after: slash)...])
      if instance == nil { self.instance = Given(name, from: given.source, as: given.label) }
      text = text[..<slash]
    }
    if text == "." || text.lowercased() == "(local)" { text = "localhost" }
    guard !text.hasPrefix("/") else {
      throw UsageError("\(given.label) is \(given.value.quoted): SQL Server has no Unix socket.")
    }
    given.value = String(text)
    self.host = given
  }

  /// Whether nobody but SQL Server's clients writes a host so: what is wrong with it is seen when the engine is known.
  static func isItsOwnSpelling(_ text: String) -> Bool {
    text.lowercased().hasPrefix("tcp:") || text.contains(", ") || text.prefix { $0 != "," } == "."
  }

  /// The name of the instance whose port has to be asked for; nil: the port is known.
  ///
  /// Throws where no instance can be named so. The default instance has a name too, and a port of its own.
  func instanceToAskFor() throws(UsageError) -> String? {
    guard let instance else { return nil }
    // The Browser takes 32 characters at most (MC-SQLR section 2.2.3), and `;` ends a name in its answer.
    let isName =
      !instance.value.isEmpty && instance.value.utf8.count <= 32
      && instance.value.allSatisfy { !$0.isWhitespace && !";,\\/:\"".contains($0) }
    guard isName, !instance.value.hasControlCharacter else {
      throw UsageError(
        "\(instance.label) is \(instance.value.quoted): an instance's name has 1 to 32 bytes, without spaces or any of ;,\\/:."
      )
    }
    if instance.value.uppercased() == "MSSQLSERVER" { return nil }
    return port == nil ? instance.value : nil
  }

  /// What was given and is not used.
  var warnings: [String] {
    guard let instance, let port, instance.value.uppercased() != "MSSQLSERVER" else { return [] }
    return [
      "The instance \(instance.value.quoted) is not looked up, since the port (\(port.value.visible)) says where it is."
    ]
  }
}

/// What db-lib can carry.
enum SQLServerLimits {
  /// TDS_MAX_LOGIN_STR_SZ: dbsetlname takes no more bytes.
  static let bytes = 128

  /// Throws where a part of the login is longer than that, or would be cut.
  static func check(_ target: ConnectionTarget) throws(UsageError) {
    let parts = [
      ("The user name", target.user), ("The password", target.password?.exposed),
      ("The database's name", target.database),
      ("The application's name", target.parameters["application_name"]),
    ]
    if target.user?.contains("\\") == true {
      throw UsageError(
        "The user name holds a backslash: Windows logins (DOMAIN\\user) are not taken, only SQL Server's own."
      )
    }
    for (name, value) in parts {
      guard let value else { continue }
      guard value.utf8.count <= bytes else {
        throw UsageError(
          "\(name) has more than \(bytes) bytes of UTF-8, which SQL Server's client library does not take.")
      }
      guard !value.utf8.contains(0) else { throw UsageError("\(name) holds a NUL, which would end it.") }
    }
  }
}
