import CMariaDB
internal import Transport

/// The options of a connection that is not begun. Each call copies its value.
struct LibMariaDBOptions {
  private let libmariadb: LibMariaDB
  private let handle: UnsafeMutablePointer<MYSQL>?

  init(_ libmariadb: LibMariaDB, _ handle: UnsafeMutablePointer<MYSQL>?) {
    self.libmariadb = libmariadb
    self.handle = handle
  }

  /// A number of the width that the option takes: my_bool (`Int8`), unsigned int, or size_t and unsigned long (`Int`).
  func set<Number: FixedWidthInteger>(_ option: mysql_option, _ number: Number) {
    withUnsafePointer(to: number) { set(option, function: UnsafeRawPointer($0)) }
  }

  func set(_ option: mysql_option, _ text: String) {
    text.withCString { set(option, function: UnsafeRawPointer($0)) }
  }

  func set(_ option: mysql_option, function pointer: UnsafeRawPointer) {
    _ = libmariadb.functions.mysql_options(handle, option, pointer)
  }
}

/// What the library is given to connect; it keeps the pointers until it has read the server's greeting.
final class CStrings {
  let host: UnsafeMutablePointer<CChar>?
  let socket: UnsafeMutablePointer<CChar>?
  let user: UnsafeMutablePointer<CChar>?
  let password: UnsafeMutablePointer<CChar>?
  let database: UnsafeMutablePointer<CChar>?

  init(host: String, socket: String?, user: String, password: String, database: String?) {
    self.host = strdup(host)
    self.socket = socket.flatMap { strdup($0) }
    self.user = strdup(user)
    self.password = strdup(password)
    self.database = database.flatMap { strdup($0) }
  }

  deinit {
    if let password { memset(password, 0, strlen(password)) }
    for text in [host, socket, user, password, database] { free(text) }
  }
}
