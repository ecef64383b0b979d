import CMongoC
internal import ConnectCore
internal import Transport

/// libmongoc's single-threaded client, which makes connections only by the function that it is given, and none beside
/// them.
final class MongoClient {
  private let libmongoc: LibMongoC
  private var client: OpaquePointer?
  /// Opens the connection to a server that libmongoc wants to talk to.
  private let dial: (String, UInt16) -> MongoMember

  /// Why libmongoc has not done what it was asked for.
  struct Refusal: Error {
    let error: ServerError

    /// CommandNotFound, CommandNotSupported: not every product that speaks the protocol has every command.
    var isUnknownCommand: Bool { ["59", "115"].contains(error.nativeCode) }

    static func own(_ text: String) -> Refusal {
      Refusal(error: ServerError(text: text, origin: .library("tablepro-connect")))
    }
  }

  /// - Throws: libmongoc's words for what is wrong with the settings.
  init(
    _ libmongoc: LibMongoC, _ plan: MongoPlan, deadline: Deadline,
    dial: @escaping (String, UInt16) -> MongoMember
  ) throws(Refusal) {
    self.libmongoc = libmongoc
    self.dial = dial
    let functions = libmongoc.functions
    var error = bson_error_t()
    guard let uri = functions.mongoc_uri_new_with_error(plan.uri, &error) else { throw Self.error(&error) }
    defer { functions.mongoc_uri_destroy(uri) }
    if let login = plan.login {
      _ = functions.mongoc_uri_set_username(uri, login.user)
      if let password = login.password { _ = functions.mongoc_uri_set_password(uri, password.exposed) }
      _ = functions.mongoc_uri_set_auth_source(uri, login.source)
      if let mechanism = login.mechanism { _ = functions.mongoc_uri_set_auth_mechanism(uri, mechanism) }
    }
    // Every wait is a connection's own, so libmongoc's have to be longer.
    let milliseconds = Int32(clamping: Int64(deadline.remaining.milliseconds) + 60_000)
    for name in ["connecttimeoutms", "sockettimeoutms", "serverselectiontimeoutms"] {
      _ = functions.mongoc_uri_set_option_as_int32(uri, name, milliseconds)
    }
    _ = functions.mongoc_uri_set_option_as_bool(uri, "serverselectiontryonce", true)
    client = functions.mongoc_client_new_from_uri_with_error(uri, &error)
    guard let client else { throw Self.error(&error) }
    // With version 2 errors of servers have the servers' own numbers.
    _ = functions.mongoc_client_set_error_api(client, 2)
    functions.mongoc_client_set_stream_initiator(
      client,
      { _, host, context, _ in
        guard let host, let context else { return nil }
        let client = Unmanaged<MongoClient>.fromOpaque(context).takeUnretainedValue()
        return client.stream(to: host.pointee)
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit { client.map { libmongoc.functions.mongoc_client_destroy($0) } }

  /// Called by libmongoc inside one of our calls.
  ///
  /// A connection that has failed is a stream too, whose calls fail: libmongoc 1.23 waits for itself for ever when it
  /// gets none for a server that another one has named.
  private func stream(to place: mongoc_host_list_t) -> UnsafeMutablePointer<mongoc_stream_t> {
    let name = withUnsafeBytes(of: place.host) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return MongoStream(dial(name, place.port)).makeHandle()
  }

  /// Runs a command on the database `admin` of the server that the read preference selects.
  ///
  /// - Returns: libmongoc's words, or the server's, where it was not done; nil: the answer is the member's to tell
  ///   (`MongoWire`), for libmongoc has not seen more of it than that.
  func run(_ command: [UInt8]) -> Refusal? {
    let functions = libmongoc.functions
    guard let client, let document = functions.bson_new_from_data(command, command.count)
    else { return .own("a command that is not BSON") }
    defer { functions.bson_destroy(document) }
    var error = bson_error_t()
    let preference = functions.mongoc_client_get_read_prefs(client)
    let done = functions.mongoc_client_command_simple(client, "admin", document, preference, nil, &error)
    return done ? nil : Self.error(&error)
  }

  private static func error(_ error: inout bson_error_t) -> Refusal {
    let text = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return Refusal(error: MongoErrors.library(text, code: error.code))
  }
}
